public import Autoencoders
import Compute
import Evaluation
import Foundation
import InteractionData

/// A straight way through a latent space, decoded step by step.
public struct LatentWalk: Sendable, Equatable, Encodable {
  /// What goes from where to where, such as `dimension 7`.
  public let title: String
  /// The steps, ends included.
  public let steps: [Step]

  /// One point on the way.
  public struct Step: Sendable, Equatable {
    /// The value of the dimension, or the share of the way done.
    public let position: Double
    /// The most probable items, with their titles and shares of the decoded profile.
    public let items: [(item: String, title: String?, share: Double)]
    /// Jaccard similarity of the items with those of the first step.
    public let overlapWithStart: Double
    /// Jaccard similarity of the items with those of the last step.
    public let overlapWithEnd: Double
    /// KL(here ‖ first step) of the items' shares, in nats; `nil` where a share here is 0 at the start.
    public let divergenceFromStart: Double?

    /// Whether all numbers and items are equal.
    public static func == (a: Step, b: Step) -> Bool {
      a.position == b.position && a.overlapWithStart == b.overlapWithStart && a.overlapWithEnd == b.overlapWithEnd
        && a.divergenceFromStart == b.divergenceFromStart && a.items.map(\.item) == b.items.map(\.item)
        && a.items.map(\.title) == b.items.map(\.title) && a.items.map(\.share) == b.items.map(\.share)
    }
  }
}

extension LatentInspector {
  /// Goes along one dimension from its mean minus to its mean plus c deviations, the others at their means.
  ///
  /// Deviations are those of the aggregate posterior, or of the points.
  ///
  /// - Parameters:
  ///   - dimension: counted from 1.
  ///   - steps: at least 2.
  ///   - k: how many items of each step are named.
  public func traverse(
    _ model: any FittedModel, dimension: Int, steps: Int, k: Int = 10
  ) throws -> LatentWalk {
    switch model.latent {
    case .none: throw LatentWalkError.noCodes
    case .points(let model):
      let prior = GaussianComponent.standard(dimensions: model.design.latent)
      return try traverse(
        model, ColumnMoments(encode(model).points, logVariances: nil, prior: prior), dimension, steps, k)
    case .gaussians(let model):
      let codes = try encode(model)
      return try traverse(
        model, ColumnMoments(codes.mean, logVariances: codes.logVariance, prior: model.prior.moments), dimension, steps,
        k)
    }
  }

  /// Goes from one user's code to another's; for distributions, from mean to mean.
  public func interpolate(
    _ model: any FittedModel, from a: String, to b: String, steps: Int, k: Int = 10
  ) throws -> LatentWalk {
    let ends = try [a, b].map { id in
      guard let place = userIDs.firstIndex(ofID: id) else { throw LatentWalkError.unknownUser(id) }
      return place
    }
    switch model.latent {
    case .none: throw LatentWalkError.noCodes
    case .points(let model): return try interpolate(model, encode(model).points, ends, steps, k)
    case .gaussians(let model): return try interpolate(model, encode(model).mean, ends, steps, k)
    }
  }

  private func traverse<Latent>(
    _ model: Autoencoder<Latent>, _ moments: ColumnMoments, _ dimension: Int, _ steps: Int, _ k: Int
  ) throws -> LatentWalk {
    guard moments.means.indices.contains(dimension - 1) else {
      throw LatentWalkError.unknownDimension(dimension, of: moments.means.count)
    }
    let reach = options.deviations * moments.aggregateVariance(dimension - 1).squareRoot()
    let positions = Self.positions(steps).map { moments.means[dimension - 1] + (2 * $0 - 1) * reach }
    var points = Matrix<Float>(rows: steps, columns: moments.means.count)
    for row in 0..<steps {
      for column in 0..<points.columns { points[row, column] = Float(moments.means[column]) }
      points[row, dimension - 1] = Float(positions[row])
    }
    let isActive = moments.variances[dimension - 1] > options.activeThreshold
    return try walk(
      model, points, positions, title: "dimension \(dimension)\(isActive ? "" : ", which is not active")", k)
  }

  private func interpolate<Latent>(
    _ model: Autoencoder<Latent>, _ centers: Matrix<Float>, _ ends: [Int], _ steps: Int, _ k: Int
  ) throws -> LatentWalk {
    let positions = Self.positions(steps)
    var points = Matrix<Float>(rows: steps, columns: centers.columns)
    for (row, position) in positions.enumerated() {
      for column in 0..<points.columns {
        points[row, column] = Float(
          (1 - position) * Double(centers[ends[0], column]) + position * Double(centers[ends[1], column]))
      }
    }
    return try walk(model, points, positions, title: "\(userIDs[ends[0]]) to \(userIDs[ends[1]])", k)
  }

  private static func positions(_ steps: Int) -> [Double] {
    precondition(steps >= 2, "a way of \(steps) steps")
    return (0..<steps).map { Double($0) / Double(steps - 1) }
  }

  private func walk<Latent>(
    _ model: Autoencoder<Latent>, _ points: Matrix<Float>, _ positions: [Double], title: String, _ k: Int
  ) throws -> LatentWalk {
    var shares = model.decode(points, using: processor.engine)
    model.design.likelihood.turnIntoShares(&shares)
    let lists = try (0..<shares.rows).map { try topK(shares[row: $0], k: k) }
    let sets = lists.map { Set($0.map(\.item)) }
    return LatentWalk(
      title: title,
      steps: positions.indices.map { row in
        LatentWalk.Step(
          position: positions[row],
          items: lists[row].map { (items[$0.item], titles?.title(of: $0.item), Double($0.score)) },
          overlapWithStart: sets[row].jaccard(with: sets[0]),
          overlapWithEnd: sets[row].jaccard(with: sets[sets.count - 1]),
          divergenceFromStart: Self.divergence(shares[row: row], shares[row: 0]))
      })
  }

  private static func divergence(_ here: ArraySlice<Float>, _ start: ArraySlice<Float>) -> Double? {
    var sum = 0.0
    for (p, q) in zip(here, start) where p > 0 {
      if q <= 0 { return nil }
      sum += Double(p) * log(Double(p) / Double(q))
    }
    return max(0, sum)
  }
}

/// Why there is no way to go.
public enum LatentWalkError: Error, Equatable, CustomStringConvertible {
  /// The model has no latent space.
  case noCodes
  /// No user has this id.
  case unknownUser(String)
  /// There are fewer dimensions, or it is below 1.
  case unknownDimension(Int, of: Int)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .noCodes: "the model has no latent space"
    case .unknownUser(let id): "'\(id)' is not among the users; accepted: the id of a user in the data"
    case .unknownDimension(let number, let count):
      "there is no dimension \(number); accepted: a whole number from 1 to \(count)"
    }
  }
}
