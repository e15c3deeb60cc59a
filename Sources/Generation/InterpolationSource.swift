public import Autoencoders
public import Compute
import Foundation
public import InteractionData

/// The path between two latent vectors.
public enum Interpolation: String, Codable, Sendable, CaseIterable {
  /// The straight line, `(1 − t) a + t b`.
  case linear
  /// The arc, `(sin((1 − t)θ) a + sin(tθ) b) / sin θ` with θ the angle between a and b, all relative to a centre.
  ///
  /// Between vectors of equal length, the length is constant; a straight line would pass closer to the centre than
  /// draws from a Gaussian in many dimensions. Source: White, "Sampling generative networks", 2016. If the vectors are
  /// parallel or opposite, or one of them is zero, the arc is undefined and the line is taken.
  case spherical

  /// The vector at `t`, from `a` at 0 to `b` at 1; both ends are exact.
  ///
  /// - Parameter centre: the centre of an arc; by default the origin.
  public func between(_ a: [Float], _ b: [Float], around centre: [Double]? = nil, at t: Double) -> [Float] {
    let centre = centre ?? [Double](repeating: 0, count: a.count)
    precondition(a.count == b.count && a.count == centre.count, "\(a.count) and \(b.count) dimensions")
    if t == 0 { return a }
    if t == 1 { return b }
    func seen(_ x: [Float]) -> [Double] { zip(x, centre).map { Double($0) - $1 } }
    let (a, b) = (seen(a), seen(b))
    var (first, second) = (1 - t, t)
    if self == .spherical {
      func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
      let norms = (dot(a, a) * dot(b, b)).squareRoot()
      let angle = norms > 0 ? acos(min(1, max(-1, dot(a, b) / norms))) : 0
      if sin(angle) > 1e-6 {
        first = sin((1 - t) * angle) / sin(angle)
        second = sin(t * angle) / sin(angle)
      }
    }
    return centre.indices.map { Float(centre[$0] + (first * a[$0] + second * b[$0])) }
  }
}

/// An interpolation between two users: points at equal steps, with the synthetic users distributed evenly over them.
///
/// Nothing is drawn in the latent space; users at the same step differ by their items.
public struct InterpolationSource: LatentSource {
  /// This needs distributions: an autoencoder does not define points between two codes.
  public typealias Latent = GaussianLatent
  /// The vectors of the steps, the first and last being the means of the two users; shape: steps × L.
  public let path: Matrix<Float>
  /// The profile length at each step, between those of the two users; shape: steps.
  public let lengths: [Int]
  /// The number of synthetic users.
  public let users: Int

  /// The path between the two users of `ends`; an arc has its centre at the mean of the prior.
  ///
  /// - Precondition: there are two users, at least two steps, and a synthetic user for each step.
  public init(
    of model: Autoencoder<GaussianLatent>, between ends: Profiles, steps: Int, users: Int,
    interpolation: Interpolation = .spherical, using engine: ProductEngine
  ) {
    precondition(ends.items.rowCount == 2, "a way between \(ends.items.rowCount) users")
    precondition(steps >= 2 && users >= steps, "\(users) users on \(steps) steps")
    let codes = model.encode(ends, using: engine)
    let (a, b, centre) = (Array(codes.mean[row: 0]), Array(codes.mean[row: 1]), model.prior.mean)
    let (from, to) = (Double(ends.items.count(ofRow: 0)), Double(ends.items.count(ofRow: 1)))
    let places = (0..<steps).map { Double($0) / Double(steps - 1) }
    path = Matrix(
      rows: steps, columns: a.count, elements: places.flatMap { interpolation.between(a, b, around: centre, at: $0) })
    lengths = places.map { Int((from + (to - from) * $0).rounded()) }
    self.users = users
  }

  /// The step of a synthetic user.
  public func step(of user: Int) -> Int { min(path.rows - 1, user * path.rows / users) }

  /// The vectors of the users' steps.
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    let steps = users.map(step)
    return LatentDraws(
      vectors: Matrix(
        rows: users.count, columns: path.columns, elements: steps.flatMap { Array(path[row: $0]) }),
      lengths: steps.map { lengths[$0] })
  }
}
