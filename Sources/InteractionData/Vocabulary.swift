/// Unique ids and their numbers, in order.
///
/// Two ids are the same only if their bytes are: `é` as one character and as `e` with an accent are
/// different, and both are kept unchanged.
public struct Vocabulary: Sendable, Equatable {
  private let table: IdentifierTable

  /// Numbers the ids from 0 in the order given.
  ///
  /// A repeated id keeps its first number and is not counted twice.
  public init(ids: some Sequence<String>) {
    var table = IdentifierTable()
    for id in ids {
      let bytes = Array(id.utf8)
      _ = table.number(bytes.span, 0, bytes.count)
    }
    self.table = table
  }

  init(_ table: IdentifierTable) { self.table = table }

  /// The number of ids.
  public var count: Int { table.count }

  /// The id with a number in `0..<count`.
  public subscript(index: Int) -> String { table[index] }

  /// The number of an id, or `nil` when it is not in the vocabulary.
  ///
  /// - Complexity: O(length of the id).
  public func index(of id: String) -> Int? {
    let bytes = Array(id.utf8)
    return table.find(bytes.span, 0, bytes.count)
  }

  /// All ids in order.
  public var ids: [String] { (0..<count).map { table[$0] } }

  /// The ids with the given numbers, numbered anew in that order.
  public func selecting(_ indices: some Sequence<Int>) -> Vocabulary {
    var selected = IdentifierTable()
    let bytes = table.bytes.span
    for index in indices { _ = selected.number(bytes, table.starts[index], table.starts[index + 1]) }
    return Vocabulary(selected)
  }

  /// For each id of another vocabulary, its number in this one.
  func indices(of other: Vocabulary) -> [Int?] {
    let bytes = other.table.bytes.span
    return (0..<other.count).map { table.find(bytes, other.table.starts[$0], other.table.starts[$0 + 1]) }
  }

  /// The bytes of all ids and where each starts, for fingerprints.
  var storage: (bytes: [UInt8], starts: [Int]) { (table.bytes, table.starts) }

  /// Whether both have the same ids, byte for byte, in the same order.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.table.starts == right.table.starts && left.table.bytes == right.table.bytes
  }
}

extension Collection<String> {
  /// The place of an id, compared byte for byte.
  ///
  /// `firstIndex(of:)` treats ids as equal that differ only in the encoding of an accent.
  public func firstIndex(ofID id: String) -> Index? {
    firstIndex { $0.utf8.elementsEqual(id.utf8) }
  }
}
