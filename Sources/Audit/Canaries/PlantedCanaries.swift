import Compute
import InteractionData

/// Real users, and canaries of whom about half are among them (U real users, N canaries, I items).
///
/// A canary has a single item, which nobody else has. Nearly all of its gradient is then in the weights of that item,
/// where other users only add the push of the softmax. Ordinary items beside it would draw a part of the gradient,
/// whose norm is limited, to places where an attacker cannot tell it from the gradients of others.
///
/// The items of all canaries are in the catalogue, which counts as public, whether or not they take part.
struct PlantedCanaries: Sendable {
  /// I + N items: the real ones, then one for each canary.
  let items: Vocabulary
  /// Every canary with its item; shape: N × (I + N).
  let profiles: SparseRows
  /// Whether each canary takes part.
  let isIn: [Bool]
  /// The real users, then the canaries who take part; shape: (U + those) × (I + N).
  let rows: SparseRows
  /// The canaries who take part, by their rows.
  let members: [Int: Int]

  /// Plants `count` canaries, each with probability ½.
  ///
  /// - Parameters:
  ///   - users: the real users; shape: U × I.
  ///   - items: the items of the columns.
  init(_ count: Int, among users: SparseRows, items: Vocabulary, seed: Seed) {
    let real = items.ids
    var prefix = "canary-"
    while real.contains(where: { $0.hasPrefix(prefix) }) { prefix = "a " + prefix }
    self.items = Vocabulary(ids: real + (1...count).map { "\(prefix)\($0)" })
    let first = real.count
    profiles = SparseRows(
      columnCount: first + count, offsets: Array(0...count), indices: (0..<count).map { Int32(first + $0) })
    var coins = seed.stream(for: AuditDraw.canaryCoins)
    var isIn: [Bool] = []
    for _ in 0..<count { isIn.append(coins.uniform() < 0.5) }
    self.isIn = isIn
    let chosen = isIn.indices.filter { isIn[$0] }
    rows = SparseRows(columnCount: first + count, offsets: users.offsets, indices: users.indices)
      .followed(by: profiles.selecting(rows: chosen))
    members = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { (users.rowCount + $0.offset, $0.element) })
  }

  /// N.
  var count: Int { isIn.count }

  /// The column of a canary's item.
  func item(of canary: Int) -> Int { Int(profiles.indices[canary]) }

  /// Everybody for training.
  var split: RankingSplit { RankingSplit(training: rows, items: items) }
}
