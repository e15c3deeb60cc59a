import Compute
import FileFormats

/// Reads a file part by part, several parts at a time, and returns the parts in the order of the file.
///
/// The parts of a wave are parsed in parallel against the ids known at its start, which do not change. While the next wave is
/// parsed, one thread numbers the new ids of each part, in order; during the wave after that, the numbers are inserted,
/// again in parallel. So ids are numbered by first appearance in the file, and the first error in the file is the one
/// reported, whatever the number of threads. The serial work is proportional to the number of ids, not of lines. Memory
/// holds three waves besides the parts, and the text of two.
struct ChunkedReading {
  let source: ByteSource
  let parser: any PartParser
  let processor: Processor
  /// Parts end with the line in which they reach this many bytes.
  let chunkSize: Int
  private(set) var users = IdentifierTable()
  private(set) var items = IdentifierTable()
  // The wave being numbered adds to these copies, because the threads that parse the next wave read the tables
  // meanwhile.
  private var newUsers = IdentifierTable()
  private var newItems = IdentifierTable()

  /// Enough parts that no thread waits long for the last one, and few enough to stay in cache.
  private var partsPerWave: Int { 8 * processor.threads + 8 }

  init(source: ByteSource, parser: any PartParser, processor: Processor, chunkSize: Int) {
    precondition(chunkSize > 0, "a part needs at least a byte")
    self.source = source
    self.parser = parser
    self.processor = processor
    self.chunkSize = chunkSize
  }

  /// What one thread does in a wave.
  private struct Lane: Sendable {
    /// The part to be parsed.
    var parsing = ParsedChunk()
    /// A part whose new ids have their numbers, and what it becomes.
    var numbered = ParsedChunk()
    var part: ReadPart?
  }

  /// Reads all lines.
  ///
  /// - Returns: the parts that have interactions, with the final numbers of users and items.
  /// - Throws: ``DataError`` at the first line that cannot be understood.
  mutating func read() throws -> [ReadPart] {
    var line = parser.line
    var parts: [ReadPart] = []
    // Each lane gets its own tables: copies of one table would share their storage, which each thread would then copy.
    var parsed = (0..<partsPerWave).map { _ in ParsedChunk() }
    var lanes = (0..<partsPerWave).map { _ in Lane() }
    var end = parser.start
    while true {
      end = cut(&lanes, from: end)
      let next = end + lanes.count * chunkSize
      try processor.forEach(
        &lanes,
        meanwhile: {
          try number(&parsed, line: &line)
          source.extend(to: next)
        }
      ) {
        [parser, source, users, items] _, lane in
        // It changes at every line, so it stays on this thread's stack: its neighbours in the array change as well.
        var own = ParsedChunk()
        swap(&own, &lane.parsing)
        if !own.range.isEmpty {
          do {
            try Self.parse(source, by: parser, into: &own, line: 0, users, items)
          } catch {
            own.isMalformed = true
          }
        }
        swap(&own, &lane.parsing)
        lane.part = lane.numbered.settled()
      }
      users.append(newUsers)
      items.append(newItems)
      items.indexDecimals()
      newUsers.removeAll()
      newItems.removeAll()
      var isDone = true
      for index in lanes.indices {
        if let part = lanes[index].part { parts.append(part) }
        lanes[index].numbered.begin(0..<0)
        swap(&lanes[index].numbered, &parsed[index])
        swap(&parsed[index], &lanes[index].parsing)
        isDone = isDone && lanes[index].numbered.range.isEmpty && parsed[index].range.isEmpty
      }
      if isDone {
        try source.verify()
        items.removeIndex()
        return parts
      }
    }
  }

  /// Numbers the new ids of a wave.
  ///
  /// - Parameter line: the number of the wave's first line; of the next one's afterwards.
  private mutating func number(_ parts: inout [ParsedChunk], line: inout Int) throws {
    for index in parts.indices where !parts[index].range.isEmpty {
      if parts[index].isMalformed { try fail(parts[index].range, line: line) }
      parts[index].userNumbers = users.numbers(of: parts[index].newUsers, adding: &newUsers)
      parts[index].itemNumbers = items.numbers(of: parts[index].newItems, adding: &newItems)
      line += parts[index].lines
    }
    // All at once, because every release interrupts the other threads.
    if let first = parts.first?.range.lowerBound, let last = parts.last(where: { !$0.range.isEmpty }) {
      source.release(first..<last.range.upperBound)
    }
  }

  /// Gives each lane its lines; returns where the next wave starts.
  private func cut(_ lanes: inout [Lane], from start: Int) -> Int {
    // The first waves are small: until their ids are numbered, the ids are new in every part.
    let size = min(chunkSize, max(start / (2 * lanes.count), 1 << 12))
    var position = start
    for index in lanes.indices {
      let end = endOfLine(from: position + size)
      lanes[index].parsing.begin(position..<end)
      position = end
    }
    return position
  }

  /// The end of the line that has the byte before `position`, or of the bytes.
  private func endOfLine(from position: Int) -> Int {
    var searched = position
    while true {
      source.extend(to: searched)
      let isComplete = source.isComplete
      let (end, isEnd) = source.withBytes { bytes in
        var end = min(bytes.count, searched)
        while end < bytes.count && bytes[end - 1] != 0x0A { end += 1 }
        return (end, end == 0 || bytes[end - 1] == 0x0A)
      }
      // A line that is longer than any can be is refused by the parser, and need not be there as a whole.
      if isEnd || isComplete || end - position > RowParser.longestLine { return end }
      searched = end + 1
    }
  }

  /// Parses a part.
  private static func parse(
    _ source: ByteSource, by parser: any PartParser, into part: inout ParsedChunk, line: Int, _ users: IdentifierTable,
    _ items: IdentifierTable
  ) throws {
    try source.withBytes { bytes in
      let end = part.range.upperBound
      // For a parser, a part ends with a line or with the bytes.
      let isWhole = end == 0 || bytes[end - 1] == 0x0A
      try parser.parse(
        isWhole ? bytes : bytes.extracting(..<end), into: &part, line: line, users: users, items: items)
    }
  }

  /// Reads a part that is malformed again, now that the number of its first line is known.
  private func fail(_ range: Range<Int>, line: Int) throws {
    try source.verify()
    var part = ParsedChunk()
    part.begin(range)
    try Self.parse(source, by: parser, into: &part, line: line, users, items)
    preconditionFailure("lines \(line)… were malformed before")
  }
}
