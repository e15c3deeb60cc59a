import FileFormats
import Foundation
import Testing

@Suite("Reading bytes")
struct ByteSourceTests {
  /// What `printf 'a\t1\nb\t2\n' | gzip -n` gives.
  static let compressed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4b, 0xe4, 0x34, 0xe4, 0x4a, 0xe2, 0x34, 0xe2, 0x02, 0x00,
    0x5e, 0x4f, 0x36, 0xfa, 0x08, 0, 0, 0,
  ]
  static let plain = Array("a\t1\nb\t2\n".utf8)

  private func bytes(_ source: ByteSource) -> [UInt8] {
    source.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  @Test("a plain file comes back byte for byte")
  func plainFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/plain"
      let all = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try put(all, at: path)
      let source = try ByteSource(path: path)
      #expect(bytes(source) == all)
      #expect(source.count == all.count)
      #expect(source.name == path)
    }
  }

  @Test("an empty file has no bytes")
  func emptyFile() throws {
    try withTemporaryDirectory { directory in
      try put([], at: directory + "/empty")
      #expect(try ByteSource(path: directory + "/empty").count == 0)
    }
  }

  @Test("gzip is recognised by its bytes, whatever the name")
  func gzip() throws {
    try withTemporaryDirectory { directory in
      try put(Self.compressed, at: directory + "/no-suffix.tsv")
      #expect(try bytes(ByteSource(path: directory + "/no-suffix.tsv")) == Self.plain)
      try put(Self.plain, at: directory + "/not-compressed.gz")
      #expect(try bytes(ByteSource(path: directory + "/not-compressed.gz")) == Self.plain)
    }
  }

  @Test("several gzip members are one file")
  func members() throws {
    try withTemporaryDirectory { directory in
      try put(Self.compressed + Self.compressed, at: directory + "/two.gz")
      #expect(try bytes(ByteSource(path: directory + "/two.gz")) == Self.plain + Self.plain)
    }
  }

  @Test("zeros may follow gzip data, as on a tape")
  func padding() throws {
    try withTemporaryDirectory { directory in
      try put(Self.compressed + Self.compressed + [UInt8](repeating: 0, count: 3000), at: directory + "/tape.gz")
      #expect(try bytes(ByteSource(path: directory + "/tape.gz")) == Self.plain + Self.plain)
    }
  }

  @Test(
    "anything else that follows gzip data is an error that says where",
    arguments: [Array("u2\tb\n".utf8), [0, 0, 1], [0x1F], [0, 0] + compressed, [0x28, 0xB5, 0x2F, 0xFD]])
  func trailing(rest: [UInt8]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/joined.gz"
      try put(Self.compressed + rest, at: path)
      let error = #expect(throws: DataError.self) { try ByteSource(path: path) }
      #expect(error?.message == "has other data after its gzip data, from byte \(Self.compressed.count + 1) on")
    }
  }

  @Test("a second member cut off anywhere is an error", arguments: 2..<compressed.count)
  func truncatedMember(length: Int) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/cut.gz"
      try put(Self.compressed + Self.compressed[..<length], at: path)
      #expect(throws: DataError.self, "\(length) bytes") { try ByteSource(path: path) }
    }
  }

  @Test("gzip data cut off anywhere after its magic bytes is an error", arguments: 2..<compressed.count)
  func truncated(length: Int) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/cut.gz"
      try put(Array(Self.compressed[..<length]), at: path)
      #expect(throws: DataError.self, "\(length) bytes") { try ByteSource(path: path) }
    }
  }

  @Test("damaged gzip data is an error that names the file")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/damaged.gz"
      var bytes = Self.compressed
      bytes[bytes.count - 8] ^= 1
      try put(bytes, at: path)
      let error = #expect(throws: DataError.self) { try ByteSource(path: path) }
      #expect(
        error?.description
          == "\(path): has damaged gzip data; accepted: a complete .gz file, or the uncompressed one")
    }
  }

  @Test("what inflates to more than the limit is refused")
  func limit() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/small.gz"
      try put(Self.compressed, at: path)
      #expect(throws: DataError.self) { try ByteSource(path: path, limit: 7) }
      #expect(try ByteSource(path: path, limit: 8).count == 8)
    }
  }

  @Test("a missing file and a directory are input errors that say why")
  func missing() throws {
    try withTemporaryDirectory { directory in
      let absent = #expect(throws: InputError.self) { try ByteSource(path: directory + "/absent") }
      #expect(absent?.description == "\(directory)/absent cannot be read: No such file or directory")
      let folder = #expect(throws: InputError.self) { try ByteSource(path: directory) }
      #expect(folder?.reason == "it is a directory")
    }
  }

  @Test("error text is short and shows control characters")
  func errorText() {
    let error = DataError(
      path: "ratings.csv", line: 12, text: "abc\t\u{1B}[2J" + String(repeating: "x", count: 100),
      message: "is not a rating", accepted: "a finite number such as 4 or 3.5")
    #expect(
      error.description
        == "ratings.csv:12: \"abc\\t\\u{1b}[2J" + String(repeating: "x", count: 52)
        + "…\" is not a rating; accepted: a finite number such as 4 or 3.5")
  }
}
