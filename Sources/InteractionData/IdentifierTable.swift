import Compute
import FileFormats

/// Ids as bytes, numbered in order of first appearance.
///
/// An open-addressing hash table over one array of bytes: looking up an existing id makes no string and allocates
/// nothing, so that tens of millions of lines can be read quickly. An id of at most eight bytes is compared within its
/// slot.
struct IdentifierTable: Sendable {
  /// The bytes of all ids, one after the other.
  private(set) var bytes: [UInt8] = []
  /// Where each id starts in ``bytes``, and where the last one ends; shape: `count + 1`.
  private(set) var starts: [Int] = [0]
  private var slots = [Slot](repeating: Slot(), count: 64)
  private var decimals = DecimalIndex()

  /// A slot as ``IdentifierBatch`` reads it: ``IdentifierKey/word``; ``IdentifierKey/length`` with, from the 33rd bit on, the number
  /// plus one, so that 0 is an empty slot.
  private typealias Slot = SIMD2<UInt64>

  private static func slot(_ key: IdentifierKey, number: Int) -> Slot {
    Slot(key.word, UInt64(key.length) | UInt64(number + 1) << 32)
  }

  /// The number of ids.
  var count: Int { starts.count - 1 }

  /// How many ids begin or end with a blank.
  var paddedCount: Int {
    (0..<count).count {
      starts[$0] < starts[$0 + 1] && (bytes[starts[$0]] == 0x20 || bytes[starts[$0 + 1] - 1] == 0x20)
    }
  }

  /// The id numbered `index`.
  subscript(index: Int) -> String {
    String(decoding: bytes[starts[index]..<starts[index + 1]], as: UTF8.self)
  }

  /// The number of the id in `source[start..<end]`, or `nil` when it is not in the table.
  func find(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    let number = find(IdentifierKey(source, start, end), source, start)
    return number < 0 ? nil : Int(number)
  }

  /// The number of the id with a key that starts at `source[start]`, or −1 when it is not in the table.
  @inline(__always)
  func find(_ key: IdentifierKey, _ source: Span<UInt8>, _ start: Int) -> Int32 {
    slots[slot(of: key, source, start)].number
  }

  /// Finds many ids at once: the number of each, or −1 for one that is not in the table or has more than eight bytes.
  ///
  /// - Returns: whether all were found.
  func find(_ ids: IdentifierBatch, count: Int, into numbers: inout InlineArray<64, Int32>) -> Bool {
    !decimals.places.isEmpty && ids.find(byValue: decimals.places.span, count: count, numbers: &numbers)
      || ids.find(in: slots.span, count: count, numbers: &numbers)
  }

  /// The number of the id in `source[start..<end]`, given now if it is new.
  @discardableResult
  mutating func number(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> (number: Int, isNew: Bool) {
    let key = IdentifierKey(source, start, end)
    var position = slot(of: key, source, start)
    let known = slots[position].number
    if known >= 0 { return (Int(known), false) }
    if 4 * (count + 1) > 3 * slots.count {
      grow()
      position = slot(of: key, source, start)
    }
    precondition(end - start <= Int(UInt32.max), "an id of \(end - start) bytes")
    bytes.append(copying: source.extracting(start..<end))
    starts.append(bytes.count)
    precondition(count <= Int(Int32.max), "more ids than a 32-bit number can count")
    slots[position] = Self.slot(key, number: count - 1)
    return (count - 1, true)
  }

  /// The number of every id of another table, in its order; one that is not in this table goes into `fresh`, whose numbers
  /// count on from this table's.
  func numbers(of other: IdentifierTable, adding fresh: inout IdentifierTable) -> [Int32] {
    let source = other.bytes.span
    return (0..<other.count).map { index in
      let (start, end) = (other.starts[index], other.starts[index + 1])
      let number = find(source, start, end) ?? count + fresh.number(source, start, end).number
      precondition(number < Int(Int32.max), "more ids than a 32-bit number can count")
      return Int32(number)
    }
  }

  /// Adds the ids of another table, in its order.
  mutating func append(_ other: IdentifierTable) {
    let source = other.bytes.span
    for index in 0..<other.count { number(source, other.starts[index], other.starts[index + 1]) }
  }

  /// Makes ``find(_:count:into:)`` faster where all ids are decimal numbers.
  ///
  /// Ids added later are found all the same.
  mutating func indexDecimals() {
    var index = DecimalIndex()
    swap(&index, &decimals)
    index.add(self)
    decimals = index
  }

  /// Ends the use of what ``indexDecimals()`` made, and of its memory.
  mutating func removeIndex() { decimals = DecimalIndex() }

  /// Forgets all ids.
  mutating func removeAll() {
    if count == 0 { return }
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    for position in slots.indices { slots[position] = Slot() }
    removeIndex()
  }

  /// The slot that holds the id, or the empty one where it would go.
  @inline(__always)
  private func slot(of key: IdentifierKey, _ source: Span<UInt8>, _ start: Int) -> Int {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: key.spread) & mask
    while true {
      let slot = slots[position]
      if slot.number < 0 { return position }
      if slot.x == key.word && slot.length == key.length
        && (key.isExact || holds(Int(slot.number), key.length, source, start))
      {
        return position
      }
      position = (position + 1) & mask
    }
  }

  /// Whether the id numbered `number` has these bytes.
  private func holds(_ number: Int, _ length: Int, _ source: Span<UInt8>, _ start: Int) -> Bool {
    let first = starts[number]
    if starts[number + 1] - first != length { return false }
    let bytes = bytes.span
    var offset = 0
    while offset + 8 <= length {
      if bytes.word(at: first + offset) != source.word(at: start + offset) { return false }
      offset += 8
    }
    while offset < length {
      if bytes[first + offset] != source[start + offset] { return false }
      offset += 1
    }
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: 2 * old.count)
    let mask = slots.count - 1
    for slot in old where slot.number >= 0 {
      let key = IdentifierKey(word: slot.x, length: slot.length)
      var position = Int(truncatingIfNeeded: key.spread) & mask
      while slots[position].number >= 0 { position = (position + 1) & mask }
      slots[position] = slot
    }
  }
}

extension SIMD2<UInt64> {
  /// The length of the id in a slot.
  fileprivate var length: Int { Int(UInt32(truncatingIfNeeded: y)) }
  /// The number of the id in a slot, or −1.
  fileprivate var number: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: y >> 32) &- 1) }
}
