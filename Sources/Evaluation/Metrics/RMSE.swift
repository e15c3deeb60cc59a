import Compute

/// The root of the mean squared error over all cells together: `√(Σ (r̂ − r)² / |T|)`.
///
/// Pooled over the cells, not averaged over users: the definition of Sedhain et al., "AutoRec" (WWW 2015).
/// Lower is better.
public enum RMSE {
  /// The value.
  ///
  /// - Parameter errors: prediction minus rating of every cell.
  /// - Returns: 0 for no cells.
  public static func value(errors: [Double]) -> Double {
    Statistics.mean(errors.map { $0 * $0 }).squareRoot()
  }

  /// Per-cell numbers whose mean is the RMSE and whose standard error is that of the RMSE by the delta
  /// method: `RMSE + (eᵢ² − MSE) / (2 · RMSE)`.
  ///
  /// It is the first-order expansion of the root around the MSE, so `SE(RMSE) = SE(MSE) / (2 · RMSE)`. It turns the
  /// root into a mean, so that differences of two models, cell by cell, can be tested like any other paired
  /// differences.
  ///
  /// - Returns: zeros if every error is 0.
  public static func linearised(errors: [Double]) -> [Double] {
    let root = value(errors: errors)
    if root == 0 { return errors.map { _ in 0 } }
    return errors.map { root + ($0 * $0 - root * root) / (2 * root) }
  }
}
