import CKernels
import Communication

/// The rows of a matrix rounded to bytes, with bounds for what the rounding leaves out.
struct ByteRows: Sendable {
  let rows: Int
  let columns: Int
  /// Row after row.
  private let storage: [Int8]
  /// A row is about its scale times its bytes.
  let scales: [Float]
  /// The lengths of what the bytes stand for, or slightly more.
  let norms: [Float]
  /// The lengths of what the rounding left out, or slightly more.
  let residuals: [Float]

  /// Rounds a matrix.
  ///
  /// - Returns: `nil` if a number is not finite, or so large that products of lengths would not be.
  init?(_ matrix: Matrix<Float>) {
    (rows, columns) = (matrix.rows, matrix.columns)
    let (rows, columns) = (rows, columns)
    var described = [dk_byte_row](repeating: dk_byte_row(), count: rows)
    storage = unsafe [Int8](filled: rows * columns) { bytes in
      guard let target = bytes.baseAddress else { return }
      unsafe matrix.withPointer { source in
        for row in 0..<rows {
          unsafe dk_round_bytes(columns, source + row * columns, target + row * columns, &described[row])
        }
      }
    }
    scales = described.map(\.scale)
    norms = described.map(\.norm)
    residuals = described.map(\.residual)
    let most: Float = 1e15
    if !described.allSatisfy({ $0.norm < most && $0.residual < most }) { return nil }
  }

  func withPointer(_ body: (UnsafePointer<Int8>) -> Void) {
    unsafe storage.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe body(base) }
    }
  }
}
