import Compute
import InteractionData

/// The users compared: reference users, real peers and synthetic users, the latter two in equal number.
///
/// With a holdout, the reference is the training data and the peers are the holdout. Without one, training users are cut
/// into two random halves, one the reference and the other the peers.
struct AuditSample: Sendable {
  let reference: SparseRows
  let peers: SparseRows
  let synthetic: SparseRows
  let isHalved: Bool
  let notes: [String]

  init(_ data: AuditData, maximumUsers: Int, seed: Seed) {
    var notes: [String] = []
    func take(_ rows: SparseRows, _ count: Int, _ tag: AuditDraw, _ name: String) -> SparseRows {
      if rows.rowCount <= count { return rows }
      notes.append("\(count) of \(rows.rowCount) \(name) users drawn at random")
      return rows.drawing(count, seed, tag)
    }
    let whole: (SparseRows, SparseRows)
    if let holdout = data.holdout {
      whole = (data.train, holdout)
    } else {
      var random = seed.stream(for: AuditDraw.halves)
      let order = random.permutation(data.train.rowCount)
      let half = order.count / 2
      whole = (
        data.train.selecting(rows: order[half...].sorted()), data.train.selecting(rows: order[..<half].sorted())
      )
    }
    isHalved = data.holdout == nil
    let count = min(maximumUsers, whole.1.rowCount, data.synthetic.rowCount)
    reference = take(whole.0, maximumUsers, .reference, isHalved ? "(half of the) training" : "training")
    peers = take(whole.1, count, .peers, isHalved ? "(other half of the) training" : "holdout")
    synthetic = take(data.synthetic, count, .synthetic, "synthetic")
    self.notes = notes.map { "fidelity: " + $0 + ", so that equally many stand on both sides" }
  }
}

extension RankingSplit {
  /// A split without validation: everybody is for training, in the order of the rows.
  init(training rows: SparseRows, items: Vocabulary) {
    self.init(
      kind: .users, items: items, trainUserIDs: (0..<rows.rowCount).map { "\($0)" }, train: rows, validation: nil,
      refit: nil, test: nil)
  }
}

extension SparseRows {
  /// Some rows at random, in their order; all where there are no more.
  func drawing(_ count: Int, _ seed: Seed, _ tag: AuditDraw) -> SparseRows {
    rowCount <= count ? self : selecting(rows: drawnRows(count, seed, tag))
  }

  /// The numbers of these rows.
  func drawnRows(_ count: Int, _ seed: Seed, _ tag: AuditDraw) -> [Int] {
    if rowCount <= count { return Array(0..<rowCount) }
    var random = seed.stream(for: tag)
    return random.permutation(rowCount)[..<count].sorted()
  }

  /// The rows with some of the columns alone; a row that has none of them is left out.
  ///
  /// - Returns: the rows, and their numbers here.
  func keeping(_ isKept: (_ column: Int) -> Bool) -> (rows: SparseRows, numbers: [Int]) {
    let kept = (0..<columnCount).map(isKept)
    var (offsets, left, numbers) = ([0], [Int32](), [Int]())
    for row in 0..<rowCount {
      left += indices(ofRow: row).filter { kept[Int($0)] }
      if left.count > offsets[offsets.count - 1] {
        offsets.append(left.count)
        numbers.append(row)
      }
    }
    return (SparseRows(columnCount: columnCount, offsets: offsets, indices: left), numbers)
  }

  /// The rows that have an item, and how many have none.
  var filled: (rows: SparseRows, empty: Int) {
    let kept = filledRows
    return (selecting(rows: kept), rowCount - kept.count)
  }

  /// Synthetic users as an audit takes them, each with an item, and a note on those who have none.
  func synthetic(named name: String) -> (rows: SparseRows, notes: [String]) {
    let (rows, empty) = filled
    return (rows, empty == 0 ? [] : ["\(name): \(counted(empty, "user")) without an item left out"])
  }

  /// The rows of both.
  func followed(by other: SparseRows) -> SparseRows {
    SparseRows(columnCount: columnCount, joining: [self, other])
  }
}
