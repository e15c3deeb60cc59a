import Compute
import FileFormats

/// Puts the interactions of a user in order of time, the latest first.
struct LatestFirst {
  private let data: Interactions
  private let times: [Double]
  private let seed: Seed
  /// Whether the lines are in the order of time, so that their order tells which of two equal times is the later.
  private let isLog: Bool

  init(_ data: Interactions, times: [Double], seed: Seed) {
    self.data = data
    self.times = times
    self.seed = seed
    var latest = [Double](repeating: -.infinity, count: data.users.count)
    var (ascends, descends) = (false, false)
    for position in 0..<data.count {
      let user = Int(data.userIndices[position])
      if latest[user] > times[position] { descends = true }
      if latest[user] < times[position] && latest[user].isFinite { ascends = true }
      latest[user] = times[position]
    }
    isLog = ascends && !descends
  }

  /// Sorts the positions of one user.
  ///
  /// - Returns: whether several items share the latest time.
  func sort(_ positions: inout [Int], of user: Int) -> Bool {
    if isLog {
      positions.sort { (times[$0], $0) > (times[$1], $1) }
    } else {
      positions.sort { times[$0] > times[$1] }
      drawAmongEquals(&positions, of: data.users[user])
    }
    return positions.count > 1 && times[positions[0]] == times[positions[1]]
  }

  /// The latest positions of one user, the latest first, and others after them.
  ///
  /// They are those that ``sort(_:of:)`` would put first; the order of the others is undefined.
  ///
  /// - Parameters:
  ///   - count: how many, 1 or 2.
  ///   - positions: those of the user, ascending.
  /// - Returns: `count` positions or more, fewer where there are not so many, and whether several items share the latest time.
  func latest(_ count: Int, of positions: [Int], of user: Int) -> (positions: [Int], isUndecided: Bool) {
    var (latest, second) = (-Double.infinity, -Double.infinity)
    for position in positions {
      let time = times[position]
      if time > latest {
        (latest, second) = (time, latest)
      } else if time > second {
        second = time
      }
    }
    // All of the same time, since a draw decides among them.
    let least = count > 1 ? second : latest
    var found = positions.filter { times[$0] >= least }
    let isUndecided = sort(&found, of: user)
    return (found, isUndecided)
  }

  /// Orders equal times at random, by the seed and the ids only.
  private func drawAmongEquals(_ positions: inout [Int], of user: String) {
    var fingerprint = Fingerprint()
    fingerprint.add(user)
    var random = seed.stream(.split, 3, Int(truncatingIfNeeded: fingerprint.word))
    var start = 0
    while start < positions.count {
      var end = start + 1
      while end < positions.count && times[positions[end]] == times[positions[start]] { end += 1 }
      if end - start > 1 {
        let byID = positions[start..<end].map { position in
          (position: position, id: Array(data.items[Int(data.itemIndices[position])].utf8))
        }
        var drawn = byID.sorted { $0.id.lexicographicallyPrecedes($1.id) }.map(\.position)
        random.shuffle(&drawn)
        positions.replaceSubrange(start..<end, with: drawn)
      }
      start = end
    }
  }

  /// The note about users with several items at the latest time.
  func note(_ users: Int) -> String {
    let whose = "\(counted(users, "user")) with several items at the latest time: "
    return whose
      + (isLog
        ? "the lines are in time order, so the last line was held out"
        : "the held-out item was drawn by seed and ids, independently of the order of the lines")
  }
}
