public import Autoencoders
public import Compute
import Foundation
public import InteractionData

/// Real users as landmarks of a latent space, for the profile lengths near a point.
///
/// Over distributions, the landmark is drawn from the posterior over users given the point, `P(u | z) ∝ N(z; μ_u,
/// σ_u²)`: for draws from the landmarks' own aggregate posterior, this gives exactly the joint law of lengths and z.
/// Over points, it is one of the `neighbours` nearest landmarks with equal probability.
///
/// Draws from other sources (a prior, a fitted density) select some landmarks more often than others.
/// ``calibrated(to:by:seed:processor:)`` restores the frequencies of lengths in the training data and keeps their
/// order.
public struct Neighbourhood: Sendable {
  private enum Landmarks: Sendable {
    /// ½‖μ‖² and the number of neighbours.
    case points(centres: Matrix<Float>, halfNorms: [Float], neighbours: Int)
    /// 1/σ², μ/σ² and −½ Σ (μ²/σ² + log σ²).
    case gaussians(precision: Matrix<Float>, weighted: Matrix<Float>, constants: [Float])
  }

  /// The profile length of each landmark; shape: R.
  public let lengths: [Int]
  /// The share of the variance of log-lengths that the latent vector predicts: 1 − (squared error of the prediction
  /// from the other landmarks) / (variance).
  ///
  /// At most 1; 0 or less if the vector does not predict the length.
  public let explainedVariance: Double
  private let landmarks: Landmarks
  private var calibration: Calibration?

  /// Takes some users of a variational autoencoder as landmarks: all, or `count` of them drawn at random.
  ///
  /// - Precondition: there is at least one user.
  public init(
    of model: Autoencoder<GaussianLatent>, over profiles: Profiles, landmarks count: Int = 4096, seed: Seed,
    using engine: ProductEngine
  ) {
    let profiles = Self.choose(count, of: profiles, seed: seed)
    let (rows, latent) = (profiles.items.rowCount, model.design.latent)
    var precision = Matrix<Float>(rows: rows, columns: latent)
    var weighted = precision
    var (constants, places): ([Float], [Float]) = ([], [])
    var random = seed.stream(for: PopulationDraw.places)
    for first in stride(from: 0, to: rows, by: 256) {
      let codes = model.encode(profiles.selecting(first..<min(rows, first + 256)), using: engine)
      places += model.drawFromPosterior(codes, using: &random).elements
      for row in 0..<codes.mean.rows {
        var constant = 0.0
        for k in 0..<latent {
          let (mean, logVariance) = (codes.mean[row, k], codes.logVariance[row, k])
          precision[first + row, k] = exp(-logVariance)
          weighted[first + row, k] = mean * exp(-logVariance)
          constant -= 0.5 * Double(mean * mean * exp(-logVariance) + logVariance)
        }
        constants.append(Float(constant))
      }
    }
    self.init(
      .gaussians(precision: precision, weighted: weighted, constants: constants),
      lengths: (0..<rows).map { profiles.items.count(ofRow: $0) },
      places: Matrix(rows: rows, columns: latent, elements: places), engine)
  }

  /// Takes some users of an autoencoder as landmarks: all, or `count` of them drawn at random.
  ///
  /// - Precondition: there is at least one user.
  public init(
    of model: Autoencoder<PointLatent>, over profiles: Profiles, landmarks count: Int = 4096, neighbours: Int = 10,
    seed: Seed, using engine: ProductEngine
  ) {
    let profiles = Self.choose(count, of: profiles, seed: seed)
    let rows = profiles.items.rowCount
    let elements = stride(from: 0, to: rows, by: 256).flatMap { first in
      model.encode(profiles.selecting(first..<min(rows, first + 256)), using: engine).points.elements
    }
    let centres = Matrix(rows: rows, columns: model.design.latent, elements: elements)
    let halfNorms = (0..<rows).map { Float(centres.sumOfSquares(row: $0) / 2) }
    self.init(
      .points(centres: centres, halfNorms: halfNorms, neighbours: neighbours),
      lengths: (0..<rows).map { profiles.items.count(ofRow: $0) }, places: centres, engine)
  }

  private init(_ landmarks: Landmarks, lengths: [Int], places: Matrix<Float>, _ engine: ProductEngine) {
    self.landmarks = landmarks
    self.lengths = lengths
    let logs = lengths.map { log(Double(max(1, $0))) }
    let mean = Statistics.mean(logs)
    let total = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var error = 0.0
    for first in stride(from: 0, to: lengths.count, by: 256) {
      let rows = first..<min(lengths.count, first + 256)
      var block = Matrix<Float>(rows: rows.count, columns: places.columns)
      block.copyRows(rows, of: places)
      let weights = Self.weights(landmarks, at: block, leavingOut: { first + $0 }, using: engine)
      for (place, weights) in weights.enumerated() {
        let sum = weights.reduce(0) { $0 + $1.weight }
        let guess = weights.reduce(0) { $0 + $1.weight * logs[$1.landmark] } / sum
        let distance = (sum > 0 ? guess : mean) - logs[first + place]
        error += distance * distance
      }
    }
    explainedVariance = total > 0 ? 1 - error / total : 0
  }

  private static func choose(_ count: Int, of profiles: Profiles, seed: Seed) -> Profiles {
    let users = profiles.items.rowCount
    precondition(users > 0 && count > 0, "a neighbourhood needs at least one user")
    if users <= count { return profiles }
    var random = seed.stream(for: PopulationDraw.neighbours)
    let chosen = random.permutation(users)[..<count].sorted()
    return Profiles(
      items: profiles.items.selecting(rows: chosen),
      trainingRows: profiles.trainingRows.map { rows in chosen.map { rows[$0] } })
  }

  // MARK: Drawing

  /// The relevant landmarks at some points (B × L), with their weights.
  private static func weights(
    _ landmarks: Landmarks, at places: Matrix<Float>, leavingOut own: (_ row: Int) -> Int? = { _ in nil },
    using engine: ProductEngine
  ) -> [[(landmark: Int, weight: Double)]] {
    switch landmarks {
    case .points(let centres, let halfNorms, let neighbours):
      var products = Matrix<Float>(rows: places.rows, columns: centres.rows)
      engine.multiply(places, transposed: centres, into: &products)
      return (0..<places.rows).map { row in
        nearest(products[row: row], halfNorms, neighbours, leavingOut: own(row)).map { ($0, 1) }
      }
    case .gaussians(let precision, let weighted, let constants):
      let squares = Matrix(rows: places.rows, columns: places.columns, elements: places.elements.map { -0.5 * $0 * $0 })
      var logs = Matrix<Float>(rows: places.rows, columns: constants.count)
      var more = logs
      engine.multiply(squares, transposed: precision, into: &logs)
      engine.multiply(places, transposed: weighted, into: &more)
      logs.add(more)
      logs.add(bias: Matrix(rows: 1, columns: constants.count, elements: constants))
      return (0..<places.rows).map { row in
        if let own = own(row) { logs[row, own] = -.infinity }
        _ = logs.exponentiateShifted(row: row)
        let first = logs[row: row].startIndex
        return logs[row: row].indices.compactMap { index in
          let weight = logs[row: row][index]
          // The kernel clips exponents at −87, where the weight is negligible.
          return weight > 1e-30 ? (index - first, Double(weight)) : nil
        }
      }
    }
  }

  /// The landmarks nearest to a point, by Euclidean distance; ties go to the smaller number.
  private static func nearest(
    _ products: ArraySlice<Float>, _ halfNorms: [Float], _ neighbours: Int, leavingOut own: Int?
  ) -> [Int] {
    var best = LargestKeys<Near>(neighbours)
    for (landmark, product) in products.enumerated() where landmark != own {
      best.offer(Near(distance: halfNorms[landmark] - product, landmark: landmark))
    }
    return best.keys.sorted(by: >).map(\.landmark)
  }

  /// A landmark ordered by nearness; a nearer one is larger.
  private struct Near: Comparable {
    /// ½‖c‖² − z·c, which orders landmarks by distance.
    let distance: Float
    let landmark: Int

    static func < (a: Near, b: Near) -> Bool { (b.distance, b.landmark) < (a.distance, a.landmark) }
  }

  /// The length of one landmark for each point, uncalibrated or calibrated.
  func draw(at places: Matrix<Float>, users: Range<Int>, seed: Seed, engine: ProductEngine) -> [Int] {
    let weights = Self.weights(landmarks, at: places, using: engine)
    return users.enumerated().map { place, user in
      var random = SamplingStream.length.random(seed: seed, user: user)
      var left = random.fineUniform() * weights[place].reduce(0) { $0 + $1.weight }
      let found = weights[place].first { candidate in
        left -= candidate.weight
        return left < 0
      }
      let length = lengths[(found ?? weights[place].last)?.landmark ?? 0]
      return calibration?.length(for: length, using: &random) ?? length
    }
  }

  // MARK: Calibration

  /// The same landmarks, their lengths brought to the frequencies of a histogram for draws from a source.
  ///
  /// A pilot of 4,096 draws gives the frequency of each length; a length is then replaced by the one of the same rank
  /// in the histogram. Tied ranks are broken at random.
  public func calibrated(
    to histogram: LengthHistogram, by source: some LatentSource, seed: Seed, processor: Processor
  ) throws -> Neighbourhood {
    var result = self
    result.calibration = nil
    let blocks = PilotUsers.lengths.blocks(of: PilotUsers.blockSize)
    let pilot = try processor.map(count: blocks.count) { [result] block in
      let users = blocks[block]
      let places = try source.draw(users: users, seed: seed, engine: processor.engine).vectors
      return result.draw(at: places, users: users, seed: seed, engine: processor.engine)
    }
    result.calibration = Calibration(found: pilot.flatMap(\.self).sorted(), histogram: histogram)
    return result
  }

  private struct Calibration: Sendable {
    /// Ascending.
    let found: [Int]
    let histogram: LengthHistogram

    func length(for length: Int, using random: inout RandomSource) -> Int {
      let (low, high) = (found.partitioningIndex { $0 >= length }, found.partitioningIndex { $0 > length })
      let rank = (Double(low) + random.uniform() * Double(high - low)) / Double(found.count)
      return histogram.quantile(rank)
    }
  }
}
