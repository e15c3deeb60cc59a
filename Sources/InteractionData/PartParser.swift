import FileFormats

/// Reads the lines of one part of a file.
///
/// A parser keeps no state between lines, so that parts can be read side by side and joined in order.
protocol PartParser: Sendable {
  /// Where the first interaction starts, and on which line.
  var start: Int { get }
  var line: Int { get }
  /// Whether lines have ratings, and times.
  var hasRatings: Bool { get }
  var hasTimes: Bool { get }

  /// Reads the lines of `chunk.range` into `chunk`, which is empty.
  ///
  /// - Parameters:
  ///   - first: the number of the first line, for errors.
  ///   - users: the users known, and `items` the items.
  /// - Throws: ``DataError`` at the first line that cannot be understood.
  func parse(
    _ bytes: Span<UInt8>, into chunk: inout ParsedChunk, line first: Int, users: IdentifierTable,
    items: IdentifierTable
  ) throws
}

extension RowParser: PartParser {
  var start: Int { dialect.start }
  var line: Int { dialect.line }
  var hasRatings: Bool { dialect.columns[ColumnRole.rating.rawValue] >= 0 }
  var hasTimes: Bool { dialect.columns[ColumnRole.timestamp.rawValue] >= 0 }
}
