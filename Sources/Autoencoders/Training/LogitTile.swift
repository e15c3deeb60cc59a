import Compute

/// A few items' logits for the users of a batch, and the products around them.
///
/// With ``ProductPrecision/bfloat16`` the logits exist in full precision only while their tile is at work; what is kept between
/// the two passes, and what the products read, is rounded. The arithmetic is the same in both cases.
struct LogitTile<S: Scalar>: Sendable {
  /// The items, counted from the shard's first.
  let items: Range<Int>
  /// What the other tiles need to know; one for each user.
  private(set) var statistics: [TileStatistics<S>] = []

  /// Shape: B × items; empty where ``rounded`` is used.
  private var exact: Matrix<S>
  /// Shape: B × items; empty where ``exact`` is used.
  private var rounded = BFloat16Matrix(rows: 0, columns: 0)
  /// The output weights of the items, for rounded products; shape: items × D, empty where ``exact`` is used.
  private var weight = BFloat16Matrix(rows: 0, columns: 0)
  private let precision: ProductPrecision
  /// The tile's first item, counted from the catalogue's first.
  private let base: Int
  /// Where each user's entries are in the batch's target.
  private var segments: [Range<Int>] = []

  /// Cuts `count` items into as few ranges as will do, of about the same size.
  ///
  /// Rounded products are a few percent faster where the ranges are whole multiples of what their instructions take at a time.
  static func ranges(items count: Int, precision: ProductPrecision) -> [Range<Int>] {
    let unit = precision == .float32 ? 1 : 64
    let tiles = max(1, (count + 639) / 640)
    let even = max(1, (count + tiles - 1) / tiles)
    let size = (even + unit - 1) / unit * unit
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  init(items: Range<Int>, of shard: ItemShard<S>, batchSize: Int, precision: ProductPrecision) {
    self.items = items
    base = shard.items.lowerBound + items.lowerBound
    self.precision = precision
    exact = Matrix(rows: precision == .float32 ? batchSize : 0, columns: items.count)
    follow(shard)
  }

  /// Takes notice of new output weights.
  ///
  /// Right after the step that changed them they are in the cache; rounding them for each of the two passes would read
  /// them from memory again.
  mutating func follow(_ shard: ItemShard<S>) {
    if precision == .bfloat16 { weight.round(shard.outputWeight, rows: items) }
  }

  /// Computes the logits, and all of the loss that can be known here.
  ///
  /// After the product one row goes through all loops before the next row does: it stays in the first-level cache.
  mutating func score(
    _ shard: ItemShard<S>, output: DecoderOutput<S>, objective: OutputLoss<S>, scratch: inout ThreadScratch<S>
  ) {
    let engine = scratch.multiplier.engine
    let rows = output.exact.rows
    let columns = base..<base + items.count
    segments = (0..<rows).map { objective.target.segment(ofRow: $0, columns: columns) }
    func measure(_ logits: inout Matrix<S>, row: Int) -> TileStatistics<S> {
      logits.add(row: 0, of: shard.outputBias, range: items, toRow: row)
      return objective.measure(&logits, row: row, base: base, segment: segments[row])
    }
    switch precision {
    case .float32:
      exact.reshape(rows: rows)
      engine.multiply(output.exact, transposed: shard.outputWeight, rows: items, into: &exact)
      statistics = (0..<rows).map { measure(&exact, row: $0) }
    case .bfloat16:
      scratch.logits.reshape(rows: rows, columns: items.count)
      engine.multiply(output.rounded, transposed: weight, into: &scratch.logits)
      rounded.reshape(rows: rows, columns: items.count)
      statistics = (0..<rows).map { row in
        defer { rounded.round(row: row, of: scratch.logits, toRow: row) }
        return measure(&scratch.logits, row: row)
      }
    }
  }

  /// Turns the logits into ∂loss/∂logits, adds the tile's part to ∂loss/∂output (B × D) and to ∂loss/∂bias, and leaves
  /// ∂loss/∂weight in `scratch`.
  ///
  /// The first tile of a shard sets `outputGradient`, the others add to it.
  mutating func differentiate(
    _ shard: ItemShard<S>, output: DecoderOutput<S>, objective: OutputLoss<S>, normalisers: [SoftmaxNormaliser],
    outputGradient: inout Matrix<S>, biasGradient: inout Matrix<S>, scratch: inout ThreadScratch<S>
  ) {
    let engine = scratch.multiplier.engine
    let isFirst = items.lowerBound == 0
    scratch.weightGradient.reshape(rows: items.count, columns: output.exact.columns)
    let factors = objective.factors(statistics, normalisers: normalisers)
    func finish(_ logits: inout Matrix<S>, row: Int, segment: Range<Int>) {
      objective.subtractTarget(from: &logits, row: row, base: base, segment: segment)
      biasGradient.add(row: row, of: logits, toRow: 0, atColumn: items.lowerBound)
    }
    switch precision {
    case .float32:
      for (row, factor) in factors.enumerated() {
        if factor != 1 { exact.scale(row: row, by: factor) }
        finish(&exact, row: row, segment: segments[row])
      }
      engine.multiply(exact, shard.outputWeight, rows: items, into: &outputGradient, accumulating: !isFirst)
      engine.multiply(transposing: exact, output.exact, into: &scratch.weightGradient)
    case .bfloat16:
      for (row, factor) in factors.enumerated() {
        rounded.widen(row: row, scaledBy: factor, into: &scratch.row)
        finish(&scratch.row, row: 0, segment: segments[row])
        rounded.round(row: 0, of: scratch.row, toRow: row)
      }
      engine.multiply(rounded, weight, into: &outputGradient, accumulating: !isFirst)
      engine.multiply(transposing: rounded, output.rounded, into: &scratch.weightGradient)
    }
  }
}

/// The last hidden layer of a batch, in the formats that the wide products read; shapes: B × D.
struct DecoderOutput<S: Scalar>: Sendable {
  var exact: Matrix<S>
  /// Empty unless the products are rounded.
  var rounded = BFloat16Matrix(rows: 0, columns: 0)
}

/// What a thread needs while it works on blocks and shards; it keeps the memory from one to the next.
struct ThreadScratch<S: Scalar>: Sendable {
  /// For the products of the narrow layers; its engine is used for all products.
  var multiplier: Multiplier<S>
  /// ∂loss/∂weight of a tile; shape: items × D.
  var weightGradient = Matrix<S>(rows: 0, columns: 0)
  /// A tile's logits where the shard keeps them rounded; shape: B × items.
  var logits = Matrix<S>(rows: 0, columns: 0)
  /// One row at a time: of the first layer's gradient (1 × H), of rounded logits (1 × items).
  var row = Matrix<S>(rows: 1, columns: 0)

  init(engine: ProductEngine, precision: ProductPrecision) {
    multiplier = Multiplier(engine, precision: precision)
  }
}
