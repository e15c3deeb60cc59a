import Compute
public import InteractionData

/// Synthetic profiles as text: `user<TAB>item`, with a third column `count` where items are drawn with replacement.
public struct ProfileText: Sendable {
  private let items: [[UInt8]]
  private let hasCounts: Bool
  private let firstUser: Int

  /// Prepares the text of profiles over some items.
  ///
  /// - Parameter firstUser: the number in the id of user 0.
  public init(items: Vocabulary, law: ItemLaw, firstUser: Int = 1) {
    self.firstUser = firstUser
    self.items = items.ids.map { Array($0.utf8) }
    hasCounts = law == .multinomial
  }

  /// The first line.
  public var header: String { hasCounts ? "user\titem\tcount\n" : "user\titem\n" }

  /// The id of a synthetic user, counted from 0: `synthetic-000001` is the first unless numbers start later.
  ///
  /// Six digits or as many as it takes, however many users there are: the first of many have the ids of few.
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
        text += items[Int(block.rows.indices[position])]
        if hasCounts { text += Array("\t\(Int(block.rows.value(at: position)))".utf8) }
        text.append(UInt8(ascii: "\n"))
      }
    }
    return text
  }
}
