import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// Reading compressed files, which are decompressed meanwhile, against reading the same bytes at once.
@Suite("Reading compressed files", .enabled(if: CompressionLibraries.present.zlibVersion != nil, "zlib is not there"))
struct DecompressedReadingTests {
  /// About 1.3 MB: 60,000 ratings of 900 users.
  ///
  /// - Parameter repeats: whether users have some items twice.
  private static func text(repeats: Bool = false) -> [UInt8] {
    var text = "user,item,rating,timestamp\n"
    for line in 0..<60_000 {
      let item = repeats && line % 1000 == 999 ? line - 1 : line
      text += "u\(line / 67),i\(item * 7919 % 10_007),\(line % 5 + 1),\(1_000_000_000 + line)\n"
    }
    return Array(text.utf8)
  }

  private func outcome(
    _ source: ByteSource, threads: Int, chunkSize: Int, keeping: InteractionColumns = .all
  ) -> [String] {
    var reader = InteractionReader(threads: threads)
    reader.chunkSize = chunkSize
    do {
      let data = try reader.read(source, keeping: keeping)
      return data.users.ids + ["|"] + data.items.ids + ["|"] + data.lines + data.notes
    } catch {
      return ["\(error)"]
    }
  }

  private func outcome(
    ofFile bytes: [UInt8], threads: Int, chunkSize: Int, keeping: InteractionColumns = .all
  ) throws -> [String] {
    try withTemporaryDirectory { directory in
      let path = directory + "/ratings.csv"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let source = try ByteSource(reading: path, beginning: 500)
      #expect(!source.isComplete)
      return outcome(source, threads: threads, chunkSize: chunkSize, keeping: keeping).map {
        $0.replacing(path, with: "ratings.csv")
      }
    }
  }

  @Test(
    "the data are those of the uncompressed file, read a second time for the times of repeated pairs too",
    arguments: [(1, 700), (2, 700), (3, 40_000), (2, 1 << 20)], [false, true])
  func same(division: (threads: Int, chunkSize: Int), repeats: Bool) throws {
    let text = Self.text(repeats: repeats)
    for keeping: InteractionColumns in [.all, []] {
      let whole = outcome(
        ByteSource(name: "ratings.csv", bytes: text), threads: 1, chunkSize: 1 << 30, keeping: keeping)
      #expect(whole.count > 60_000 && (whole.last?.contains("repeat") == true) == repeats)
      let found = try outcome(
        ofFile: gzipped(text), threads: division.threads, chunkSize: division.chunkSize, keeping: keeping)
      // Not the lists themselves: a failure would print both.
      let differs = zip(found, whole).first { $0 != $1 }
      #expect(differs == nil && found.count == whole.count, "\(found.count) and \(whole.count) lines")
    }
  }

  @Test(
    "damage is reported before a malformed line, which it may have caused", arguments: [(1, 700), (3, 40_000)])
  func errors(threads: Int, chunkSize: Int) throws {
    var text = Self.text()
    // Somewhere in the tenth block of 65,535 bytes.
    let line = text[600_000...].firstIndex(of: UInt8(ascii: "\n")) ?? 0
    text.replaceSubrange(line + 1..<line + 2, with: Array("broken\n".utf8))
    let malformed = outcome(ByteSource(name: "ratings.csv", bytes: text), threads: 1, chunkSize: 1 << 30)
    #expect(malformed.first?.contains("broken") == true && malformed.count == 1)
    #expect(try outcome(ofFile: gzipped(text), threads: threads, chunkSize: chunkSize) == malformed)
    let damaged = "ratings.csv: has damaged gzip data; accepted: a complete .gz file, or the uncompressed one"
    for block in [5, 18] {
      let found = try outcome(ofFile: gzipped(text, damaged: block), threads: threads, chunkSize: chunkSize)
      #expect(found == [damaged])
    }
    // A byte that only the checksum tells from another, in a line that it makes malformed.
    var file = gzipped(text)
    let place = file[1_000_000...].firstIndex(of: UInt8(ascii: ",")) ?? 0
    file[place] = UInt8(ascii: "x")
    #expect(try outcome(ofFile: file, threads: threads, chunkSize: chunkSize) == [damaged])
  }

  @Test(
    "a line that does not end is refused, in whatever part of the bytes it is", arguments: [1, 2],
    [(5, false), (40, false), (3, true)])
  func endless(threads: Int, line: (megabytes: Int, isLast: Bool)) throws {
    var text = Array(Self.text()[..<600_000])
    text += [UInt8](repeating: UInt8(ascii: "7"), count: line.megabytes << 20)
    if !line.isLast { text += Self.text() }
    let whole = outcome(ByteSource(name: "ratings.csv", bytes: text), threads: 1, chunkSize: 1 << 30)
    #expect(whole.count == 1 && whole.first?.contains("1048576 bytes") == true)
    for beginning in [500, 24 << 20] {
      try withTemporaryDirectory { directory in
        let path = directory + "/ratings.csv"
        try Data(gzipped(text)).write(to: URL(fileURLWithPath: path))
        let source = try ByteSource(reading: path, beginning: beginning)
        let found = outcome(source, threads: threads, chunkSize: 700).map { $0.replacing(path, with: "ratings.csv") }
        #expect(found == whole)
      }
    }
  }
}
