import FileFormats
import Testing

@Suite("Reading zstd", .enabled(if: CompressionLibraries.present.zstandardVersion != nil, "libzstd is not there"))
struct ZstandardTests {
  /// What `printf 'a\t1\nb\t2\n' | zstd` gives.
  static let compressed: [UInt8] = [
    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x41, 0x00, 0x00, 0x61, 0x09, 0x31, 0x0a, 0x62, 0x09, 0x32,
    0x0a, 0x75, 0x5f, 0x63, 0x64,
  ]
  static let plain = Array("a\t1\nb\t2\n".utf8)
  /// A frame that decoders pass over: its magic number, its length, three bytes.
  static let skippable: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]

  private func read(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      try put(bytes, at: directory + "/data")
      return try ByteSource(path: directory + "/data", limit: limit).withBytes { bytes in
        bytes.indices.map { bytes[$0] }
      }
    }
  }

  private func message(_ bytes: [UInt8]) -> String? {
    #expect(throws: DataError.self) { try read(bytes) }?.message
  }

  @Test("zstd is recognised by its bytes, whatever the name")
  func recognised() throws { #expect(try read(Self.compressed) == Self.plain) }

  @Test("several frames are one file, and skippable ones are passed over wherever they stand")
  func frames() throws {
    #expect(try read(Self.compressed + Self.compressed) == Self.plain + Self.plain)
    let mixed = Self.skippable + Self.compressed + Self.skippable + Self.compressed + Self.skippable
    #expect(try read(mixed) == Self.plain + Self.plain)
    #expect(try read(Self.skippable).isEmpty)
  }

  @Test("zstd data cut off anywhere after its magic bytes is an error", arguments: 4..<compressed.count)
  func truncated(length: Int) {
    #expect(message(Array(Self.compressed[..<length])) == "is cut off: its zstd data has no end")
    let second = Self.compressed + Self.compressed[..<length]
    #expect(message(second) == "is cut off: its zstd data has no end")
  }

  @Test(
    "what follows the zstd data is an error that says where",
    arguments: [[0x75], [0, 0, 0, 0, 0], Array("u2\tb\n".utf8), [0x28], [0x28, 0xB5, 0x2F], [0x1F, 0x8B, 8, 0]])
  func trailing(bytes: [UInt8]) {
    #expect(
      message(Self.compressed + bytes)
        == "has other data after its zstd data, from byte \(Self.compressed.count + 1) on")
  }

  @Test("damaged data fails its checksum")
  func damaged() {
    var bytes = Self.compressed
    bytes[bytes.count - 6] ^= 1
    #expect(message(bytes) == "has damaged zstd data")
  }

  @Test("what decompresses to more than the limit is refused")
  func limit() throws {
    #expect(try read(Self.compressed, limit: 8).count == 8)
    #expect(throws: DataError.self) { try read(Self.compressed, limit: 7) }
  }

  @Test("a frame that looks back further than 128 MiB is refused before memory is taken")
  func window() {
    // Window exponent 31: 2 TiB; then an empty last block.
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, 31 << 3, 1, 0, 0]
    #expect(message(frame) == "needs a window of more than 128 MiB (zstd --long)")
  }
}

@Suite("Missing libraries")
struct MissingLibraryTests {
  private let none = CompressionLibraries(zlib: ["libdoppel-nowhere.so"], zstandard: ["libdoppel-nowhere.so"])

  private func description(_ bytes: [UInt8]) throws -> String? {
    try withTemporaryDirectory { directory in
      try put(bytes, at: directory + "/data")
      let error = #expect(throws: InputError.self) { try ByteSource(path: directory + "/data", libraries: none) }
      return error?.reason
    }
  }

  @Test("without libzstd or zlib the error says so, and what to do")
  func missing() throws {
    #expect(none.zlibVersion == nil && none.zstandardVersion == nil)
    #expect(
      try description(ZstandardTests.compressed)
        == "it is compressed with zstd and libzstd was not found; install it (apt-get install libzstd1), or decompress "
        + "the file first (zstd -d)")
    #expect(
      try description(ByteSourceTests.compressed)
        == "it is compressed with gzip and zlib was not found; decompress it first (gzip -d)")
  }

  @Test("a plain file needs neither")
  func plain() throws {
    try withTemporaryDirectory { directory in
      try put(ZstandardTests.plain, at: directory + "/data")
      #expect(try ByteSource(path: directory + "/data", libraries: none).count == 8)
    }
  }
}
