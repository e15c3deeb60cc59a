public import Compute

/// `Σ log(1 + exp fᵢ) − xᵢ fᵢ`, gradient `σ(f) − x`: each item has its own yes/no probability.
///
/// Source: Liang et al., WWW 2018, equation 4.
public enum BernoulliLikelihood: OutputLikelihood {
  /// Whether all items share one sum.
  public static var needsNormaliser: Bool { false }
  /// The factor of x in the gradient.
  public static var targetFactor: Double { 1 }
  /// The loss of a single cell.
  public static var isLogistic: Bool { true }

  /// The row becomes `σ(f)`.
  @specialized(where S == Float)
  public static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: Span<S>
  ) -> LogitStatistics<S> {
    LogitStatistics(loss: logits.sigmoidWithSoftplusSum(row: row) - product)
  }

  /// The factor of the gradient.
  @specialized(where S == Float)
  public static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S { 1 }

  /// The loss of a whole row.
  public static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double {
    logits.sigmoidWithSoftplusSum(row: row) - target.product
  }

  /// The row becomes `σ(f)`.
  public static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int) {
    _ = logits.sigmoidWithSoftplusSum(row: row)
  }
}
