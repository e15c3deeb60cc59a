import SharedLibraries

/// The functions of libzstd that read compressed bytes.
@safe struct Zstandard: Sendable {
  /// ZSTD_inBuffer of zstd.h.
  @unsafe private struct Input {
    var source: UnsafeRawPointer?
    var size: Int
    var position = 0
  }

  /// ZSTD_outBuffer.
  @unsafe private struct Output {
    var destination: UnsafeMutableRawPointer?
    var size: Int
    var position = 0
  }

  // ZSTD_DStream *ZSTD_createDStream(void); size_t ZSTD_freeDStream(ZSTD_DStream *);
  // size_t ZSTD_DCtx_setParameter(ZSTD_DCtx *, ZSTD_dParameter, int);
  // size_t ZSTD_decompressStream(ZSTD_DStream *, ZSTD_outBuffer *, ZSTD_inBuffer *);
  // unsigned ZSTD_isError(size_t); ZSTD_ErrorCode ZSTD_getErrorCode(size_t); const char *ZSTD_versionString(void);
  private typealias Create = @Sendable @convention(c) () -> OpaquePointer?
  private typealias Free = @Sendable @convention(c) (OpaquePointer) -> Int
  private typealias SetParameter = @Sendable @convention(c) (OpaquePointer, Int32, Int32) -> Int
  private typealias Decompress =
    @Sendable @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
  private typealias Question = @Sendable @convention(c) (Int) -> UInt32
  private typealias Version = @convention(c) () -> UnsafePointer<CChar>?

  private let create: Create
  private let free: Free
  private let setParameter: SetParameter
  private let step: Decompress
  private let isError: Question
  private let errorCode: Question
  /// Such as `1.5.4`.
  let version: String

  /// The largest window of a frame, as a power of two: 128 MiB, the limit of `zstd -d`.
  private static let longestWindow: Int32 = 27
  private static let windowParameter: Int32 = 100  // ZSTD_d_windowLogMax

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

  /// Decompresses all frames; skippable frames have no content.
  ///
  /// - Throws: ``DataError`` when the data is damaged, cut off, followed by something else, needs a larger window or a
  ///   dictionary, or decompresses to more than `limit` bytes.
  func decompress(_ bytes: Span<UInt8>, path: String, limit: Int) throws -> [UInt8] {
    guard let stream = unsafe create() else { throw InputError(path: path, reason: "no memory to decompress it") }
    defer { _ = unsafe free(stream) }
    _ = unsafe setParameter(stream, Self.windowParameter, Self.longestWindow)
    var output = DecompressedBytes(path: path, limit: limit)
    try unsafe bytes.withUnsafeBytes { source in
      var input = unsafe Input(source: source.baseAddress, size: source.count)
      while true {
        let left = try unsafe output.append { chunk in
          var result = unsafe Output(destination: UnsafeMutableRawPointer(chunk.baseAddress), size: chunk.count)
          let left = unsafe step(stream, &result, &input)
          return unsafe (result.position, (left: left, isFull: result.position == result.size))
        }
        if isError(left.left) != 0 { throw failure(errorCode(left.left), path: path) }
        let position = unsafe input.position
        if left.left == 0 {
          // A frame is complete and entirely decompressed.
          if position == bytes.count { return }
          guard Compression(of: bytes.extracting(position...)) == .zstd else {
            throw DataError(
              path: path, message: "has other data after its zstd data, from byte \(position + 1) on",
              accepted: "zstd data to the end (several .zst files joined are one), or the uncompressed file")
          }
        } else if position == bytes.count && !left.isFull {
          throw Self.damage("is cut off: its zstd data has no end", path: path)
        }
      }
    }
    return output.bytes
  }

  /// What an error code of zstd_errors.h means for the user.
  private func failure(_ code: UInt32, path: String) -> any Error {
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
    default: Self.damage("has damaged zstd data", path: path)
    }
  }

  private static func damage(_ message: String, path: String) -> DataError {
    DataError(path: path, message: message, accepted: "a complete .zst file, or the uncompressed one")
  }
}
