import Compute
import Testing

@testable import InteractionData

@Suite("Rows of users from pieces of a file")
struct UserGroupsTests {
  /// Lines, cut into pieces at random places: a piece may hold many users, or some lines of one.
  private struct Lines {
    let users: [Int32]
    let items: [Int32]
    let pieces: [InteractionPiece]
    let userCount: Int
    let itemCount = 50
    /// The column of each item, or −1.
    let columns: [Int32]

    init(seed: UInt64, isGrouped: Bool, repeats: Bool, most: Int = 40) {
      var random = Seed(seed).stream(.resampling)
      userCount = 1 + random.integer(below: most)
      var pairs: [(user: Int32, item: Int32)] = []
      for user in 0..<Int32(userCount) where random.integer(below: 6) > 0 {
        // Some have more lines than a piece.
        let length = random.integer(below: 5) == 0 ? 50 : 1 + random.integer(below: 12)
        for item in random.permutation(itemCount).prefix(length) { pairs.append((user, Int32(item))) }
      }
      if repeats && !pairs.isEmpty { pairs.append(pairs[random.integer(below: pairs.count)]) }
      let order =
        isGrouped
        ? pairs.indices.sorted { (pairs[$0].user, $0) < (pairs[$1].user, $1) } : random.permutation(pairs.count)
      users = order.map { pairs[$0].user }
      items = order.map { pairs[$0].item }
      var pieces: [InteractionPiece] = []
      var start = 0
      while start < order.count {
        let end = min(order.count, start + 1 + random.integer(below: 20))
        pieces.append(InteractionPiece(userOfLine: users[start..<end], items: items[start..<end]))
        start = end
      }
      self.pieces = pieces
      let isKnown = (0..<itemCount).map { _ in random.integer(below: 4) > 0 }
      let order2 = random.permutation(itemCount)
      columns = (0..<itemCount).map { isKnown[$0] ? Int32(order2[$0]) : -1 }
    }

    func row(_ user: Int, _ columns: [Int32]) -> [Int32] {
      users.indices.lazy.filter { users[$0] == Int32(user) }.map { columns[Int(items[$0])] }.filter { $0 >= 0 }.sorted()
    }
  }

  @Test("are the same made by one thread for some users and by several for all", arguments: [true, false])
  func rows(isGrouped: Bool) throws {
    for seed: UInt64 in 0..<300 {
      // More users than a range has, now and then.
      let lines = Lines(seed: seed, isGrouped: isGrouped, repeats: false, most: seed % 50 == 0 ? 2_000 : 40)
      let processor = Processor(engine: .gsl, threads: 1 + Int(seed % 3))
      let groups = try UserGroups(lines.pieces, userCount: lines.userCount, processor)
      var random = Seed(seed).stream(.split)
      let isWanted = (0..<lines.userCount).map { _ in random.integer(below: 3) > 0 }
      let wanted = isWanted.indices.filter { isWanted[$0] }
      let identity = (0..<Int32(lines.itemCount)).map(\.self)
      let all = try #require(
        try groups.rows(where: isWanted, columns: identity, columnCount: lines.itemCount, processor))
      #expect(all.rowCount == wanted.count)
      for (row, user) in wanted.enumerated() {
        #expect(Array(all.indices(ofRow: row)) == lines.row(user, identity), "seed \(seed)")
      }
      // Any part of them, also none.
      let part = wanted[(random.integer(below: wanted.count + 1))...].prefix(5)
      let some = try #require(groups.rows(ofUsers: part, columns: lines.columns, columnCount: lines.itemCount))
      #expect(
        (0..<some.rowCount).map { Array(some.indices(ofRow: $0)) } == part.map { lines.row($0, lines.columns) },
        "seed \(seed)")
      #expect(try !groups.hasRepeats(itemCount: lines.itemCount, processor))
    }
  }

  @Test("an item that a user has twice is noticed by all who have the user", arguments: [true, false])
  func repeats(isGrouped: Bool) throws {
    for seed: UInt64 in 0..<100 {
      let lines = Lines(seed: seed, isGrouped: isGrouped, repeats: true)
      if lines.users.isEmpty { continue }
      let processor = Processor(engine: .gsl, threads: 2)
      let groups = try UserGroups(lines.pieces, userCount: lines.userCount, processor)
      #expect(try groups.hasRepeats(itemCount: lines.itemCount, processor), "seed \(seed)")
      let columns = (0..<Int32(lines.itemCount)).map(\.self)
      let everyone = [Bool](repeating: true, count: lines.userCount)
      #expect(try groups.rows(where: everyone, columns: columns, columnCount: lines.itemCount, processor) == nil)
      let with = (0..<lines.userCount).filter {
        groups.rows(ofUsers: [$0], columns: columns, columnCount: lines.itemCount) == nil
      }
      #expect(with.count == 1, "seed \(seed): \(with)")
    }
  }
}
