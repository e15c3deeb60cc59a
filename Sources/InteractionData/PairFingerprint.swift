import Compute
import FileFormats

/// A fingerprint of the (user, item) pairs, independent of the order of lines, users and items.
///
/// A sum over the pairs, so that the same set of pairs gives the same number in any order.
struct PairFingerprint {
  private let users: [UInt64]
  private let items: [UInt64]
  private var sum: UInt64 = 0
  private var count = 0

  /// Prepares the fingerprint of pairs of these users and items.
  init(users: [String], items: [String]) {
    self.users = users.map(Self.word)
    self.items = items.map(Self.word)
  }

  /// Adds a pair, and the rating if it counts.
  mutating func add(user: Int, item: Int, rating: Float? = nil) {
    var pair = Fingerprint()
    pair.add(users[user])
    pair.add(items[item])
    if let rating { pair.add(UInt64(rating.bitPattern)) }
    sum &+= pair.word
    count += 1
  }

  /// 16 hexadecimal digits.
  var hexadecimal: String {
    var whole = Fingerprint()
    whole.add(sum)
    whole.add(count)
    return whole.hexadecimal
  }

  private static func word(_ text: String) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(text)
    return fingerprint.word
  }
}

extension Interactions {
  /// A fingerprint of the (user, item) pairs in any order, 16 hexadecimal digits.
  ///
  /// Unlike ``hash`` it does not depend on the order of the lines or on which columns were kept.
  ///
  /// - Parameter withRatings: whether the ratings count, where there are any.
  public func pairHash(withRatings: Bool = false) -> String {
    var fingerprint = PairFingerprint(users: users.ids, items: items.ids)
    let values = withRatings ? ratings : nil
    for position in 0..<count {
      fingerprint.add(
        user: Int(userIndices[position]), item: Int(itemIndices[position]), rating: values.map { $0[position] })
    }
    return fingerprint.hexadecimal
  }
}

extension UserRows {
  /// What ``Interactions/pairHash(withRatings:)`` gives for the same pairs, without ratings.
  ///
  /// - Precondition: an item for each column.
  public func pairHash(items: Vocabulary) -> String {
    precondition(items.count == rows.columnCount, "an item for each column")
    var fingerprint = PairFingerprint(users: ids, items: items.ids)
    for user in ids.indices {
      for item in rows.indices(ofRow: user) { fingerprint.add(user: user, item: Int(item)) }
    }
    return fingerprint.hexadecimal
  }
}
