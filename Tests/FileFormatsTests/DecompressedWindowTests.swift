import FileFormats
import TestSupport
import Testing

/// Compressed files that are decompressed while they are read.
@Suite(
  "Decompressing while reading",
  .enabled(if: CompressionLibraries.present.zlibVersion != nil, "zlib is not there"))
struct DecompressedWindowTests {
  /// 3 MB in lines of eight bytes.
  private static let text = (0..<375_000).flatMap { Array("\($0 + 1_000_000)\n".utf8) }

  private func bytes(_ source: ByteSource, _ range: Range<Int>) -> [UInt8] {
    source.withBytes { bytes in range.map { bytes[$0] } }
  }

  private func reading<Result>(
    _ file: [UInt8], beginning: Int, _ body: (ByteSource) throws -> Result
  ) throws -> Result {
    try withTemporaryDirectory { directory in
      try put(file, at: directory + "/data")
      return try body(ByteSource(reading: directory + "/data", beginning: beginning))
    }
  }

  @Test(
    "there is as much as was asked for, and after the end nothing more; what was released can be had from the beginning"
  )
  func steps() throws {
    try reading(gzipped(Self.text), beginning: 1000) { source in
      #expect(!source.isAsStored && !source.isComplete && source.count >= 1000 && source.count < Self.text.count)
      var end = 0
      while !source.isComplete || end < source.count {
        let start = end
        source.extend(to: start + 300_000)
        end = min(source.count, start + 300_000)
        #expect(bytes(source, start..<end) == Array(Self.text[start..<end]))
        source.release(start..<end)
      }
      #expect(end == Self.text.count)
      source.extend(to: .max)
      #expect(source.count == Self.text.count)
      try source.verify()
      let again = try source.again()
      again.extend(to: .max)
      #expect(bytes(again, 0..<again.count) == Self.text)
    }
  }

  @Test("a file that is not compressed is there as a whole")
  func plain() throws {
    try reading(Self.text, beginning: 10) { source in
      #expect(source.isAsStored && source.isComplete && source.count == Self.text.count)
      source.release(0..<Self.text.count)
      let again = try source.again()
      #expect(bytes(again, 0..<Self.text.count) == Self.text)
    }
  }

  @Test(
    "damaged data end at the same byte however they were asked for, and the error comes when asked for",
    arguments: [1, 20, 45])
  func damaged(block: Int) throws {
    let counts = try [100, 70_001, 500_000].map { step in
      try reading(gzipped(Self.text, damaged: block), beginning: 0) { source in
        while !source.isComplete { source.extend(to: source.count + step) }
        #expect(source.count <= block * 0xFFFF && Array(Self.text[..<source.count]) == bytes(source, 0..<source.count))
        let error = #expect(throws: DataError.self) { try source.verify() }
        #expect(error?.message == "has damaged gzip data")
        return source.count
      }
    }
    #expect(Set(counts).count == 1, "\(counts)")
  }

  @Test("damage within the beginning is an error at once")
  func damagedBeginning() throws {
    let file = gzipped(Self.text, damaged: 3)
    #expect(throws: DataError.self) { try reading(file, beginning: 300_000) { _ in } }
  }

  @Test("a file shorter than the beginning is complete; an empty one, too", arguments: [0, 8, 80_000])
  func short(count: Int) throws {
    let text = Array(Self.text[..<count])
    try reading(gzipped(text), beginning: 1 << 20) { source in
      #expect(source.isComplete && bytes(source, 0..<source.count) == text)
      try source.verify()
    }
  }
}
