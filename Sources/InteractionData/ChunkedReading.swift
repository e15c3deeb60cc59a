import Compute
import FileFormats

/// Reads a file part by part, several parts at a time, and hands the parts over in the order of the file.
///
/// The parts of one wave are parsed side by side against the ids of the waves before, which nobody changes
/// meanwhile; then, in order, each part's new ids get their numbers. So ids are numbered by first appearance
/// in the file, and the first error in the file is the one reported, whatever the number of threads. Memory
/// is that of one wave beside what the receiver keeps.
struct ChunkedReading {
  let source: ByteSource
  let parser: RowParser
  let processor: Processor
  /// Parts end with the line in which they reach this many bytes.
  let chunkSize: Int
  private(set) var users = IdentifierTable()
  private(set) var items = IdentifierTable()

  /// Enough parts that no thread waits long for the last one, few enough to stay in fast memory.
  private static let partsPerWave = 16

  init(source: ByteSource, parser: RowParser, processor: Processor, chunkSize: Int) {
    precondition(chunkSize > 0, "a part needs at least a byte")
    self.source = source
    self.parser = parser
    self.processor = processor
    self.chunkSize = chunkSize
  }

  /// Reads all lines, again if they were read before: then every id has its number already.
  ///
  /// - Parameter take: receives the parts in order, with the final numbers of users and items, and the share
  ///   of the file read so far.
  /// - Throws: ``DataError`` at the first line that cannot be understood.
  mutating func read(_ take: (_ chunk: ParsedChunk, _ share: Double) -> Void) throws {
    let dialect = parser.dialect
    var position = dialect.start
    var line = dialect.line
    // Each with tables of its own: repeated, all would share one storage, which each thread would then copy.
    var parts = (0..<Self.partsPerWave).map { _ in ParsedChunk() }
    while position < source.count {
      let wave = position
      position = cut(&parts, from: position)
      try parse(&parts, users, items)
      for index in parts.indices where !parts[index].range.isEmpty {
        if parts[index].isMalformed { try fail(parts[index].range, line: line) }
        parts[index].renumber(users: users.merge(parts[index].newUsers), items: items.merge(parts[index].newItems))
        take(parts[index], Double(parts[index].range.upperBound) / Double(source.count))
        line += parts[index].lines
      }
      source.release(wave..<position)
    }
  }

  /// Gives each part its lines; returns where the next wave starts.
  private func cut(_ parts: inout [ParsedChunk], from start: Int) -> Int {
    source.withBytes { bytes in
      var position = start
      for index in parts.indices {
        var end = min(bytes.count, position + chunkSize)
        while end < bytes.count && bytes[end - 1] != 0x0A { end += 1 }
        parts[index].begin(position..<end)
        position = end
      }
      return position
    }
  }

  private func parse(_ parts: inout [ParsedChunk], _ users: IdentifierTable, _ items: IdentifierTable) throws {
    try processor.forEach(&parts) { _, part in
      source.withBytes { bytes in
        do {
          try parser.parse(bytes, into: &part, line: 0, users: users, items: items)
        } catch {
          part.isMalformed = true
        }
      }
    }
  }

  /// Reads a part that is malformed again, now that the number of its first line is known.
  private func fail(_ range: Range<Int>, line: Int) throws {
    var part = ParsedChunk()
    part.begin(range)
    try source.withBytes { bytes in
      try parser.parse(bytes, into: &part, line: line, users: users, items: items)
    }
    preconditionFailure("lines \(line)… were malformed before")
  }
}
