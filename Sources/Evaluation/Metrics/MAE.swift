import Compute

/// The mean absolute error over all cells together: `Σ |r̂ − r| / |T|`.
///
/// Lower is better.
public enum MAE {
  /// The value.
  ///
  /// - Parameter errors: prediction minus rating of every cell.
  /// - Returns: 0 for no cells.
  public static func value(errors: [Double]) -> Double { Statistics.mean(errors.map(abs)) }
}
