public import Autoencoders
public import Compute
import Foundation

/// The change in items along an interpolation between two users.
public struct InterpolationReport: Codable, Sendable, Equatable {
  /// One point of the interpolation.
  public struct Step: Codable, Sendable, Equatable {
    /// From 0 to 1.
    public let place: Double
    /// Jaccard overlap of the most probable items with those of the first end.
    public let overlapWithFirst: Double
    /// The same with the other end.
    public let overlapWithLast: Double
    /// KL(π_t ‖ π_0), in nats.
    public let divergenceFromFirst: Double
  }

  /// The number of most probable items compared.
  public let listLength: Int
  /// From one user to the other.
  public let steps: [Step]

  /// Decodes every step of an interpolation.
  public init(
    of source: InterpolationSource, through model: Autoencoder<GaussianLatent>, listLength: Int = 100,
    using engine: ProductEngine
  ) {
    let count = source.path.rows
    let length = min(listLength, model.itemCount)
    // One vector at a time, so that memory does not grow with the number of steps.
    func probabilities(_ step: Int) -> [Double] {
      var logits = model.decode(
        Matrix(rows: 1, columns: source.path.columns, elements: Array(source.path[row: step])), using: engine)
      let sum = logits.exponentiateShifted(row: 0).sum
      return logits.elements.map { Double($0) / sum }
    }
    func list(_ row: [Double]) -> Set<Int> {
      Set(row.indices.sorted { (row[$1], $0) < (row[$0], $1) }.prefix(length))
    }
    self.listLength = length
    let first = probabilities(0)
    let ends = (list(first), list(probabilities(count - 1)))
    steps = (0..<count).map { step in
      let here = probabilities(step)
      let likeliest = list(here)
      return Step(
        place: Double(step) / Double(count - 1), overlapWithFirst: likeliest.jaccard(with: ends.0),
        overlapWithLast: likeliest.jaccard(with: ends.1),
        divergenceFromFirst: zip(here, first).reduce(0) { sum, pair in
          pair.0 > 0 ? sum + pair.0 * (log(pair.0) - log(max(pair.1, .leastNormalMagnitude))) : sum
        })
    }
  }
}
