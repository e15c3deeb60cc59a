public import Compute

/// `Σ (fᵢ − xᵢ)²`, gradient `2(f − x)`.
///
/// Source: Liang et al., WWW 2018, equation 3, with the same weight on zeros and ones.
public enum GaussianLikelihood: OutputLikelihood {
  public static var needsNormaliser: Bool { false }
  public static var targetFactor: Double { 2 }
  public static var isLogistic: Bool { false }

  /// The row stays.
  @specialized(where S == Float)
  public static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: ArraySlice<S>
  ) -> TileStatistics<S> {
    var squares = 0.0
    for value in values { squares += Double(value * value) }
    return TileStatistics(loss: logits.sumOfSquares(row: row) - 2 * product + squares)
  }

  @specialized(where S == Float)
  public static func factor<S: Scalar>(_ statistics: TileStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S { 2 }

  public static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double {
    logits.sumOfSquares(row: row) - 2 * target.product + target.squares
  }

  /// The row stays: its values are what is expected.
  public static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int) {}
}
