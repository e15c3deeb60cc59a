import Compute
import FileFormats

/// Reads a file part by part, several parts at a time, and hands the parts over in the order of the file.
///
/// The parts of a wave are parsed in parallel against the ids known at its start, which do not change; meanwhile
/// one thread goes through the wave before, in order, gives each part's new ids their numbers and hands the part over.
/// So ids are numbered by first appearance in the file, and the first error in the file is the one reported, whatever
/// the number of threads. Memory is that of two waves beside what the receiver keeps.
struct ChunkedReading {
  let source: ByteSource
  let parser: any PartParser
  let processor: Processor
  /// Parts end with the line in which they reach this many bytes.
  let chunkSize: Int
  private(set) var users = IdentifierTable()
  private(set) var items = IdentifierTable()
  // What the wave being numbered adds to them; the threads that parse the next one read them meanwhile.
  private var newUsers = IdentifierTable()
  private var newItems = IdentifierTable()

  /// Enough parts that no thread waits long for the last one, few enough to stay in fast memory.
  private var partsPerWave: Int { max(8, 4 * processor.threads) }

  init(source: ByteSource, parser: any PartParser, processor: Processor, chunkSize: Int) {
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
    var line = parser.line
    // Each with tables of its own: repeated, all would share one storage, which each thread would then copy.
    var (parsed, parts) = (wave(), wave())
    var end = cut(&parts, from: parser.start)
    while true {
      try processor.forEach(&parts, meanwhile: { try number(&parsed, line: &line, take) }) {
        [parser, source, users, items] _, part in
        if part.range.isEmpty { return }
        // On this thread's stack while it changes at every line: in the array its neighbours are being changed as well.
        var own = ParsedChunk()
        swap(&own, &part)
        source.withBytes { bytes in
          do {
            try parser.parse(bytes, into: &own, line: 0, users: users, items: items)
          } catch {
            own.isMalformed = true
          }
        }
        swap(&own, &part)
      }
      users.append(newUsers)
      items.append(newItems)
      newUsers.removeAll()
      newItems.removeAll()
      swap(&parsed, &parts)
      if parsed.allSatisfy(\.range.isEmpty) { return }
      end = cut(&parts, from: end)
    }
  }

  private func wave() -> [ParsedChunk] { (0..<partsPerWave).map { _ in ParsedChunk() } }

  /// Numbers the new ids of a wave and passes on its parts.
  ///
  /// - Parameter line: the number of the wave's first line; of the next one's afterwards.
  private mutating func number(
    _ parts: inout [ParsedChunk], line: inout Int, _ take: (_ chunk: ParsedChunk, _ share: Double) -> Void
  ) throws {
    for index in parts.indices where !parts[index].range.isEmpty {
      let range = parts[index].range
      if parts[index].isMalformed { try fail(range, line: line) }
      parts[index].renumber(
        users: users.numbers(of: parts[index].newUsers, adding: &newUsers),
        items: items.numbers(of: parts[index].newItems, adding: &newItems))
      take(parts[index], Double(range.upperBound) / Double(source.count))
      line += parts[index].lines
      source.release(range)
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
