/// Ids as bytes, numbered in order of first appearance.
///
/// An open-addressing hash table over one array of bytes: looking up an id that is there makes no string and
/// allocates nothing, which is what reading tens of millions of lines needs.
struct IdentifierTable: Sendable {
  /// The bytes of all ids, one after the other.
  private(set) var bytes: [UInt8] = []
  /// Where each id starts in ``bytes``, and where the last one ends; shape: `count + 1`.
  private(set) var starts: [Int] = [0]
  // Upper half: 32 bits of the hash. Lower half: the number plus one, so that 0 is an empty slot.
  private var slots: [UInt64] = [UInt64](repeating: 0, count: 64)

  /// The number of ids.
  var count: Int { starts.count - 1 }

  /// The id numbered `index`.
  subscript(index: Int) -> String {
    String(decoding: bytes[starts[index]..<starts[index + 1]], as: UTF8.self)
  }

  /// The number of the id in `source[start..<end]`, or `nil` when it is not in the table.
  func find(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    let hash = Self.hash(source, start, end)
    let slot = slots[slot(of: source, start, end, hash)]
    return slot == 0 ? nil : Int(UInt32(truncatingIfNeeded: slot)) - 1
  }

  /// The number of the id in `source[start..<end]`, given now if it is new.
  mutating func number(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> (number: Int, isNew: Bool) {
    let hash = Self.hash(source, start, end)
    var position = slot(of: source, start, end, hash)
    let slot = slots[position]
    if slot != 0 { return (Int(UInt32(truncatingIfNeeded: slot)) - 1, false) }
    if 2 * (count + 1) > slots.count {
      grow()
      position = self.slot(of: source, start, end, hash)
    }
    for index in start..<end { bytes.append(source[index]) }
    starts.append(bytes.count)
    precondition(count <= Int(Int32.max), "more ids than a 32-bit number can count")
    slots[position] = hash << 32 | UInt64(count)
    return (count - 1, true)
  }

  /// The slot that holds the id, or the empty one where it would go.
  @inline(__always)
  private func slot(of source: Span<UInt8>, _ start: Int, _ end: Int, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[position]
      if slot == 0 { return position }
      if slot >> 32 == hash & 0xFFFF_FFFF {
        let first = starts[Int(UInt32(truncatingIfNeeded: slot)) - 1]
        if starts[Int(UInt32(truncatingIfNeeded: slot))] - first == end - start {
          var offset = 0
          while offset < end - start && bytes[first + offset] == source[start + offset] { offset += 1 }
          if offset == end - start { return position }
        }
      }
      position = (position + 1) & mask
    }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: 2 * old.count)
    let mask = slots.count - 1
    for slot in old where slot != 0 {
      // The stored 32 bits are the low ones of the hash, and no table has more than 2³² slots.
      var position = Int(slot >> 32) & mask
      while slots[position] != 0 { position = (position + 1) & mask }
      slots[position] = slot
    }
  }

  /// FNV-1a with a finishing multiplication, cut to 32 bits.
  @inline(__always)
  private static func hash(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in start..<end { hash = (hash ^ UInt64(source[index])) &* 0x100_0000_01B3 }
    hash ^= hash >> 32
    hash = hash &* 0x9E37_79B9_7F4A_7C15
    return hash >> 32
  }
}
