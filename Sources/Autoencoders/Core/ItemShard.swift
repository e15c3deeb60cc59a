public import Compute

/// A range of the items with all weights that belong to them.
///
/// The wide layers are stored item by item and cut into shards. In training one worker at a time owns a shard, and sums over
/// shards follow `ShardTree`. The cuts depend only on the number of items, never on threads or processes.
public struct ItemShard<S: Scalar>: Sendable {
  /// The items, by index.
  public let items: Range<Int>
  /// The first encoder layer; shape: items × H.
  public var inputWeight: Matrix<S>
  /// The last decoder layer; shape: items × D.
  public var outputWeight: Matrix<S>
  /// Shape: 1 × items.
  public var outputBias: Matrix<S>

  /// Divides `count` items into ranges of 64 to 640: sixteen ranges if their width is within these limits, otherwise
  /// more or fewer.
  ///
  /// The weights, logits and gradients of a shard of 640 items stay in the second-level cache. Widths are multiples of
  /// 64, which products prefer; the last shard is narrower.
  public static func ranges(items count: Int) -> [Range<Int>] { (0..<count).blocks(of: width(items: count)) }

  /// The number of items in each range but the last.
  static func width(items count: Int) -> Int {
    let sixteenth = (count + 15) / 16
    return min(640, max(64, (sixteenth + 63) / 64 * 64))
  }

  /// The same without the last layer.
  var firstLayer: ItemShard {
    ItemShard(
      items: items, inputWeight: inputWeight, outputWeight: Matrix(rows: 0, columns: outputWeight.columns),
      outputBias: Matrix(rows: 1, columns: 0))
  }
}

extension ItemShard {
  /// The placeholder for a shard of another process: its items, without numbers.
  ///
  /// - Parameters:
  ///   - input: H.
  ///   - output: D.
  init(elsewhere items: Range<Int>, input: Int, output: Int) {
    self.init(
      items: items, inputWeight: Matrix(rows: 0, columns: input), outputWeight: Matrix(rows: 0, columns: output),
      outputBias: Matrix(rows: 1, columns: 0))
  }
}

/// The products of the wide layers of a run of shards.
struct ShardProducts<S: Scalar>: Sendable {
  private let shards: [ItemShard<S>]
  /// The index of the first shard.
  private let first: Int

  /// Uses adjacent shards in order, starting with the given index.
  init(_ shards: [ItemShard<S>], from first: Int = 0) { (self.shards, self.first) = (shards, first) }

  /// The wide input layer under a node of the ``ShardTree`` within this run.
  func inputLayer(under node: Range<Int>) -> InputLayer<S> {
    let shards = shards[node.lowerBound - first..<node.upperBound - first]
    return InputLayer(
      weights: shards.map(\.inputWeight), base: shards.first?.items.lowerBound ?? 0, first: node.lowerBound)
  }

  /// The logits of the run's items, from the input of the wide output layer (B × D); shape: B × items.
  ///
  /// The column of an item is its distance from the run's first. A user's k best of all items are among the k best of each run.
  func logits(of output: Matrix<S>, using engine: ProductEngine) -> Matrix<S> {
    let base = shards.first?.items.lowerBound ?? 0
    var logits = Matrix<S>(rows: output.rows, columns: (shards.last?.items.upperBound ?? 0) - base)
    for shard in shards {
      let column = shard.items.lowerBound - base
      engine.multiply(output, transposed: shard.outputWeight, into: &logits, atColumn: column)
      logits.add(bias: shard.outputBias, atColumn: column)
    }
    return logits
  }
}

/// The wide input layer of adjacent shards, a node of the ``ShardTree``.
struct InputLayer<S: Scalar>: Sendable {
  /// A matrix for each shard; shapes: items × H.
  fileprivate let weights: [Matrix<S>]
  /// The first item.
  fileprivate let base: Int
  /// The first shard.
  fileprivate let first: Int

  /// The sums over the items of some users (rows of B × I), `Σ value · weight[item]`; shape: rows × H.
  @specialized(where S == Float)
  func sums(_ rows: Range<Int>, of input: BatchRows<S>) -> Matrix<S> {
    var sums = Matrix<S>(rows: rows.count, columns: weights.first?.columns ?? 0)
    sums.gather(input, users: rows, fromShards: weights, base: base, first: first)
    return sums
  }
}
