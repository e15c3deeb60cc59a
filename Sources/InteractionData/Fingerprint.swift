import Compute

/// A hash that is the same on every machine and in every run, unlike Swift's own.
///
/// FNV-1a over 64-bit words with the high half folded in. It tells splits apart that differ by accident, not
/// by malice.
struct Fingerprint {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The 16 digits of the hash.
  var hexadecimal: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x100_0000_01B3
    state ^= state >> 32
    state = state &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

  mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  mutating func add(_ texts: [String]) {
    add(texts.count)
    for text in texts { add(text) }
  }

  mutating func add(_ vocabulary: Vocabulary) {
    let (bytes, starts) = vocabulary.storage
    add(starts.count)
    for start in starts { add(start) }
    for byte in bytes { add(UInt64(byte)) }
  }

  mutating func add(_ rows: SparseRows?) {
    guard let rows else { return add(-1) }
    add(rows.columnCount)
    add(rows.offsets.count)
    for offset in rows.offsets { add(offset) }
    for index in rows.indices { add(UInt64(UInt32(bitPattern: index))) }
    add(rows.values?.count ?? -1)
    for value in rows.values ?? [] { add(UInt64(value.bitPattern)) }
  }

  mutating func add(_ users: HeldOutUsers?) {
    guard let users else { return add(-1) }
    add(users.userIDs)
    add(users.profiles.items)
    add(users.profiles.trainingRows?.count ?? -1)
    for row in users.profiles.trainingRows ?? [] { add(row ?? -1) }
    add(users.masked)
    add(users.heldOut)
    add(users.skippedUsers)
  }
}
