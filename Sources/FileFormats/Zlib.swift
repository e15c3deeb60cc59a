import SharedLibraries

/// The functions of zlib that read compressed bytes.
@safe struct Zlib: Sendable {
  /// z_stream of zlib.h, field by field.
  @unsafe private struct Stream {
    var nextIn: UnsafePointer<UInt8>? = nil
    var availableIn: UInt32 = 0
    var totalIn: UInt = 0
    var nextOut: UnsafeMutablePointer<UInt8>? = nil
    var availableOut: UInt32 = 0
    var totalOut: UInt = 0
    var message: UnsafePointer<CChar>? = nil
    var state: OpaquePointer? = nil
    var allocate: OpaquePointer? = nil
    var free: OpaquePointer? = nil
    var opaque: OpaquePointer? = nil
    var dataType: Int32 = 0
    var adler: UInt = 0
    var reserved: UInt = 0
  }

  // int inflateInit2_(z_streamp, int windowBits, const char *version, int stream_size);
  // int inflate(z_streamp, int flush); int inflateReset(z_streamp); int inflateEnd(z_streamp);
  // const char *zlibVersion(void);
  private typealias Init =
    @Sendable @convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32
  private typealias Inflate = @Sendable @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  private typealias Step = @Sendable @convention(c) (UnsafeMutableRawPointer) -> Int32
  private typealias Version = @convention(c) () -> UnsafePointer<CChar>?

  private let inflateInit: Init
  private let inflate: Inflate
  private let inflateReset: Step
  private let inflateEnd: Step
  /// Such as `1.2.13`.
  let version: String

  /// The library of this machine, if it has one of these names.
  init?(candidates: [String]) {
    guard let library = SharedLibrary(candidates: candidates),
      let start = unsafe library.symbol("inflateInit2_"), let inflate = unsafe library.symbol("inflate"),
      let reset = unsafe library.symbol("inflateReset"), let end = unsafe library.symbol("inflateEnd"),
      let version = unsafe library.symbol("zlibVersion")
    else { return nil }
    unsafe inflateInit = unsafeBitCast(start, to: Init.self)
    unsafe self.inflate = unsafeBitCast(inflate, to: Inflate.self)
    unsafe inflateReset = unsafeBitCast(reset, to: Step.self)
    unsafe inflateEnd = unsafeBitCast(end, to: Step.self)
    let name = unsafe unsafeBitCast(version, to: Version.self)()
    self.version = unsafe name.map { unsafe String(cString: $0) } ?? ""
  }

  /// Decompresses all members of a gzip file; only zeros may follow the last one.
  ///
  /// - Throws: ``DataError`` when the data is damaged, cut off, followed by something else, or decompresses to more
  ///   than `limit` bytes.
  func decompress(_ bytes: Span<UInt8>, path: String, limit: Int) throws -> [UInt8] {
    // zlib stores the address of the stream, so it must not move.
    let stream = UnsafeMutablePointer<Stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: Stream())
    defer { unsafe stream.deallocate() }
    // 15 for the largest window, 16 for a gzip header; zlib compares the version's first digit.
    guard unsafe inflateInit(stream, 15 + 16, "1", Int32(MemoryLayout<Stream>.size)) == 0 else {
      throw InputError(path: path, reason: "no memory to decompress it")
    }
    defer { _ = unsafe inflateEnd(stream) }
    var output = DecompressedBytes(path: path, limit: limit)
    try unsafe bytes.withUnsafeBufferPointer { input in
      // The first byte that zlib has not received.
      var position = 0
      while true {
        if unsafe stream.pointee.availableIn == 0 {
          let count = min(input.count - position, 1 << 30)
          unsafe stream.pointee.nextIn = input.baseAddress.map { unsafe $0 + position }
          unsafe stream.pointee.availableIn = UInt32(count)
          position += count
        }
        let code = try unsafe output.append { chunk in
          unsafe stream.pointee.nextOut = chunk.baseAddress
          unsafe stream.pointee.availableOut = UInt32(chunk.count)
          let code = unsafe inflate(stream, 0)
          return unsafe (chunk.count - Int(stream.pointee.availableOut), code)
        }
        switch code {
        case 0: continue
        case 1:
          let next = unsafe position - Int(stream.pointee.availableIn)
          if try Self.isEnd(bytes, at: next, path: path) { return }
          _ = unsafe inflateReset(stream)
        // Z_BUF_ERROR means missing input or missing room for output; there always is room.
        case -5: throw Self.damage("is cut off: its gzip data has no end", path: path)
        case -4: throw InputError(path: path, reason: "no memory to decompress it")
        default: throw Self.damage("has damaged gzip data", path: path)
        }
      }
    }
    return output.bytes
  }

  /// Whether a member is the last one: nothing follows it except zeros, which fill the last block of a tape.
  private static func isEnd(_ bytes: Span<UInt8>, at position: Int, path: String) throws -> Bool {
    var next = position
    while next < bytes.count && bytes[next] == 0 { next += 1 }
    if next == bytes.count { return true }
    if next == position, Compression(of: bytes.extracting(position...)) == .gzip { return false }
    throw DataError(
      path: path, message: "has other data after its gzip data, from byte \(position + 1) on",
      accepted: "gzip data to the end (several .gz files joined are one), or the uncompressed file")
  }

  private static func damage(_ message: String, path: String) -> DataError {
    DataError(path: path, message: message, accepted: "a complete .gz file, or the uncompressed one")
  }
}
