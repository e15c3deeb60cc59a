import Compute
import Foundation

/// The graph of users and items that ``Spectral`` filters on: `R̃ = D_U^−½ R D_I^−½`.
struct SpectralGraph: Sendable {
  /// R, of ones; shape: U × I.
  let rows: SparseRows
  /// n_i, the number of users of each item; shape: I.
  let degrees: [Int]
  /// R̃ (U × I), and R̃ᵀ (I × U).
  let (forward, backward): (BatchRows<Float>, BatchRows<Float>)

  /// Creates the graph from rows; every entry counts as 1.
  init(_ rows: SparseRows) {
    self.rows = SparseRows(columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices)
    degrees = rows.columnCounts()
    let normalised = Self.normalised(self.rows, degrees)
    (forward, backward) = (BatchRows(normalised), BatchRows(normalised.transposed()))
  }

  private static func normalised(_ rows: SparseRows, _ degrees: [Int]) -> SparseRows {
    var values: [Float] = []
    values.reserveCapacity(rows.nonZeroCount)
    for row in 0..<rows.rowCount {
      let count = Double(rows.count(ofRow: row))
      for item in rows.indices(ofRow: row) {
        values.append(Float(1 / (count * Double(degrees[Int(item)])).squareRoot()))
      }
    }
    return SparseRows(columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices, values: values)
  }

  /// The right singular vectors of R̃ for its largest singular values, as rows; shape: count × I.
  ///
  /// - Parameter share: which part of a fit this is.
  func leadingVectors(_ count: Int, trainer: Trainer, share: ClosedRange<Double>) throws -> Matrix<Float> {
    // They depend only on the data, so the start is the same for every seed.
    var random = Seed(0).stream(.initialisation, StartingTensor.inputWeight.rawValue)
    return try TruncatedSVD(
      of: Self.normalised(rows, degrees), count: count, random: &random, processor: trainer.processor
    ) { done in
      try trainer.tell(share: share.lowerBound + done * (share.upperBound - share.lowerBound), rows: rows.rowCount)
    }.vectors
  }

  /// `R̃ᵀR̃ s` for signals, one per column; shape: I × B.
  func smoothed(_ signals: Matrix<Float>) -> Matrix<Float> {
    Matrix(backward, times: Matrix(forward, times: signals))
  }

  /// `Σ c_k T_k(L̃) s` with `L̃ = 1 − 2 R̃ᵀR̃`, for signals, one per column; shape: I × B.
  func filtered(_ signals: Matrix<Float>, by coefficients: [Double]) -> Matrix<Float> {
    var sum = Matrix<Float>(rows: signals.rows, columns: signals.columns)
    var (last, current) = (signals, signals)
    for (k, coefficient) in coefficients.enumerated() {
      if k > 0 {
        // T_1 = L̃, T_k = 2 L̃ T_k−1 − T_k−2.
        let smooth = smoothed(current)
        var next = current
        if k > 1 { next.add(current) }
        next.add(smooth, scale: k > 1 ? -4 : -2)
        if k > 1 { next.add(last, scale: -1) }
        (last, current) = (current, next)
      }
      sum.add(current, scale: Float(coefficient))
    }
    return sum
  }
}

/// The transfer function of ``Spectral`` as a sum of Chebyshev polynomials.
enum ChebyshevFilter {
  /// `h(t) = ½ − ½ sgn(t) |t|^φ` on −1…1: 1 for smooth signals on the graph, 0 for others.
  static func target(_ t: Double, flatness: Double) -> Double {
    0.5 - 0.5 * (t < 0 ? -1 : 1) * pow(abs(t), flatness)
  }

  /// c_0 … c_K of the polynomial of order K ≥ 1 that equals the target at the K + 1 zeros of T_K+1.
  ///
  /// - Parameter authors: whether the target is evaluated as in the authors' code: at the extrema of T_K, with place
  ///   and value rounded to three decimals.
  static func coefficients(order: Int, flatness: Double, authors: Bool) -> [Double] {
    let count = order + 1
    let angles = (0..<count).map { (Double($0) + 0.5) / Double(count) * Double.pi }
    let targets = angles.indices.map { j in
      authors
        ? rounded(target(rounded(cos(Double(j) / Double(order) * Double.pi)), flatness: flatness))
        : target(cos(angles[j]), flatness: flatness)
    }
    return (0..<count).map { k in
      let sum = zip(angles, targets).reduce(0.0) { $0 + $1.1 * cos(Double(k) * $1.0) }
      return sum * (k == 0 ? 1 : 2) / Double(count)
    }
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
