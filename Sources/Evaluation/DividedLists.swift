import Communication
import Compute
import InteractionData

// Ranked lists when each of several processes has the scores of its own items: each ranks its items, and the best are
// merged.

extension Evaluator {
  /// The lists of some blocks of users, one after the other; all processes call this together and get the same.
  func lists(
    of recommender: any DividedRecommender, _ blocks: [Range<Int>], _ users: HeldOutUsers, _ length: Int,
    among communicator: any Communicator, _ processor: Processor
  ) throws -> [[RankedItem]] {
    let own = recommender.ownItems
    let scores = try recommender.ownScores(for: blocks.map(users.profiles.selecting), using: processor)
    let ranked = try processor.map(count: blocks.count) { block in
      let range = blocks[block]
      guard scores[block].rows == range.count && scores[block].columns == own.count else {
        throw EvaluationError.wrongShape("\(scores[block])", expected: "\(range.count) × \(own.count)")
      }
      return range.map { user in
        OwnList(scores[block][row: user - range.lowerBound], of: own, k: length, excluding: users.excluded(user))
      }
    }
    let mine = ranked.flatMap(\.self)
    let all = try communicator.gather(mine.flatMap(\.words))
    var places = [Int](repeating: 0, count: all.count)
    return try mine.indices.map { index in
      var (items, broken) = ([RankedItem](), [Int]())
      for rank in all.indices {
        let list = OwnList(reading: all[rank], from: &places[rank])
        items += list.items
        broken += list.notANumber.map { [$0] } ?? []
      }
      if let item = broken.min() {
        let user = blocks[0].lowerBound + index
        throw EvaluationError.notANumber(user: users.userIDs[user], item: item)
      }
      items.sort { ($1.score, $0.item) < ($0.score, $1.item) }
      return Array(items.prefix(length))
    }
  }
}

/// A user's best items among those of one process.
private struct OwnList: Sendable {
  var items: [RankedItem] = []
  /// The first item whose score is not a number.
  var notANumber: Int?

  /// - Parameter own: the items that `scores` are of.
  init(_ scores: ArraySlice<Float>, of own: Range<Int>, k: Int, excluding excluded: ArraySlice<Int32>) {
    let excluded = excluded.filter { own.contains(Int($0)) }.map { $0 - Int32(own.lowerBound) }
    do {
      items = try topK(scores, k: k, excluding: excluded[...]).map {
        RankedItem(item: $0.item + own.lowerBound, score: $0.score)
      }
    } catch {
      // This is the only possible error.
      notANumber = (error as? NotANumberError).map { $0.item + own.lowerBound }
    }
  }

  /// The list as other processes read it: its length, items, and the bits of scores; or −1 and the item without a score.
  var words: [Int32] {
    if let notANumber { return [-1, Int32(notANumber)] }
    return [Int32(items.count)] + items.flatMap { [Int32($0.item), Int32(bitPattern: $0.score.bitPattern)] }
  }

  /// Reads a list, and moves on to the next.
  init(reading words: [Int32], from place: inout Int) {
    let count = Int(words[place])
    if count < 0 {
      notANumber = Int(words[place + 1])
      place += 2
      return
    }
    items = (0..<count).map { index in
      let start = place + 1 + 2 * index
      return RankedItem(item: Int(words[start]), score: Float(bitPattern: UInt32(bitPattern: words[start + 1])))
    }
    place += 1 + 2 * count
  }
}

extension HeldOutUsers {
  /// The items of a user that are not ranked, ascending.
  func excluded(_ user: Int) -> ArraySlice<Int32> {
    union(profiles.items.indices(ofRow: user), masked.indices(ofRow: user))
  }
}
