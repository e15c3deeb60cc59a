import SharedLibraries

/// The functions of libzstd that read compressed bytes.
@safe struct Zstandard: Sendable {
  /// ZSTD_inBuffer of zstd.h.
  @unsafe fileprivate struct Input {
    var source: UnsafeRawPointer?
    var size: Int
    var position = 0
  }

  /// ZSTD_outBuffer.
  @unsafe fileprivate struct Output {
    var destination: UnsafeMutableRawPointer?
    var size: Int
    var position = 0
  }

  // ZSTD_DStream *ZSTD_createDStream(void); size_t ZSTD_freeDStream(ZSTD_DStream *);
  // size_t ZSTD_DCtx_setParameter(ZSTD_DCtx *, ZSTD_dParameter, int);
  // size_t ZSTD_decompressStream(ZSTD_DStream *, ZSTD_outBuffer *, ZSTD_inBuffer *);
  // unsigned ZSTD_isError(size_t); ZSTD_ErrorCode ZSTD_getErrorCode(size_t); const char *ZSTD_versionString(void);
  fileprivate typealias Create = @Sendable @convention(c) () -> OpaquePointer?
  fileprivate typealias Free = @Sendable @convention(c) (OpaquePointer) -> Int
  fileprivate typealias SetParameter = @Sendable @convention(c) (OpaquePointer, Int32, Int32) -> Int
  fileprivate typealias Decompress =
    @Sendable @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
  fileprivate typealias Question = @Sendable @convention(c) (Int) -> UInt32
  private typealias Version = @convention(c) () -> UnsafePointer<CChar>?

  fileprivate let create: Create
  fileprivate let free: Free
  fileprivate let setParameter: SetParameter
  fileprivate let step: Decompress
  fileprivate let isError: Question
  fileprivate let errorCode: Question
  /// Such as `1.5.4`.
  let version: String

  /// The largest window of a frame, as a power of two: 128 MiB, the limit of `zstd -d`.
  fileprivate static let longestWindow: Int32 = 27
  fileprivate static let windowParameter: Int32 = 100  // ZSTD_d_windowLogMax

  /// The library of this machine, if it has one of these names.
  init?(candidates: [String]) {
    guard let library = SharedLibrary(candidates: candidates),
      let create = unsafe library.symbol("ZSTD_createDStream"), let free = unsafe library.symbol("ZSTD_freeDStream"),
      let setParameter = unsafe library.symbol("ZSTD_DCtx_setParameter"),
      let decompress = unsafe library.symbol("ZSTD_decompressStream"),
      let isError = unsafe library.symbol("ZSTD_isError"), let errorCode = unsafe library.symbol("ZSTD_getErrorCode"),
      let version = unsafe library.symbol("ZSTD_versionString")
    else { return nil }
    unsafe self.create = unsafeBitCast(create, to: Create.self)
    unsafe self.free = unsafeBitCast(free, to: Free.self)
    unsafe self.setParameter = unsafeBitCast(setParameter, to: SetParameter.self)
    unsafe step = unsafeBitCast(decompress, to: Decompress.self)
    unsafe self.isError = unsafeBitCast(isError, to: Question.self)
    unsafe self.errorCode = unsafeBitCast(errorCode, to: Question.self)
    let name = unsafe unsafeBitCast(version, to: Version.self)()
    self.version = unsafe name.map { unsafe String(cString: $0) } ?? ""
  }
}

/// All frames of a zstd file; skippable frames have no content.
@safe final class ZstandardDecompressor: Decompressor {
  private let stored: StoredBytes
  private let library: Zstandard
  private let path: String
  private let stream: OpaquePointer
  /// The first byte that has not been consumed.
  private(set) var position = 0
  /// Whether the last frame is complete and entirely decompressed.
  private var hasEnded = false

  /// - Throws: ``InputError`` when there is no memory.
  init(_ stored: StoredBytes, _ library: Zstandard, path: String) throws {
    guard let stream = unsafe library.create() else {
      throw InputError(path: path, reason: "no memory to decompress it")
    }
    (self.stored, self.library, self.path) = (stored, library, path)
    unsafe self.stream = stream
    _ = unsafe library.setParameter(stream, Zstandard.windowParameter, Zstandard.longestWindow)
  }

  deinit { _ = unsafe library.free(stream) }

  func next(into memory: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    while !hasEnded {
      let (count, left) = unsafe step(into: memory)
      if library.isError(left) != 0 { throw failure(library.errorCode(left)) }
      if left == 0 {
        hasEnded = position == stored.count
        if !hasEnded { try requireFrame() }
      } else if position == stored.count && count < memory.count {
        throw damage("is cut off: its zstd data has no end")
      }
      if count > 0 { return count }
    }
    return 0
  }

  /// - Returns: the number of bytes written, and what is left of the frame, or an error.
  private func step(into memory: UnsafeMutableBufferPointer<UInt8>) -> (count: Int, left: Int) {
    stored.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { source in
        var input = unsafe Zstandard.Input(source: source.baseAddress, size: source.count, position: position)
        var output = unsafe Zstandard.Output(
          destination: UnsafeMutableRawPointer(memory.baseAddress), size: memory.count)
        let left = unsafe library.step(stream, &output, &input)
        position = unsafe input.position
        return unsafe (output.position, left)
      }
    }
  }

  private func requireFrame() throws {
    let isFrame = stored.withBytes { Compression(of: $0.extracting(position...)) == .zstd }
    if isFrame { return }
    throw DataError(
      path: path, message: "has other data after its zstd data, from byte \(position + 1) on",
      accepted: "zstd data to the end (several .zst files joined are one), or the uncompressed file")
  }

  /// What an error code of zstd_errors.h means for the user.
  private func failure(_ code: UInt32) -> any Error {
    switch code {
    case 16:
      DataError(
        path: path, message: "needs a window of more than 128 MiB (zstd --long)",
        accepted: "the uncompressed file, which 'zstd -d --long=31' makes, or one compressed without --long")
    case 30, 32:
      DataError(
        path: path, message: "was compressed with a dictionary",
        accepted: "the uncompressed file, which 'zstd -d -D DICTIONARY' makes")
    case 64: InputError(path: path, reason: "no memory to decompress it")
    default: damage("has damaged zstd data")
    }
  }

  private func damage(_ message: String) -> DataError {
    DataError(path: path, message: message, accepted: "a complete .zst file, or the uncompressed one")
  }
}
