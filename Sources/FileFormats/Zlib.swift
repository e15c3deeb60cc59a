// zlib is loaded when the first compressed file is met, so that building and running without it work.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The functions of zlib that read a compressed file.
@safe struct Zlib: Sendable {
  private typealias File = OpaquePointer

  // gzFile gzdopen(int fd, const char *mode); int gzread(gzFile file, voidp buf, unsigned len);
  // const char *gzerror(gzFile file, int *errnum); int gzclose_r(gzFile file);
  private let gzdopen: @Sendable @convention(c) (Int32, UnsafePointer<CChar>) -> OpaquePointer?
  private let gzread: @Sendable @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UInt32) -> Int32
  private let gzerror: @Sendable @convention(c) (OpaquePointer, UnsafeMutablePointer<Int32>) -> UnsafePointer<CChar>?
  private let gzclose: @Sendable @convention(c) (OpaquePointer) -> Int32

  /// The library of this machine, if it has one.
  static let shared: Zlib? = load()

  private static func load() -> Zlib? {
    for name in ["libz.so.1", "libz.dylib", "/usr/lib/libz.dylib"] {
      guard let library = unsafe dlopen(name, RTLD_NOW) else { continue }
      guard let open = unsafe dlsym(library, "gzdopen"), let read = unsafe dlsym(library, "gzread"),
        let error = unsafe dlsym(library, "gzerror"), let close = unsafe dlsym(library, "gzclose_r")
      else { continue }
      return unsafe Zlib(
        gzdopen: unsafeBitCast(
          open, to: (@Sendable @convention(c) (Int32, UnsafePointer<CChar>) -> OpaquePointer?).self),
        gzread: unsafeBitCast(
          read, to: (@Sendable @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UInt32) -> Int32).self),
        gzerror: unsafeBitCast(
          error,
          to: (@Sendable @convention(c) (OpaquePointer, UnsafeMutablePointer<Int32>) -> UnsafePointer<CChar>?)
            .self),
        gzclose: unsafeBitCast(close, to: (@Sendable @convention(c) (OpaquePointer) -> Int32).self))
    }
    return nil
  }

  /// Inflates the whole file.
  ///
  /// - Throws: ``DataError`` when the data is damaged, cut off or inflates to more than `limit` bytes.
  func inflate(_ file: borrowing FileDescriptor, path: String, limit: Int) throws -> [UInt8] {
    let descriptor = file.duplicate()
    guard descriptor >= 0, let handle = unsafe gzdopen(descriptor, "rb") else {
      if descriptor >= 0 { close(descriptor) }
      throw InputError(path: path, reason: "no memory to decompress it")
    }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var failure: DataError?
    while failure == nil {
      let got = unsafe gzread(handle, &chunk, UInt32(chunk.count))
      if got > 0 { result.append(contentsOf: chunk[..<Int(got)]) }
      if result.count > limit {
        failure = DataError(
          path: path, message: "inflates to more than \(limit) bytes",
          accepted: "a smaller or an uncompressed file")
      } else if got <= 0 {
        // A cut-off stream gives what there is, then 0 with the error set: only gzerror tells it from the
        // end.
        var code: Int32 = 0
        _ = unsafe gzerror(handle, &code)
        if code != 0 { failure = Self.damage(code, path: path) }
        break
      }
    }
    let code = unsafe gzclose(handle)
    if let failure { throw failure }
    if code != 0 { throw Self.damage(code, path: path) }
    return result
  }

  private static func damage(_ code: Int32, path: String) -> DataError {
    // zlib.h: Z_BUF_ERROR (-5) when the file ends in the middle of a stream.
    DataError(
      path: path, message: code == -5 ? "is cut off: its gzip data has no end" : "has damaged gzip data",
      accepted: "a complete .gz file, or the uncompressed one")
  }
}
