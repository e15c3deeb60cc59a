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

  /// Orders equal times by chance, from nothing but the seed and the ids.
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

  /// What is said about users whose latest time several items share.
  func note(_ users: Int) -> String {
    let whose = "the latest time of \(counted(users, "user")) is that of several items: "
    return whose
      + (isLog
        ? "as the lines are in the order of time, the last line was held out"
        : "the item held out was drawn by seed and ids, whatever the order of the lines")
  }
}
