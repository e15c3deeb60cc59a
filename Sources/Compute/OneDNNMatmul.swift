import CKernels
import SharedLibraries

/// Products of bfloat16 matrices by oneDNN's matmul primitive, versions 2 and 3.
///
/// `dnnl_sgemm` has no counterpart for bfloat16, so this uses primitives: one is created per shape and kept, with its
/// scratch memory. The two versions differ in how a memory descriptor is stored (a struct of the caller, or an opaque
/// pointer) and in how a matmul is described; both are declared here because no header is required to build.
@safe final class OneDNNMatmul: Sendable {
  /// The product of a primitive: `c (m × n) ← op(a)·op(b)`, every matrix dense.
  struct Shape: Hashable {
    var m: Int
    var n: Int
    var k: Int
    var transposesA = false
    var transposesB = false
  }

  private let functions: Functions
  private let engine: Handle
  private let pool = Guarded<[Shape: [Primitive]]>([:])

  /// - Returns: `nil` if the library lacks a function, or if the processor has no instruction for it, so that a product
  ///   in single precision would be faster.
  init?(_ library: SharedLibrary, majorVersion: Int) {
    guard dk_has_avx512_bf16() == 1, let functions = Functions(library, majorVersion: majorVersion) else { return nil }
    var engine: UnsafeMutableRawPointer?
    guard unsafe functions.engineCreate(&engine, 1, 0) == 0, let engine = unsafe engine else { return nil }
    self.functions = functions
    unsafe self.engine = Handle(pointer: engine)
  }

  /// Computes one product.
  ///
  /// - Returns: whether it was done; `false` when a primitive cannot be created for lack of memory.
  func multiply(
    _ shape: Shape, _ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>, into c: UnsafeMutablePointer<Float>
  ) -> Bool {
    let kept = pool.withLock { $0[shape]?.popLast() }
    guard let primitive = kept ?? Primitive(shape, functions, engine) else { return false }
    let done = unsafe primitive.execute(a, b, c)
    pool.withLock { pool in
      // A program usually has few shapes; if there are many, the memory is released from time to time.
      if pool.count > 64 { pool.removeAll() }
      pool[shape, default: []].append(primitive)
    }
    return done
  }

  // MARK: One primitive

  /// A primitive with its stream and memory objects, used by one thread at a time.
  @safe private final class Primitive: @unchecked Sendable {
    private let functions: Functions
    private let primitive: UnsafeMutableRawPointer
    private let stream: UnsafeMutableRawPointer
    /// a, b, c, scratch.
    private var memories: [UnsafeMutableRawPointer] = unsafe []
    private let scratch: UnsafeMutableRawPointer

    init?(_ shape: Shape, _ functions: Functions, _ engine: Handle) {
      self.functions = functions
      let engine = unsafe engine.pointer
      let (m, n, k) = (Int64(shape.m), Int64(shape.n), Int64(shape.k))
      guard
        let a = unsafe functions.descriptor(m, k, .bfloat16, strides: shape.transposesA ? (1, m) : (k, 1)),
        let b = unsafe functions.descriptor(k, n, .bfloat16, strides: shape.transposesB ? (1, k) : (n, 1)),
        let c = unsafe functions.descriptor(m, n, .float32, strides: (n, 1)),
        let description = unsafe functions.matmul(engine, a, b, c)
      else { return nil }
      defer {
        unsafe functions.release(descriptor: a)
        unsafe functions.release(descriptor: b)
        unsafe functions.release(descriptor: c)
        _ = unsafe functions.primitiveDescDestroy(description)
      }
      var primitive: UnsafeMutableRawPointer?
      var stream: UnsafeMutableRawPointer?
      guard
        let wanted = unsafe functions.queryMD(description, 136, 0),  // dnnl_query_scratchpad_md
        unsafe functions.primitiveCreate(&primitive, description) == 0, let primitive = unsafe primitive,
        unsafe functions.streamCreate(&stream, engine, 1) == 0, let stream = unsafe stream
      else { return nil }
      unsafe self.primitive = unsafe primitive
      unsafe self.stream = unsafe stream
      unsafe scratch = .allocate(byteCount: unsafe max(64, functions.descriptorSize(wanted)), alignment: 64)
      let descriptors = unsafe [a, b, c, wanted]
      for index in unsafe descriptors.indices {
        var memory: UnsafeMutableRawPointer?
        let handle = unsafe index == 3 ? scratch : nil
        guard unsafe functions.memoryCreate(&memory, descriptors[index], engine, handle) == 0,
          let memory = unsafe memory
        else { return nil }
        unsafe memories.append(memory)
      }
    }

    deinit {
      for index in unsafe memories.indices { _ = unsafe functions.memoryDestroy(memories[index]) }
      _ = unsafe functions.streamDestroy(stream)
      _ = unsafe functions.primitiveDestroy(primitive)
      unsafe scratch.deallocate()
    }

    func execute(
      _ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>, _ c: UnsafeMutablePointer<Float>
    ) -> Bool {
      let handles = unsafe [
        UnsafeMutableRawPointer(mutating: a), UnsafeMutableRawPointer(mutating: b), UnsafeMutableRawPointer(c),
      ]
      for index in unsafe handles.indices {
        if unsafe functions.setDataHandle(memories[index], handles[index]) != 0 { return false }
      }
      // DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD.
      let arguments = unsafe zip([1, 33, 17, 80] as [Int32], memories).map { unsafe Argument(name: $0, memory: $1) }
      return unsafe functions.execute(primitive, stream, Int32(arguments.count), arguments) == 0
        && functions.wait(stream) == 0
    }
  }

  @safe private struct Handle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  /// `dnnl_exec_arg_t`.
  @unsafe private struct Argument {
    var name: Int32
    var memory: UnsafeMutableRawPointer
  }

  // MARK: The C functions

  /// `dnnl_data_type_t`.
  private enum DataType: Int32 {
    case bfloat16 = 2
    case float32 = 3
  }

  @safe private final class Functions: @unchecked Sendable {
    typealias Raw = UnsafeMutableRawPointer
    typealias Out = UnsafeMutablePointer<UnsafeMutableRawPointer?>
    typealias Release = @convention(c) (Raw) -> Int32

    let engineCreate: @convention(c) (Out, Int32, Int) -> Int32
    let streamCreate: @convention(c) (Out, Raw, UInt32) -> Int32
    let streamDestroy: Release
    let wait: Release
    let queryMD: @convention(c) (Raw, Int32, Int32) -> Raw?
    let descriptorSize: @convention(c) (Raw) -> Int
    let primitiveCreate: @convention(c) (Out, Raw) -> Int32
    let primitiveDestroy: Release
    let primitiveDescDestroy: Release
    let memoryCreate: @convention(c) (Out, Raw, Raw, Raw?) -> Int32
    let memoryDestroy: Release
    let setDataHandle: @convention(c) (Raw, Raw?) -> Int32
    let execute: @convention(c) (Raw, Raw, Int32, UnsafeRawPointer) -> Int32

    private let attrCreate: @convention(c) (Out) -> Int32
    private let attrDestroy: Release
    private let setScratchpadMode: @convention(c) (Raw, Int32) -> Int32
    private let form: Form

    typealias Dimensions = UnsafePointer<Int64>
    @unsafe private enum Form {
      case version2(
        describe: @convention(c) (Raw, Int32, Dimensions, Int32, Dimensions) -> Int32,
        matmul: @convention(c) (Raw, Raw, Raw, Raw?, Raw) -> Int32,
        create: @convention(c) (Out, Raw, Raw?, Raw, Raw?) -> Int32)
      case version3(
        describe: @convention(c) (Out, Int32, Dimensions, Int32, Dimensions) -> Int32,
        destroy: Release,
        create: @convention(c) (Out, Raw, Raw, Raw, Raw?, Raw, Raw?) -> Int32)
    }

    init?(_ library: SharedLibrary, majorVersion: Int) {
      func find<T>(_ name: String, _ type: T.Type) -> T? {
        unsafe library.symbol("dnnl_" + name).map { unsafe unsafeBitCast($0, to: type) }
      }
      guard
        let engineCreate = unsafe find("engine_create", (@convention(c) (Out, Int32, Int) -> Int32).self),
        let streamCreate = unsafe find("stream_create", (@convention(c) (Out, Raw, UInt32) -> Int32).self),
        let streamDestroy = unsafe find("stream_destroy", Release.self),
        let wait = unsafe find("stream_wait", Release.self),
        let queryMD = unsafe find("primitive_desc_query_md", (@convention(c) (Raw, Int32, Int32) -> Raw?).self),
        let descriptorSize = unsafe find("memory_desc_get_size", (@convention(c) (Raw) -> Int).self),
        let primitiveCreate = unsafe find("primitive_create", (@convention(c) (Out, Raw) -> Int32).self),
        let primitiveDestroy = unsafe find("primitive_destroy", Release.self),
        let primitiveDescDestroy = unsafe find("primitive_desc_destroy", Release.self),
        let memoryCreate = unsafe find("memory_create", (@convention(c) (Out, Raw, Raw, Raw?) -> Int32).self),
        let memoryDestroy = unsafe find("memory_destroy", Release.self),
        let setDataHandle = unsafe find("memory_set_data_handle", (@convention(c) (Raw, Raw?) -> Int32).self),
        let execute = unsafe find(
          "primitive_execute", (@convention(c) (Raw, Raw, Int32, UnsafeRawPointer) -> Int32).self),
        let attrCreate = unsafe find("primitive_attr_create", (@convention(c) (Out) -> Int32).self),
        let attrDestroy = unsafe find("primitive_attr_destroy", Release.self),
        let setScratchpadMode = unsafe find(
          "primitive_attr_set_scratchpad_mode", (@convention(c) (Raw, Int32) -> Int32).self)
      else { return nil }
      if majorVersion >= 3 {
        guard
          let describe = unsafe find(
            "memory_desc_create_with_strides",
            (@convention(c) (Out, Int32, Dimensions, Int32, Dimensions) -> Int32).self),
          let destroy = unsafe find("memory_desc_destroy", Release.self),
          let create = unsafe find(
            "matmul_primitive_desc_create",
            (@convention(c) (Out, Raw, Raw, Raw, Raw?, Raw, Raw?) -> Int32).self)
        else { return nil }
        unsafe form = .version3(describe: describe, destroy: destroy, create: create)
      } else {
        guard
          let describe = unsafe find(
            "memory_desc_init_by_strides",
            (@convention(c) (Raw, Int32, Dimensions, Int32, Dimensions) -> Int32).self),
          let matmul = unsafe find("matmul_desc_init", (@convention(c) (Raw, Raw, Raw, Raw?, Raw) -> Int32).self),
          let create = unsafe find(
            "primitive_desc_create", (@convention(c) (Out, Raw, Raw?, Raw, Raw?) -> Int32).self)
        else { return nil }
        unsafe form = .version2(describe: describe, matmul: matmul, create: create)
      }
      unsafe self.engineCreate = unsafe engineCreate
      unsafe self.streamCreate = unsafe streamCreate
      unsafe self.streamDestroy = unsafe streamDestroy
      unsafe self.wait = unsafe wait
      unsafe self.queryMD = unsafe queryMD
      unsafe self.descriptorSize = unsafe descriptorSize
      unsafe self.primitiveCreate = unsafe primitiveCreate
      unsafe self.primitiveDestroy = unsafe primitiveDestroy
      unsafe self.primitiveDescDestroy = unsafe primitiveDescDestroy
      unsafe self.memoryCreate = unsafe memoryCreate
      unsafe self.memoryDestroy = unsafe memoryDestroy
      unsafe self.setDataHandle = unsafe setDataHandle
      unsafe self.execute = unsafe execute
      unsafe self.attrCreate = unsafe attrCreate
      unsafe self.attrDestroy = unsafe attrDestroy
      unsafe self.setScratchpadMode = unsafe setScratchpadMode
    }

    /// A memory descriptor, to be given back with `release(descriptor:)`.
    func descriptor(_ rows: Int64, _ columns: Int64, _ type: DataType, strides: (Int64, Int64)) -> Raw? {
      // dnnl_dims_t has twelve places.
      let rest = [Int64](repeating: 0, count: 10)
      let (shape, strides) = ([rows, columns] + rest, [strides.0, strides.1] + rest)
      switch unsafe form {
      case .version2(let describe, _, _):
        // dnnl_memory_desc_t is below 1 KB.
        let raw = Raw.allocate(byteCount: 4096, alignment: 64)
        if unsafe describe(raw, 2, shape, type.rawValue, strides) == 0 { return unsafe raw }
        unsafe raw.deallocate()
        return nil
      case .version3(let describe, _, _):
        var result: Raw?
        return unsafe describe(&result, 2, shape, type.rawValue, strides) == 0 ? result : nil
      }
    }

    func release(descriptor: Raw) {
      switch unsafe form {
      case .version2: unsafe descriptor.deallocate()
      case .version3(_, let destroy, _): _ = unsafe destroy(descriptor)
      }
    }

    /// A primitive descriptor for `c ← a·b` with scratch memory from the caller.
    func matmul(_ engine: Raw, _ a: Raw, _ b: Raw, _ c: Raw) -> Raw? {
      var attributes: Raw?
      guard unsafe attrCreate(&attributes) == 0, let attributes = unsafe attributes else { return nil }
      defer { _ = unsafe attrDestroy(attributes) }
      guard unsafe setScratchpadMode(attributes, 1) == 0 else { return nil }  // dnnl_scratchpad_mode_user
      var result: Raw?
      switch unsafe form {
      case .version2(_, let matmul, let create):
        // dnnl_matmul_desc_t consists mainly of four memory descriptors.
        let operation = Raw.allocate(byteCount: 16384, alignment: 64)
        defer { unsafe operation.deallocate() }
        guard unsafe matmul(operation, a, b, nil, c) == 0 else { return nil }
        return unsafe create(&result, operation, attributes, engine, nil) == 0 ? result : nil
      case .version3(_, _, let create):
        return unsafe create(&result, engine, a, b, nil, c, attributes) == 0 ? result : nil
      }
    }
  }
}
