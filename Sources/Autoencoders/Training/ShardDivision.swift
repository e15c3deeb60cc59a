import Communication
import Compute

/// The item shards of a network or of ``ELSA``, divided among processes: each has a run of adjacent shards.
///
/// All sums over shards follow the ``ShardTree``: a process adds up the subtrees in its run, and the sums are combined
/// here. So the bytes do not depend on the number of processes.
struct ShardDivision: Sendable {
  let communicator: any Communicator
  let tree: ShardTree
  /// The items of every shard.
  let items: [Range<Int>]
  /// The shards of every rank; if there are more ranks than shards, the last ranks have none.
  let runs: [Range<Int>]
  /// The subtrees in every rank's run.
  private let subtrees: [[Range<Int>]]

  /// Divides the shards of a number of items.
  ///
  /// - Returns: `nil` if there is only one process.
  init?(items count: Int, among communicator: (any Communicator)?) {
    guard let communicator, communicator.size > 1 else { return nil }
    self.communicator = communicator
    items = ItemShard<Float>.ranges(items: count)
    tree = ShardTree(count: items.count)
    runs = Self.runs(shards: items.count, ranks: communicator.size)
    subtrees = runs.map(tree.subtrees)
  }

  /// Divides shards into runs of nearly equal length.
  static func runs(shards: Int, ranks: Int) -> [Range<Int>] {
    (0..<ranks).map { shards * $0 / ranks..<shards * ($0 + 1) / ranks }
  }

  /// The longest of the runs.
  static func longestRun(shards: Int, ranks: Int) -> Range<Int> {
    runs(shards: shards, ranks: ranks).max { $0.count < $1.count } ?? 0..<0
  }

  /// The shards of this process.
  var own: Range<Int> { runs[communicator.rank] }
  /// The items of this process.
  var ownItems: Range<Int> { items(ofRank: communicator.rank) }

  /// The items of a process; the shards of a run are adjacent.
  func items(ofRank rank: Int) -> Range<Int> {
    let run = runs[rank]
    return run.isEmpty ? 0..<0 : items[run.lowerBound].lowerBound..<items[run.upperBound - 1].upperBound
  }

  /// The process of a shard.
  func owner(of shard: Int) -> Int { runs.firstIndex { $0.contains(shard) } ?? 0 }

  /// The elements of this process's shards in a list with one element per shard.
  func own<Element>(_ all: [Element]) -> [Element] { Array(all[own]) }

  /// A list for all shards: those of this process, and a placeholder for each other shard.
  ///
  /// - Parameters:
  ///   - input: H.
  ///   - output: D.
  func all<S>(_ mine: [ItemShard<S>], input: Int, output: Int) -> [ItemShard<S>] {
    items.enumerated().map { shard, items in
      own.contains(shard)
        ? mine[shard - own.lowerBound] : ItemShard(elsewhere: items, input: input, output: output)
    }
  }

  // MARK: Exchanges

  /// The sum over all shards.
  ///
  /// Each process adds up some rows for all, so that the data sent by a process do not grow with the number of
  /// processes.
  ///
  /// - Parameter parts: the sums under this run's subtrees, each rows × columns.
  @specialized(where S == Float)
  func sum<S: Scalar>(_ parts: [Matrix<S>], rows: Int, columns: Int) throws -> Matrix<S> {
    let ranks = 0..<communicator.size
    let cuts = (0...communicator.size).map { rows * $0 / communicator.size }
    let counts = ranks.map { (cuts[$0 + 1] - cuts[$0]) * columns }
    let numbers = parts.map(\.elements)
    var leaving: [S] = []
    leaving.reserveCapacity(parts.count * rows * columns)
    for rank in ranks {
      for part in numbers { leaving += part[cuts[rank] * columns..<cuts[rank + 1] * columns] }
    }
    let mine = counts[communicator.rank]
    let arriving = try communicator.exchange(
      leaving, sent: counts.map { $0 * parts.count }, got: subtrees.map { $0.count * mine })
    var (known, start) = ([Range<Int>: Matrix<S>](), 0)
    for node in subtrees.joined() {
      known[node] = Matrix(
        rows: columns == 0 ? 0 : mine / columns, columns: columns, elements: Array(arriving[start..<start + mine]))
      start += mine
    }
    let sum = ShardTree.sum(tree.root, of: { known[$0] }, adding: { $0.add($1) })
    return Matrix(rows: rows, columns: columns, elements: try communicator.gather(sum.elements, counts: counts))
  }

  /// The statistics of the logits of all shards for each user, and the requests of every process.
  ///
  /// - Parameter parts: the statistics under this run's subtrees, one for each user.
  @specialized(where S == Float)
  func statistics<S: Scalar>(
    _ parts: [[LogitStatistics<S>]], users: Int, wish: UInt8
  ) throws -> (statistics: [LogitStatistics<S>], wishes: [UInt8]) {
    // Three numbers in double precision for each, which represent logits exactly.
    var mine = [Double(wish)]
    mine.reserveCapacity(1 + 3 * users * parts.count)
    for part in parts {
      for user in part {
        mine.append(Double(user.maximum))
        mine.append(user.sum)
        mine.append(user.loss)
      }
    }
    let all = try communicator.gather(mine, counts: subtrees.map { 1 + 3 * users * $0.count })
    var (known, wishes, start) = ([Range<Int>: Int](), [UInt8](), 0)
    for nodes in subtrees {
      wishes.append(UInt8(all[start]))
      start += 1
      for node in nodes {
        known[node] = start
        start += 3 * users
      }
    }
    let statistics = (0..<users).map { user in
      ShardTree.sum(
        tree.root,
        of: { node in
          known[node].map { place in
            LogitStatistics<S>(
              maximum: S(all[place + 3 * user]), sum: all[place + 3 * user + 1], loss: all[place + 3 * user + 2])
          }
        }, adding: { $0.add($1) })
    }
    return (statistics, wishes)
  }

  /// Joins columns, of which each process has those of its items.
  func joined<S: Scalar>(_ own: Matrix<S>) throws -> Matrix<S> {
    let widths = runs.indices.map { items(ofRank: $0).count }
    let parts = try communicator.gather(own.elements, counts: widths.map { own.rows * $0 })
    let starts = widths.indices.map { rank in own.rows * widths[..<rank].reduce(0, +) }
    var all: [S] = []
    all.reserveCapacity(parts.count)
    for row in 0..<own.rows {
      for (start, width) in zip(starts, widths) { all += parts[start + row * width..<start + (row + 1) * width] }
    }
    return Matrix(rows: own.rows, columns: widths.reduce(0, +), elements: all)
  }

  /// Sends numbers of one process to the root; the others receive none.
  func bring(_ numbers: [Float], count: Int, from owner: Int) throws -> [Float] {
    if owner == 0 { return communicator.isRoot ? numbers : [] }
    var (sent, got) = ([Int](repeating: 0, count: communicator.size), [Int](repeating: 0, count: communicator.size))
    if communicator.rank == owner { sent[0] = count }
    if communicator.isRoot { got[owner] = count }
    return try communicator.exchange(communicator.rank == owner ? numbers : [], sent: sent, got: got)
  }

  /// Whether a condition holds in all processes.
  func all(_ holds: Bool) throws -> Bool {
    try communicator.gather([holds], counts: Array(repeating: 1, count: communicator.size)).allSatisfy(\.self)
  }
}

/// Requests that must take effect in all processes between the same two updates, or in none.
///
/// Requests are sent with the statistics of the logits, so that they need no extra message.
final class Accord: Sendable {
  /// A process received a stop signal.
  static let stop: UInt8 = 1
  /// A checkpoint is due by the root's clock.
  static let checkpoint: UInt8 = 2

  private let communicator: any Communicator
  private let wishes: @Sendable () -> UInt8
  private let agreed = Guarded<UInt8>(0)

  /// - Parameter wishes: the current requests of this process.
  init(_ communicator: any Communicator, wishes: @escaping @Sendable () -> UInt8) {
    (self.communicator, self.wishes) = (communicator, wishes)
  }

  /// The current requests of this process.
  var wish: UInt8 { wishes() }

  /// Stores the requests of all processes.
  func agree(on all: [UInt8]) { agreed.withLock { $0 = all.reduce(0, |) } }

  /// Exchanges requests, if no update has just done so.
  func ask() throws {
    agree(on: try communicator.gather([wish], counts: Array(repeating: 1, count: communicator.size)))
  }

  /// Whether a request takes effect, once.
  func grants(_ wish: UInt8) -> Bool {
    agreed.withLock { agreed in
      defer { agreed &= ~wish }
      return agreed & wish != 0
    }
  }
}
