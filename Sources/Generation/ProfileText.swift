import Compute
public import InteractionData

/// Synthetic profiles as text: `user<TAB>item`, then `count` if items are drawn with replacement, then `title` if
/// titles are requested.
public struct ProfileText: Sendable {
  private let items: [[UInt8]]
  /// The last column of each item; empty without titles.
  private let titles: [[UInt8]]
  private let hasCounts: Bool
  private let firstUser: Int

  /// Prepares the text of profiles over some items.
  ///
  /// - Parameters:
  ///   - firstUser: the number in the id of user 0.
  ///   - titles: the titles of the items; `nil` for no such column.
  public init(items: Vocabulary, law: ItemLaw, firstUser: Int = 1, titles: ItemTitles? = nil) {
    self.firstUser = firstUser
    self.titles = titles.map { titles in (0..<items.count).map { Array("\t\(titles.title(of: $0) ?? "")".utf8) } } ?? []
    self.items = items.ids.map { Array($0.utf8) }
    hasCounts = law == .multinomial
  }

  /// The first line.
  public var header: String {
    "user\titem" + (hasCounts ? "\tcount" : "") + (titles.isEmpty ? "\n" : "\ttitle\n")
  }

  /// The id of a synthetic user, counted from 0: `synthetic-000001` is the first unless numbers start later.
  ///
  /// At least six digits, independent of the number of users, so that a larger sample begins with the ids of a smaller
  /// one.
  public func id(of user: Int) -> String {
    let number = String(firstUser + user)
    return "synthetic-" + String(repeating: "0", count: max(0, 6 - number.count)) + number
  }

  /// The lines of a block, one for each user and item.
  public func lines(of block: ProfileBlock) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(block.rows.nonZeroCount * 28)
    for row in 0..<block.rows.rowCount {
      let user = Array(id(of: block.firstUser + row).utf8) + [UInt8(ascii: "\t")]
      for position in block.rows.range(ofRow: row) {
        text += user
        let item = Int(block.rows.indices[position])
        text += items[item]
        if hasCounts { text += Array("\t\(Int(block.rows.value(at: position)))".utf8) }
        if !titles.isEmpty { text += titles[item] }
        text.append(UInt8(ascii: "\n"))
      }
    }
    return text
  }
}
