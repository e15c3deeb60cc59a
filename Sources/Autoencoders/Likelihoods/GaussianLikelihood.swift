public import Compute

/// `Σ (fᵢ − xᵢ)²`, gradient `2(f − x)`.
///
/// Source: Liang et al., WWW 2018, equation 3, with the same weight on zeros and ones.
public enum GaussianLikelihood: OutputLikelihood {
  /// Whether all items share one sum.
  public static var needsNormaliser: Bool { false }
  /// The factor of x in the gradient.
  public static var targetFactor: Double { 2 }
  /// The loss of a single cell.
  public static var isLogistic: Bool { false }

  /// The row is unchanged.
  @specialized(where S == Float)
  public static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: Span<S>
  ) -> LogitStatistics<S> {
    var squares = 0.0
    for place in values.indices { squares += Double(values[place] * values[place]) }
    return LogitStatistics(loss: logits.sumOfSquares(row: row) - 2 * product + squares)
  }

  /// The factor of the gradient.
  @specialized(where S == Float)
  public static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S { 2 }

  /// The loss of a whole row.
  public static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double {
    logits.sumOfSquares(row: row) - 2 * target.product + target.squares
  }

  /// The row is unchanged: its values are the expectations.
  public static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int) {}

  /// Values below zero become zero.
  public static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int) {
    for column in 0..<logits.columns { logits[row, column] = max(0, logits[row, column]) }
  }
}
