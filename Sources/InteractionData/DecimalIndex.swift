/// Ids that are written as decimal numbers, by their value.
///
/// Most item ids are. A value needs neither a hash nor a comparison, and all values together fit a cache in which a hash table of
/// the same ids does not.
struct DecimalIndex: Sendable {
  /// The number plus one of the id with each value, 0 for none; empty while the index is not in use.
  private(set) var places: [Int32] = []
  /// The ids looked at, whose largest value this is, and how many of them are in ``places``.
  private var largest = 0
  private var seen = 0
  private var entered = 0
  private var isPossible = true

  /// At most this many values, 4 MB.
  private static let most = 1 << 20

  /// Adds the ids of a table that have not been added before; always of the same table, which only grows.
  ///
  /// Afterwards the index has all ids of the table or is not in use: where an id is not a number without leading zeros, and where
  /// the values are too far apart.
  mutating func add(_ table: IdentifierTable) {
    if !isPossible || seen == table.count { return }
    for index in seen..<table.count {
      guard let value = Self.value(table, index) else {
        giveUp()
        return
      }
      largest = max(largest, value)
    }
    seen = table.count
    if largest >= Self.most {
      giveUp()
      return
    }
    // Ids that are far apart may be near each other once there are more of them.
    if largest >= max(1 << 16, 64 * seen) {
      (places, entered) = ([], 0)
      return
    }
    while places.count <= largest { places += repeatElement(0, count: max(1 << 12, places.count)) }
    for index in entered..<seen {
      if let value = Self.value(table, index) { places[value] = Int32(index + 1) }
    }
    entered = seen
  }

  private mutating func giveUp() {
    self = DecimalIndex()
    isPossible = false
  }

  /// The value of an id of at most seven digits.
  private static func value(_ table: IdentifierTable, _ index: Int) -> Int? {
    let digits = table.starts[index]..<table.starts[index + 1]
    guard 1...7 ~= digits.count, digits.count == 1 || table.bytes[digits.lowerBound] != UInt8(ascii: "0") else {
      return nil
    }
    var value = 0
    for place in digits {
      let digit = Int(table.bytes[place]) - Int(UInt8(ascii: "0"))
      guard 0...9 ~= digit else { return nil }
      value = 10 * value + digit
    }
    return value
  }
}
