import SharedLibraries

/// The functions of zlib that read compressed bytes.
@safe struct Zlib: Sendable {
  /// z_stream of zlib.h, field by field.
  @unsafe fileprivate struct Stream {
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
  fileprivate typealias Init =
    @Sendable @convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32
  fileprivate typealias Inflate = @Sendable @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  fileprivate typealias Step = @Sendable @convention(c) (UnsafeMutableRawPointer) -> Int32
  private typealias Version = @convention(c) () -> UnsafePointer<CChar>?

  fileprivate let inflateInit: Init
  fileprivate let inflate: Inflate
  fileprivate let inflateReset: Step
  fileprivate let inflateEnd: Step
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
}

/// All members of a gzip file; only zeros may follow the last one.
@safe final class GzipDecompressor: Decompressor {
  private let stored: StoredBytes
  private let zlib: Zlib
  private let path: String
  /// zlib stores its address, so it must not move.
  private let stream: UnsafeMutablePointer<Zlib.Stream>
  /// The first byte that zlib has not consumed.
  private(set) var position = 0
  private var hasEnded = false

  /// - Throws: ``InputError`` when there is no memory.
  init(_ stored: StoredBytes, _ zlib: Zlib, path: String) throws {
    (self.stored, self.zlib, self.path) = (stored, zlib, path)
    unsafe stream = UnsafeMutablePointer<Zlib.Stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: Zlib.Stream())
    // 15 for the largest window, 16 for a gzip header; zlib compares the version's first digit.
    guard unsafe zlib.inflateInit(stream, 15 + 16, "1", Int32(MemoryLayout<Zlib.Stream>.size)) == 0 else {
      throw InputError(path: path, reason: "no memory to decompress it")
    }
  }

  deinit {
    // It does nothing to a stream that could not be initialised.
    _ = unsafe zlib.inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func next(into memory: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    while !hasEnded {
      let (count, code) = unsafe inflate(into: memory)
      switch code {
      case 0: break
      case 1:
        hasEnded = try stored.withBytes { try isEnd($0) }
        if !hasEnded { _ = unsafe zlib.inflateReset(stream) }
      // Z_BUF_ERROR means missing input or missing room for output; there always is room.
      case -5: throw damage("is cut off: its gzip data has no end")
      case -4: throw InputError(path: path, reason: "no memory to decompress it")
      default: throw damage("has damaged gzip data")
      }
      if count > 0 { return count }
    }
    return 0
  }

  private func inflate(into memory: UnsafeMutableBufferPointer<UInt8>) -> (count: Int, code: Int32) {
    stored.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { input in
        let (given, room) = (min(input.count - position, 1 << 30), min(memory.count, 1 << 30))
        unsafe stream.pointee.nextIn = input.baseAddress.map { unsafe $0 + position }
        unsafe stream.pointee.availableIn = UInt32(given)
        unsafe stream.pointee.nextOut = memory.baseAddress
        unsafe stream.pointee.availableOut = UInt32(room)
        let code = unsafe zlib.inflate(stream, 0)
        position += unsafe given - Int(stream.pointee.availableIn)
        return unsafe (room - Int(stream.pointee.availableOut), code)
      }
    }
  }

  /// Whether a member is the last one: nothing follows it except zeros, which fill the last block of a tape.
  private func isEnd(_ bytes: Span<UInt8>) throws -> Bool {
    var next = position
    while next < bytes.count && bytes[next] == 0 { next += 1 }
    if next == bytes.count { return true }
    if next == position, Compression(of: bytes.extracting(position...)) == .gzip { return false }
    throw DataError(
      path: path, message: "has other data after its gzip data, from byte \(position + 1) on",
      accepted: "gzip data to the end (several .gz files joined are one), or the uncompressed file")
  }

  private func damage(_ message: String) -> DataError {
    DataError(path: path, message: message, accepted: "a complete .gz file, or the uncompressed one")
  }
}
