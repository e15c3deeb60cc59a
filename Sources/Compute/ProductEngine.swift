import CGSL
import CKernels
import SharedLibraries

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Matrix products by the fastest library found at run time.
///
/// In order: oneDNN's `dnnl_sgemm`, Accelerate on Apple systems, OpenBLAS, any other BLAS, and GSL's CBLAS, which is
/// always available. The library is limited to one thread in every call, because Doppel divides the work itself (see
/// ``Processor``). `Double` products, which only gradient checks need, always go to GSL's CBLAS.
@safe public struct ProductEngine: Sendable {
  /// The engines that `DOPPEL_ENGINE` can select.
  public enum Kind: String, Sendable, CaseIterable {
    case onednn, accelerate, openblas, blas, gsl
  }

  /// The kind of library.
  public let kind: Kind
  /// Its name and version, for example "oneDNN 2.6.3".
  public let name: String
  private let sgemm: SGEMM
  private let matmul: OneDNNMatmul?

  private init(kind: Kind, name: String, sgemm: SGEMM, matmul: OneDNNMatmul? = nil) {
    self.kind = kind
    self.name = name
    unsafe self.sgemm = unsafe sgemm
    self.matmul = matmul
  }

  /// Whether products of this precision are available and faster.
  ///
  /// bfloat16 needs oneDNN and a processor with AVX512_BF16.
  public func supports(_ precision: ProductPrecision) -> Bool { precision == .float32 || matmul != nil }

  // MARK: Selection

  /// The fastest available engine, or the one that `DOPPEL_ENGINE` names.
  ///
  /// - Throws: ``EngineError`` when the name is unknown or that library is not on this machine.
  public static func fastest() throws -> ProductEngine {
    if let wish = environment("DOPPEL_ENGINE"), !wish.isEmpty {
      guard let kind = Kind(rawValue: wish.lowercased()) else { throw EngineError.unknown(wish) }
      return try engine(kind)
    }
    for kind in Kind.allCases {
      if let engine = load(kind) { return engine }
    }
    return gsl
  }

  /// A given engine.
  ///
  /// - Throws: ``EngineError/missing(_:)`` when its library is not on this machine.
  public static func engine(_ kind: Kind) throws -> ProductEngine {
    guard let engine = load(kind) else { throw EngineError.missing(kind) }
    return engine
  }

  /// Every engine whose library is on this machine, fastest first.
  public static var present: [ProductEngine] { Kind.allCases.compactMap(load) }

  /// GSL's CBLAS: slow, but always available.
  public static let gsl = unsafe ProductEngine(
    kind: .gsl, name: "GSL CBLAS \(GSL.version)", sgemm: .cblas(reference, prepare: nil))

  private static let reference: CBLASSgemm = {
    unsafe cblas_sgemm(
      CBLAS_ORDER(rawValue: UInt32($0)), CBLAS_TRANSPOSE(rawValue: UInt32($1)),
      CBLAS_TRANSPOSE(rawValue: UInt32($2)), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  }

  private static func load(_ kind: Kind) -> ProductEngine? {
    defer { dk_restore_cores() }
    return switch kind {
    case .onednn: oneDNN
    case .accelerate: accelerate
    case .openblas: openBLAS
    case .blas: anyBLAS
    case .gsl: gsl
    }
  }

  private static let oneDNNNames = ["libdnnl.so.3", "libdnnl.so.2", "libdnnl.so", "libdnnl.dylib"]

  /// The reason why oneDNN is not used although it is installed; `nil` if it is used or not installed.
  package static var oneDNNFault: String? { SharedLibrary.fault(candidates: oneDNNNames) }

  private static let oneDNN: ProductEngine? = {
    // libgomp's threads spin after a parallel region unless passive waiting is set before it is loaded. Doppel never
    // opens a region, but another library in the process may.
    setDefault("OMP_WAIT_POLICY", "passive")
    // Version 3 prints its errors to stdout, which is reserved for results.
    setDefault("ONEDNN_VERBOSE", "0")
    guard let library = SharedLibrary(candidates: oneDNNNames), let symbol = unsafe library.symbol("dnnl_sgemm")
    else { return nil }
    let sgemm = unsafe unsafeBitCast(symbol, to: DNNLSgemm.self)
    let setThreads = library.setOpenMPThreads
    var version = ""
    var major = 2
    if let symbol = unsafe library.symbol("dnnl_version") {
      let read = unsafe unsafeBitCast(
        symbol, to: (@convention(c) () -> UnsafePointer<Int32>).self)
      // dnnl_version_t begins with int major, minor, patch.
      let found = unsafe read()
      version = unsafe " \(found[0]).\(found[1]).\(found[2])"
      major = unsafe Int(found[0])
    }
    return unsafe ProductEngine(
      kind: .onednn, name: "oneDNN" + version, sgemm: .dnnl(sgemm, prepare: setThreads),
      matmul: OneDNNMatmul(library, majorVersion: major))
  }()

  /// Products of bytes, if the engine has faster ones.
  var byteProducts: ByteProducts? { kind == .onednn ? Self.oneDNNByteProducts : nil }

  /// Looked for when they are first wanted, because a product is tried.
  private static let oneDNNByteProducts = SharedLibrary(candidates: oneDNNNames).flatMap { ByteProducts($0) }

  private static let accelerate: ProductEngine? = cblas(
    kind: .accelerate, name: "Accelerate",
    candidates: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"])

  private static let openBLAS: ProductEngine? = {
    setDefault("OPENBLAS_NUM_THREADS", "1")
    // Without this, OpenBLAS 0.3.21 uses its Haswell kernels on newer AMD processors, at half the speed.
    if dk_has_avx512() == 1 { setDefault("OPENBLAS_CORETYPE", "SKYLAKEX") }
    return cblas(
      kind: .openblas, name: "OpenBLAS", candidates: ["libopenblas.so.0", "libopenblas.so"])
  }()

  private static let anyBLAS: ProductEngine? = cblas(
    kind: .blas, name: "BLAS", candidates: ["libblis.so.4", "libblas.so.3", "libcblas.so.3"])

  private static func cblas(kind: Kind, name: String, candidates: [String]) -> ProductEngine? {
    guard let library = SharedLibrary(candidates: candidates),
      let symbol = unsafe library.symbol("cblas_sgemm")
    else { return nil }
    let setThreads = library.setThreads(by: "openblas_set_num_threads_local")
    var version = ""
    if let symbol = unsafe library.symbol("openblas_get_config") {
      let read = unsafe unsafeBitCast(
        symbol, to: (@convention(c) () -> UnsafePointer<CChar>?).self)
      let words = unsafe read().map { unsafe String(cString: $0) } ?? ""
      version = words.split(separator: " ").dropFirst().first.map { " \($0)" } ?? ""
    }
    return unsafe ProductEngine(
      kind: kind, name: name + version,
      sgemm: .cblas(unsafeBitCast(symbol, to: CBLASSgemm.self), prepare: setThreads))
  }

  // MARK: The product forms

  /// `c ← a·bᵀ (+ c)`, with a: m × k, b: n × k, and c: m × n in the given columns of `c`.
  @specialized(where S == Float)
  public func multiply<S: Scalar>(
    _ a: Matrix<S>, transposed b: Matrix<S>, into c: inout Matrix<S>, atColumn column: Int = 0,
    accumulating: Bool = false
  ) {
    let (m, n, k) = (a.rows, b.rows, a.columns)
    precondition(
      b.columns == k && c.rows == m && column + n <= c.columns, "\(a)·\(b)ᵀ into \(c) at column \(column)")
    let columns = c.columns
    unsafe a.withPointer { a in
      unsafe b.withPointer { b in
        unsafe c.withMutablePointer { c in
          unsafe run(.plain, .transposed, m, n, k, a, k, b, k, accumulating, c + column, columns)
        }
      }
    }
  }

  /// `c ← a·b`, with a: m × k, b: k × n, c: m × n.
  @specialized(where S == Float)
  public func multiply<S: Scalar>(_ a: Matrix<S>, _ b: Matrix<S>, into c: inout Matrix<S>) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    precondition(b.rows == k && c.rows == m && c.columns == n, "\(a)·\(b) into \(c)")
    unsafe a.withPointer { a in
      unsafe b.withPointer { b in
        unsafe c.withMutablePointer { c in
          unsafe run(.plain, .plain, m, n, k, a, k, b, n, false, c, n)
        }
      }
    }
  }

  /// `c ← aᵀ·b (+ c)`, with a: k × m, b: k × n, c: m × n.
  @specialized(where S == Float)
  public func multiply<S: Scalar>(
    transposing a: Matrix<S>, _ b: Matrix<S>, into c: inout Matrix<S>, accumulating: Bool = false
  ) {
    let (m, n, k) = (a.columns, b.columns, a.rows)
    precondition(b.rows == k && c.rows == m && c.columns == n, "\(a)ᵀ·\(b) into \(c)")
    unsafe a.withPointer { a in
      unsafe b.withPointer { b in
        unsafe c.withMutablePointer { c in
          unsafe run(.transposed, .plain, m, n, k, a, m, b, n, accumulating, c, n)
        }
      }
    }
  }

  // MARK: The same with rounded factors

  /// `c ← a·bᵀ`, with a: m × k, b: n × k, c: m × n.
  public func multiply<S: Scalar>(_ a: BFloat16Matrix, transposed b: BFloat16Matrix, into c: inout Matrix<S>) {
    precondition(b.columns == a.columns && c.rows == a.rows && c.columns == b.rows, "\(a)·\(b)ᵀ into \(c)")
    run(.init(m: a.rows, n: b.rows, k: a.columns, transposesB: true), a, b, into: &c)
  }

  /// `c ← a·b`, with a: m × k, b: k × n, c: m × n.
  public func multiply<S: Scalar>(_ a: BFloat16Matrix, _ b: BFloat16Matrix, into c: inout Matrix<S>) {
    precondition(b.rows == a.columns && c.rows == a.rows && c.columns == b.columns, "\(a)·\(b) into \(c)")
    run(.init(m: a.rows, n: b.columns, k: a.columns), a, b, into: &c)
  }

  /// `c ← aᵀ·b`, with a: k × m, b: k × n, c: m × n.
  public func multiply<S: Scalar>(transposing a: BFloat16Matrix, _ b: BFloat16Matrix, into c: inout Matrix<S>) {
    precondition(b.rows == a.rows && c.rows == a.columns && c.columns == b.columns, "\(a)ᵀ·\(b) into \(c)")
    run(.init(m: a.columns, n: b.columns, k: a.rows, transposesA: true), a, b, into: &c)
  }

  private func run<S: Scalar>(
    _ shape: OneDNNMatmul.Shape, _ a: BFloat16Matrix, _ b: BFloat16Matrix, into c: inout Matrix<S>
  ) {
    guard let matmul else { preconditionFailure("\(name) has no bfloat16 products") }
    precondition(S.self == Float.self, "bfloat16 products are summed in Float")
    if shape.m == 0 || shape.n == 0 || shape.k == 0 { return c.clear() }
    if case .dnnl(_, let setThreads?) = unsafe sgemm { setThreads(1) }
    let done = unsafe c.withMutablePointer { c in
      let target = unsafe UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self)
      return unsafe a.withPointer { a in unsafe b.withPointer { b in unsafe matmul.multiply(shape, a, b, into: target) }
      }
    }
    if done != true { multiplyWidened(shape, a, b, into: &c) }
  }

  /// The same product in single precision, for the case that oneDNN runs out of memory.
  private func multiplyWidened<S: Scalar>(
    _ shape: OneDNNMatmul.Shape, _ a: BFloat16Matrix, _ b: BFloat16Matrix, into c: inout Matrix<S>
  ) {
    var (left, right) = (Matrix<S>(rows: 0, columns: 0), Matrix<S>(rows: 0, columns: 0))
    a.widen(into: &left)
    b.widen(into: &right)
    if shape.transposesA {
      multiply(transposing: left, right, into: &c)
    } else if shape.transposesB {
      multiply(left, transposed: right, into: &c)
    } else {
      multiply(left, right, into: &c)
    }
  }

  private enum Form {
    case plain, transposed
    var letter: CChar { self == .plain ? 78 : 84 }  // 'N', 'T'
    var cblas: Int32 { self == .plain ? 111 : 112 }  // CblasNoTrans, CblasTrans
  }

  /// Row-major `C (m × n) ← op(A)·op(B) + (accumulating ? C : 0)`.
  private func run<S: Scalar>(
    _ formA: Form, _ formB: Form, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<S>, _ lda: Int, _ b: UnsafePointer<S>, _ ldb: Int, _ accumulating: Bool,
    _ c: UnsafeMutablePointer<S>, _ ldc: Int
  ) {
    if m == 0 || n == 0 { return }
    if k == 0 {
      if !accumulating { for row in 0..<m { unsafe (c + row * ldc).update(repeating: 0, count: n) } }
      return
    }
    if S.self == Float.self {
      let floatA = unsafe UnsafeRawPointer(a).assumingMemoryBound(to: Float.self)
      let floatB = unsafe UnsafeRawPointer(b).assumingMemoryBound(to: Float.self)
      let floatC = unsafe UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self)
      unsafe runFloat(formA, formB, m, n, k, floatA, lda, floatB, ldb, accumulating, floatC, ldc)
    } else {
      let doubleA = unsafe UnsafeRawPointer(a).assumingMemoryBound(to: Double.self)
      let doubleB = unsafe UnsafeRawPointer(b).assumingMemoryBound(to: Double.self)
      let doubleC = unsafe UnsafeMutableRawPointer(c).assumingMemoryBound(to: Double.self)
      unsafe cblas_dgemm(
        CblasRowMajor, CBLAS_TRANSPOSE(rawValue: UInt32(formA.cblas)),
        CBLAS_TRANSPOSE(rawValue: UInt32(formB.cblas)), Int32(m), Int32(n), Int32(k), 1, doubleA,
        Int32(lda), doubleB, Int32(ldb), accumulating ? 1 : 0, doubleC, Int32(ldc))
    }
  }

  private func runFloat(
    _ formA: Form, _ formB: Form, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
    _ accumulating: Bool, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    let beta: Float = accumulating ? 1 : 0
    switch unsafe sgemm {
    case .dnnl(let call, let setThreads):
      setThreads?(1)
      // dnnl.h: row-major; `ld` is the row stride; returns a status, 0 for success.
      let status = unsafe call(
        formA.letter, formB.letter, m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
      if status == 0 { return }
      // If it has no memory for its packing buffers, the same product without them.
      unsafe Self.reference(
        101, formA.cblas, formB.cblas, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda), b,
        Int32(ldb), beta, c, Int32(ldc))
    case .cblas(let call, let setThreads):
      setThreads?(1)
      unsafe call(
        101, formA.cblas, formB.cblas, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda), b,
        Int32(ldb), beta, c, Int32(ldc))
    }
  }
}

// MARK: C signatures

private typealias DNNLSgemm =
  @convention(c) (
    CChar, CChar, Int, Int, Int, Float, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, Float,
    UnsafeMutablePointer<Float>, Int
  ) -> Int32
private typealias CBLASSgemm =
  @convention(c) (
    Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32,
    UnsafePointer<Float>, Int32, Float, UnsafeMutablePointer<Float>, Int32
  ) -> Void

/// A function of a library that sets the number of threads of its later calls by the same thread.
typealias SetThreads = @convention(c) (Int32) -> Void

extension SharedLibrary {
  /// The function by which OpenMP, with which oneDNN is usually built, is told the number of threads.
  var setOpenMPThreads: SetThreads? { setThreads(by: "omp_set_num_threads") }

  /// A function of this name; `nil` if the library has none.
  fileprivate func setThreads(by name: String) -> SetThreads? {
    unsafe symbol(name).map { unsafe unsafeBitCast($0, to: SetThreads.self) }
  }
}

@unsafe private enum SGEMM: Sendable {
  case dnnl(DNNLSgemm, prepare: SetThreads?)
  case cblas(CBLASSgemm, prepare: SetThreads?)
}

private func setDefault(_ name: String, _ value: String) { unsafe setenv(name, value, 0) }

private func environment(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}
