/// Sums of a diagonal Gaussian head over users, for each dimension (L dimensions).
///
/// A few additions per number, on values that the draw has already computed, so the cost is small compared with an
/// update.
public struct GaussianMoments: Codable, Sendable, Equatable {
  /// The number of rows added.
  public private(set) var count = 0
  private var means: [Double]
  private var squares: [Double]
  private var logVariances: [Double]
  private var variances: [Double]

  /// The number of dimensions; `nil` when the sums, read from a file, have different lengths.
  public var dimensions: Int? {
    let lengths = Set([means, squares, logVariances, variances].map(\.count))
    return lengths.count == 1 && count >= 0 ? means.count : nil
  }

  /// Creates empty sums.
  public init(dimensions: Int) {
    means = [Double](repeating: 0, count: dimensions)
    (squares, logVariances, variances) = (means, means, means)
  }

  /// Adds the rows of a head `[mean | log-variance]` (B × 2L) and their deviations σ (B × L).
  ///
  /// Log-variances are clipped to their range.
  @specialized(where S == Float)
  public mutating func add<S: Scalar>(head: Matrix<S>, deviation: Matrix<S>) {
    let (width, rows) = (means.count, head.rows)
    precondition(head.columns == 2 * width && deviation.columns == width && deviation.rows >= rows)
    let range = Matrix<S>.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    unsafe head.withPointer { head in
      unsafe deviation.withPointer { sigma in
        for row in 0..<rows {
          let mean = unsafe head + 2 * row * width
          unsafe S.kernels.gaussianMoments(
            width, low, high, mean, mean + width, sigma + row * width, &means, &squares, &logVariances, &variances)
        }
      }
    }
    count += rows
  }

  /// The mean divergence of each dimension from N(0, 1), in nats; shape: L.
  public var divergences: [Double] {
    let scale = 1 / Double(Swift.max(1, count))
    return means.indices.map { 0.5 * ((variances[$0] + squares[$0] - logVariances[$0]) * scale - 1) }
  }

  /// The variance of the means of each dimension over the rows; shape: L.
  public var meanVariances: [Double] {
    let scale = 1 / Double(Swift.max(1, count))
    return means.indices.map { Swift.max(0, squares[$0] * scale - means[$0] * scale * means[$0] * scale) }
  }

  /// The mean of σ² of each dimension; shape: L.
  public var posteriorVariances: [Double] {
    variances.map { $0 / Double(Swift.max(1, count)) }
  }
}
