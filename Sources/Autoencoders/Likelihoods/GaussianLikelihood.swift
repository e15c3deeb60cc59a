public import Compute

/// `Σ (fᵢ − xᵢ)²`, gradient `2(f − x)`.
///
/// Source: Liang et al., WWW 2018, equation 3, with the same weight on zeros and ones.
public enum GaussianLikelihood: OutputLikelihood {
  /// Whether all items share one sum.
  public static var needsNormaliser: Bool { false }
  /// What x is multiplied by in the gradient.
  public static var targetFactor: Double { 2 }
  /// Which loss a single cell has.
  public static var isLogistic: Bool { false }

  /// The row stays.
  @specialized(where S == Float)
  public static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: ArraySlice<S>
  ) -> LogitStatistics<S> {
    var squares = 0.0
    for value in values { squares += Double(value * value) }
    return LogitStatistics(loss: logits.sumOfSquares(row: row) - 2 * product + squares)
  }

  /// What the gradient is multiplied by.
  @specialized(where S == Float)
  public static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S { 2 }

  /// The loss of a whole row.
  public static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double {
    logits.sumOfSquares(row: row) - 2 * target.product + target.squares
  }

  /// The row stays: its values are what is expected.
  public static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int) {}

  /// Values below zero become zero.
  public static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int) {
    for column in 0..<logits.columns { logits[row, column] = max(0, logits[row, column]) }
  }
}
