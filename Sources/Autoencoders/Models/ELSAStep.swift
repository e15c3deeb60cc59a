public import Compute
import Foundation
import InteractionData

/// Gradient updates of ``ELSA``.
///
/// With A the rows of W divided by their norms, `Z = XA` and `p = ZAᵀ − X`, the loss of a user is `|p/|p| − x/|x||² / I`, a batch is the
/// mean over its users. Its gradient by p is `d p − k/|x| x` with `k = 2/(B I |p|)`, `d = k cos(p, x)/|p|`; and as
/// `|p|² = zAᵀAz − 2|z|² + |x|²` and `p·x = |z|² − |x|²`, no matrix of users × items is ever stored:
///
/// ```
/// shards    A; AᵀA and Z, added along the ``ShardTree``                   L × L, B × L
/// blocks    ZAᵀA → d, e = d + k/|x|; Zᵀ diag(d) Z, added in order         L × L
///           H = diag(d) Z AᵀA − 2 diag(e) Z                              B × L
/// shards    ∂loss/∂A = A Zᵀ diag(d) Z + XᵀH → ∂loss/∂W → step
/// ```
///
/// One thread handles each shard or block, and the cuts depend only on the data. Of several processes, each has a run of
/// shards; they exchange the sums Z and AᵀA, and each computes all blocks.
public struct ELSAStep<S: Scalar>: Sendable {
  /// Some users of a batch.
  private struct Block: Sendable {
    let users: Range<Int>
    var product = Matrix<S>(rows: 0, columns: 0)
    var outer = Matrix<S>(rows: 0, columns: 0)
    var loss = 0.0
  }

  private struct Scratch: Sendable {
    var multiplier: Multiplier<S>
    var row = Matrix<S>(rows: 1, columns: 0)
  }

  /// The shards of this process.
  private var shards: [ELSAShard<S>]
  /// A of these shards, as the input weights of a network.
  private var unit: [ItemShard<S>]
  private var optimiser: NAdam
  private let processor: Processor
  private let rank: Int
  /// The tree of all shards.
  private let tree: ShardTree
  /// The indices of this process's shards.
  private let own: Range<Int>
  private let division: ShardDivision?
  private var scratch: [Scratch]

  /// Prepares to train W.
  ///
  /// - Parameters:
  ///   - weights: W, item by item; shape: I × L.
  ///   - moments: those of an earlier run, of the same shape, with their number of steps.
  public init(
    _ weights: Matrix<S>, learningRate: Double, processor: Processor,
    after moments: (first: Matrix<S>, second: Matrix<S>, steps: Int)? = nil
  ) {
    self.init(
      weights.cutByItems, items: weights.rows, rank: weights.columns, learningRate: learningRate,
      processor: processor, division: nil,
      after: moments.map { (first: $0.first.cutByItems, second: $0.second.cutByItems, steps: $0.steps) })
  }

  /// Prepares to train W, shard by shard.
  ///
  /// - Parameters:
  ///   - weights: a matrix for each shard; those of other processes are ignored.
  ///   - rank: L.
  ///   - division: which process has which shards; `nil` if this process has all.
  ///   - moments: in the form of `weights`.
  init(
    _ weights: [Matrix<S>], items: Int, rank: Int, learningRate: Double, processor: Processor,
    division: ShardDivision?, after moments: (first: [Matrix<S>], second: [Matrix<S>], steps: Int)? = nil
  ) {
    let ranges = ItemShard<S>.ranges(items: items)
    let own = division?.own ?? ranges.indices
    self.rank = rank
    self.own = own
    self.division = division
    self.processor = processor
    tree = ShardTree(count: ranges.count)
    optimiser = NAdam(learningRate: learningRate, after: moments?.steps ?? 0)
    let none = Matrix<S>(rows: 0, columns: rank)
    shards = own.map { shard in
      ELSAShard(
        items: ranges[shard], weight: weights[shard],
        moments: moments.map { AdamMoments(first: $0.first[shard], second: $0.second[shard]) }
          ?? AdamMoments(rows: ranges[shard].count, columns: rank),
        norms: [], gram: none, gradient: none)
    }
    unit = shards.map {
      ItemShard(items: $0.items, inputWeight: $0.weight, outputWeight: none, outputBias: Matrix(rows: 1, columns: 0))
    }
    let precision = S.self == Float.self ? processor.precision : .float32
    scratch = (0..<processor.threads).map { _ in
      Scratch(multiplier: Multiplier(processor.engine, precision: precision))
    }
    normalise()
  }

  /// The number of updates.
  public var updates: Int { optimiser.steps }
  /// W; shape: I × L.
  public var weights: Matrix<S> { joined(shards.map(\.weight)) }
  /// A, whose rows have norm 1; shape: I × L.
  public var vectors: Matrix<S> { joined(unit.map(\.inputWeight)) }
  /// The optimiser's moments, in the shape of W.
  public var moments: (first: Matrix<S>, second: Matrix<S>) {
    (joined(shards.map(\.moments.first)), joined(shards.map(\.moments.second)))
  }
  /// ∂loss/∂W of the last update, before its step; shape: I × L.
  public var gradient: Matrix<S> { joined(shards.map(\.gradient)) }

  /// A of every shard; those of other processes have no rows.
  var vectorShards: [Matrix<S>] { all(unit.map(\.inputWeight)) }
  /// W and the moments of every shard; those of other processes have no rows.
  var state: (weights: [Matrix<S>], first: [Matrix<S>], second: [Matrix<S>]) {
    (all(shards.map(\.weight)), all(shards.map(\.moments.first)), all(shards.map(\.moments.second)))
  }

  private func all(_ mine: [Matrix<S>]) -> [Matrix<S>] {
    (0..<tree.count).map { shard in
      own.contains(shard) ? mine[shard - own.lowerBound] : Matrix(rows: 0, columns: rank)
    }
  }

  private func joined(_ parts: [Matrix<S>]) -> Matrix<S> {
    var whole = Matrix<S>(rows: 0, columns: rank)
    whole.setRows(to: parts)
    return whole
  }

  private mutating func normalise() {
    for index in shards.indices { shards[index].normalise(into: &unit[index].inputWeight) }
  }

  /// Makes one update from some users.
  ///
  /// - Parameter rows: the users of this batch, as rows of `data`; each has at least one item.
  /// - Returns: the mean over the users of `|p/|p| − x/|x||²`, before the update.
  /// - Throws: ``NonFiniteLoss``; the weights are then unchanged.
  public mutating func update(rows: [Int], of data: SparseRows) throws -> Double {
    let (items, count) = (data.columnCount, rows.count)
    let batch = data.selecting(rows: rows)
    let (input, columns) = (BatchRows<S>(batch), BatchRows<S>(batch.transposed()))
    let gram = try gram()
    let codes = try codes(of: input)
    var blocks = UserPieces.ranges(of: count).map { Block(users: $0) }
    let scale = 2 / (Double(count) * Double(items))
    try processor.forEach(&blocks, scratch: &scratch) { [rank] _, block, scratch in
      var z = Matrix<S>(rows: 0, columns: rank)
      z.copyRows(block.users, of: codes)
      var (image, weighted) = (Matrix<S>(rows: z.rows, columns: rank), z)
      scratch.multiplier.multiply(z, gram, into: &image)
      for row in 0..<z.rows {
        let entries = input.offsets[block.users.lowerBound + row]..<input.offsets[block.users.lowerBound + row + 1]
        let x = input.values[entries].reduce(0.0) { $0 + Double($1) * Double($1) }
        let code = z.sumOfSquares(row: row)
        let square = image.dot(row: row, with: row, of: z) - 2 * code + x
        // An output that consists of rounding errors has no direction to learn from.
        let isNothing = square <= 1e-6 * x
        let (output, inner) = (isNothing ? 0 : square.squareRoot(), code - x)
        let cosine = isNothing ? 0 : inner / (output * x.squareRoot())
        block.loss += isNothing ? 1 : 2 - 2 * cosine
        let k = isNothing ? 0 : scale / output
        let d = isNothing ? 0 : k * cosine / output
        weighted.scale(row: row, by: S(d))
        image.scale(row: row, by: S(d))
        image.add(row: row, of: z, scale: S(-2 * (d + k / x.squareRoot())), toRow: row)
      }
      block.outer = Matrix(rows: rank, columns: rank)
      scratch.multiplier.multiply(transposing: z, weighted, into: &block.outer)
      block.product = image
    }
    let loss = blocks.reduce(0) { $0 + $1.loss } / Double(count)
    guard loss.isFinite, Float(loss).isFinite else {
      throw NonFiniteLoss(
        loss: BatchLoss(
          reconstruction: loss, divergence: 0, weightedDivergence: 0, priorWeight: 0, users: count, heldLogVariances: 0),
        layer: "output", learningRate: optimiser.learningRate)
    }
    var (outer, delta) = (Matrix<S>(rows: rank, columns: rank), Matrix<S>(rows: 0, columns: rank))
    for block in blocks { outer.add(block.outer) }
    delta.setRows(to: blocks.map(\.product))
    let step = optimiser.next()
    try processor.forEach(&shards, scratch: &scratch) { [unit, outer, delta] index, shard, scratch in
      shard.learn(unit[index].inputWeight, outer: outer, columns, delta, step, &scratch.multiplier, &scratch.row)
    }
    normalise()
    return loss
  }

  /// AᵀA; shape: L × L.
  private mutating func gram() throws -> Matrix<S> {
    try processor.forEach(&shards, scratch: &scratch) { [unit, rank] index, shard, scratch in
      shard.gram.reshape(rows: rank, columns: rank)
      scratch.multiplier.multiply(transposing: unit[index].inputWeight, unit[index].inputWeight, into: &shard.gram)
    }
    let (grams, first) = (shards.map(\.gram), own.lowerBound)
    let parts = tree.subtrees(of: own).map { node in
      ShardTree.sum(
        node, of: { $0.count == 1 ? grams[$0.lowerBound - first] : nil }, adding: { $0.add($1) })
    }
    return try sum(parts, rows: rank)
  }

  /// Z = XA; shape: B × L.
  private func codes(of input: BatchRows<S>) throws -> Matrix<S> {
    let products = ShardProducts(unit, from: own.lowerBound)
    let pieces = UserPieces.rows(of: input.rowCount)
    let parts = try tree.subtrees(of: own).map { node in
      let layer = products.inputLayer(under: node)
      var part = Matrix<S>(rows: 0, columns: rank)
      part.setRows(to: try processor.map(count: pieces.count) { layer.sums(pieces[$0], of: input) })
      return part
    }
    return try sum(parts, rows: input.rowCount)
  }

  /// The sum over all shards.
  ///
  /// - Parameter parts: the sums under this process's subtrees, each rows × L.
  private func sum(_ parts: [Matrix<S>], rows: Int) throws -> Matrix<S> {
    guard let division else { return parts[0] }
    return try division.sum(parts, rows: rows, columns: rank)
  }
}

/// The rows of some items with their moments and gradients.
private struct ELSAShard<S: Scalar>: Sendable {
  let items: Range<Int>
  var weight: Matrix<S>
  var moments: AdamMoments<S>
  var norms: [Double]
  /// AᵀA of these items only.
  var gram: Matrix<S>
  var gradient: Matrix<S>

  /// Sets `unit` to the rows of W divided by their norms.
  mutating func normalise(into unit: inout Matrix<S>) {
    unit.copyRows(0..<weight.rows, of: weight)
    norms = (0..<weight.rows).map { max(weight.sumOfSquares(row: $0).squareRoot(), 1e-12) }
    for row in 0..<weight.rows { unit.scale(row: row, by: S(1 / norms[row])) }
  }

  /// Makes a step along `A · outer + Xᵀ · delta`, transformed from A to W.
  ///
  /// - Parameter columns: Xᵀ of all items; shape: I × B.
  mutating func learn(
    _ unit: Matrix<S>, outer: Matrix<S>, _ columns: BatchRows<S>, _ delta: Matrix<S>, _ step: NAdamStep,
    _ multiplier: inout Multiplier<S>, _ sum: inout Matrix<S>
  ) {
    gradient.reshape(rows: unit.rows, columns: unit.columns)
    multiplier.multiply(unit, outer, into: &gradient)
    sum.reshape(rows: 1, columns: unit.columns)
    for (row, item) in items.enumerated() {
      let entries = columns.offsets[item]..<columns.offsets[item + 1]
      if !entries.isEmpty {
        sum.gather(columns, entries: entries, base: 0, from: delta, toRow: 0)
        gradient.add(row: 0, of: sum, toRow: row)
      }
      // A row of A has a fixed length.
      gradient.add(row: row, of: unit, scale: S(-gradient.dot(row: row, with: row, of: unit)), toRow: row)
      gradient.scale(row: row, by: S(1 / norms[row]))
    }
    moments.update(&weight, gradient: gradient, step)
  }
}
