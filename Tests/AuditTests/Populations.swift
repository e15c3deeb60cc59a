import Compute
import InteractionData

/// A simulated population in three parts of equal size.
struct Populations {
  private let all: Interactions

  init(users: Int, seed: UInt64, popularityExponent: Double = 1) {
    var population = Population.plain
    population.users = users
    population.items = 300
    population.tastes = 8
    population.meanProfileLength = 24
    population.popularityExponent = popularityExponent
    // The parameters are within their ranges.
    all = (try? population.simulate(seed: Seed(seed)).interactions) ?? Interactions(name: "none", pairs: [])
  }

  func part(_ index: Int) -> Interactions { all.keeping { $0 % 3 == index } }
}

extension Interactions {
  func keeping(_ isKept: (Int) -> Bool) -> Interactions {
    Interactions(
      name: name,
      pairs: (0..<count).filter { isKept(Int(userIndices[$0])) }.map {
        (users[Int(userIndices[$0])], items[Int(itemIndices[$0])])
      })
  }

  func first(_ count: Int) -> Interactions { keeping { $0 < count } }

  var pairs: [(user: Int, item: Int)] { (0..<count).map { (Int(userIndices[$0]), Int(itemIndices[$0])) } }

  /// Every user keeps their number of items and every item its number of users; who has what is random.
  ///
  /// Two users exchange one item each where neither has the other's, forty times as often as there are interactions.
  func shuffled(seed: UInt64) -> Interactions {
    var random = Seed(seed).stream(.shuffle)
    var cells = pairs
    var owned = Set(cells.map { $0.user * items.count + $0.item })
    for _ in 0..<40 * cells.count {
      let (a, b) = (random.integer(below: cells.count), random.integer(below: cells.count))
      let (left, right) = (cells[a].user * items.count + cells[b].item, cells[b].user * items.count + cells[a].item)
      if owned.contains(left) || owned.contains(right) { continue }
      owned.remove(cells[a].user * items.count + cells[a].item)
      owned.remove(cells[b].user * items.count + cells[b].item)
      owned.insert(left)
      owned.insert(right)
      (cells[a].item, cells[b].item) = (cells[b].item, cells[a].item)
    }
    return Interactions(name: "shuffled", pairs: cells.map { (users[$0.user], items[$0.item]) })
  }

  /// As many users, with items and lengths drawn evenly.
  func noise(items count: Int, lengths: ClosedRange<Int>, seed: UInt64) -> Interactions {
    var random = Seed(seed).stream(.shuffle)
    var pairs: [(user: String, item: String)] = []
    for user in users.ids {
      let length = lengths.lowerBound + random.integer(below: lengths.count)
      for item in random.permutation(items.count).prefix(min(count, length)) { pairs.append((user, items[item])) }
    }
    return Interactions(name: "noise", pairs: pairs)
  }
}
