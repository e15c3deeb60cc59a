public import Compute
import Foundation

/// `−Σ xᵢ log softmax(f)ᵢ`, gradient `N·softmax(f) − x`, with `N = Σ xᵢ`.
///
/// Source: Liang et al., WWW 2018, equation 2.
public enum MultinomialLikelihood: OutputLikelihood {
  /// Whether all items share one sum.
  public static var needsNormaliser: Bool { true }
  /// The factor of x in the gradient.
  public static var targetFactor: Double { 1 }
  /// The loss of a single cell.
  public static var isLogistic: Bool { false }

  /// The row becomes `exp(f − largest)`.
  @specialized(where S == Float)
  public static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: Span<S>
  ) -> LogitStatistics<S> {
    let (maximum, sum) = logits.exponentiateShifted(row: row)
    return LogitStatistics(maximum: maximum, sum: sum, loss: -product)
  }

  /// The factor of the gradient.
  @specialized(where S == Float)
  public static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S {
    normaliser.map { S($0.factor(maximum: Double(statistics.maximum))) } ?? 0
  }

  /// The loss of a whole row.
  public static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double {
    let (maximum, sum) = logits.exponentiateShifted(row: row)
    return target.sum * (Double(maximum) + log(sum)) - target.product
  }

  /// The row becomes `softmax(f)`.
  public static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int) {
    let sum = logits.exponentiateShifted(row: row).sum
    logits.scale(row: row, by: Float(1 / sum))
  }

  /// The row becomes `exp(f − largest)`.
  public static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int) {
    _ = logits.exponentiateShifted(row: row)
  }
}

/// One user's softmax over all items.
public struct SoftmaxNormaliser: Sendable {
  /// N, the total of the target.
  public let total: Double
  /// `log Σ exp f` over all items.
  public let logSumExp: Double

  /// Reads the statistics of all logits, and the clean values.
  init<S>(_ statistics: LogitStatistics<S>, target: ArraySlice<S>) {
    var total = 0.0
    for value in target { total += Double(value) }
    self.total = total
    logSumExp = Double(statistics.maximum) + log(statistics.sum)
  }

  /// The part of the loss that needs all shards.
  var loss: Double { total * logSumExp }

  /// The factor that converts a shard's `exp(f − maximum)` to `N · softmax(f)`.
  func factor(maximum: Double) -> Double { total * exp(maximum - logSumExp) }
}
