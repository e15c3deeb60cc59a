package import Compute
package import FileFormats

/// The parts of splits and data sets.
extension Fingerprint {
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

  /// Adds rows with their width, or that there are none.
  package mutating func add(_ rows: SparseRows?) {
    guard let rows else { return add(-1) }
    add(rows.columnCount)
    add(rows.offsets.count)
    for offset in rows.offsets { add(offset) }
    for index in rows.indices { add(UInt64(UInt32(bitPattern: index))) }
    add(rows.values?.count ?? -1)
    for value in rows.values ?? [] { add(UInt64(value.bitPattern)) }
  }

  /// The beginning of a split's fingerprint.
  mutating func add(_ kind: SplitKind, _ items: Vocabulary, _ train: UserRows) {
    add(kind.rawValue)
    add(items)
    add(train.ids)
    add(train.rows)
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

extension Interactions {
  /// A fingerprint of ids, pairs, ratings and times in their order, 16 hexadecimal digits; the name is not part of it.
  public var hash: String {
    var fingerprint = Fingerprint()
    fingerprint.add(users)
    fingerprint.add(items)
    fingerprint.add(count)
    for index in userIndices { fingerprint.add(UInt64(UInt32(bitPattern: index))) }
    for index in itemIndices { fingerprint.add(UInt64(UInt32(bitPattern: index))) }
    fingerprint.add(ratings?.count ?? -1)
    for rating in ratings ?? [] { fingerprint.add(UInt64(rating.bitPattern)) }
    fingerprint.add(timestamps?.count ?? -1)
    for time in timestamps ?? [] { fingerprint.add(time.bitPattern) }
    return fingerprint.hexadecimal
  }
}
