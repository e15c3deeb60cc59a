import CKernels
import SharedLibraries

/// Products of bytes by oneDNN.
@safe struct ByteProducts: Sendable {
  private typealias Call =
    @convention(c) (
      CChar, CChar, CChar, Int, Int, Int, Float, UnsafePointer<Int8>, Int, Int8, UnsafePointer<Int8>, Int, Int8, Float,
      UnsafeMutablePointer<Int32>, Int, UnsafePointer<Int32>
    ) -> Int32
  private let call: Call
  private let setThreads: SetThreads?

  /// - Returns: `nil` if the library lacks the function, or library or processor AVX512_VNNI. Without it, products in single
  ///   precision are as fast, and the library adds pairs of products in 16 bits, which large bytes overflow.
  init?(_ library: SharedLibrary) {
    guard dk_has_avx512_vnni() == 1, let call = unsafe library.symbol("dnnl_gemm_s8s8s32") else { return nil }
    unsafe self.call = unsafe unsafeBitCast(call, to: Call.self)
    setThreads = library.setOpenMPThreads
    // The library may have been told to leave out instructions that the processor has.
    if !addsExactly() { return nil }
  }

  /// Whether sums of the largest products are exact.
  private func addsExactly() -> Bool {
    let columns = 600
    let ones = Matrix<Float>(rows: 64, columns: columns, elements: [Float](repeating: 1, count: 64 * columns))
    var products: [Int32] = []
    guard let bytes = ByteRows(ones), multiply(bytes, transposed: bytes, into: &products) else { return false }
    return products.allSatisfy { $0 == 127 * 127 * Int32(columns) }
  }

  /// `c ← a·bᵀ`, with a: m × k, b: n × k; c gets at least m × n numbers, row after row.
  ///
  /// - Returns: whether it was done; `false` when the library has no memory.
  func multiply(_ a: ByteRows, transposed b: ByteRows, into c: inout [Int32]) -> Bool {
    precondition(a.columns == b.columns, "\(a.columns) bytes by \(b.columns)")
    if c.count < a.rows * b.rows { c = [Int32](repeating: 0, count: a.rows * b.rows) }
    var done = a.rows == 0 || b.rows == 0
    setThreads?(1)
    unsafe a.withPointer { left in
      unsafe b.withPointer { right in
        unsafe c.withUnsafeMutableBufferPointer { products in
          guard let target = products.baseAddress else { return }
          let (no, transposed, fixed): (CChar, CChar, CChar) = (78, 84, 70)  // 'N', 'T', 'F'
          var offset: Int32 = 0
          let status = unsafe call(
            no, transposed, fixed, a.rows, b.rows, a.columns, 1, left, a.columns, 0, right, b.columns, 0, 0, target,
            b.rows, &offset)
          done = status == 0
        }
      }
    }
    return done
  }
}
