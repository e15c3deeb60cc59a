public import Compute

/// The weights of an autoencoder.
public struct Network<S: Scalar>: Sendable {
  /// The two wide layers, cut by items.
  public var shards: [ItemShard<S>]
  /// The descriptions of the small parameters; see ``Design/parameters``.
  public let described: [Parameter]
  /// The small parameters, one for each of ``described``; the first is the bias of the wide input layer.
  public var parameters: [Matrix<S>]
  /// A vector per training user; shape: U × H; 0 × H for models without.
  public var users: Matrix<S>
  /// The name of the wide output layer.
  let outputLayer: String

  /// The number of items.
  public var itemCount: Int { shards.last?.items.upperBound ?? 0 }

  /// The number of weights and biases.
  public var parameterCount: Int {
    var (network, count) = (self, 0)
    network.visit { _, matrix in count += matrix.count }
    return count
  }

  /// The bias of the wide input layer; shape: 1 × H.
  var inputBias: Matrix<S> { parameters[0] }

  /// A small parameter by its name in files; `nil` if there is none.
  public subscript(name: String) -> Matrix<S>? {
    described.firstIndex { $0.name == name }.map { parameters[$0] }
  }

  /// Creates fresh weights for a design.
  ///
  /// Each tensor (and each sixteenth of the items of a wide one, but at least 64) has its own stream, so its values do
  /// not depend on the sizes of the others or on the cuts of shards.
  public init<Latent>(_ design: Design<Latent>, items: Int, users userCount: Int, seed: Seed) {
    self.init(design, items: items, users: userCount, seed: seed, own: nil)
  }

  /// The same, with numbers only in some of the shards; the others are in other processes.
  ///
  /// - Parameter own: the indices of the shards of this process; `nil` for all.
  init<Latent>(_ design: Design<Latent>, items: Int, users userCount: Int, seed: Seed, own: Range<Int>?) {
    let architecture = design.architecture
    let (first, last) = (architecture.inputWidth, architecture.decoder.outputs)
    func fresh(_ tensor: StartingTensor, _ part: Int, rows: Int, _ columns: Int, _ start: Parameter.Start) -> Matrix<S>
    {
      var parameter = Parameter("", rows: rows, columns: columns, start: start)
      (parameter.tensor, parameter.part) = (tensor, part)
      return parameter.fresh(design.initialisation, seed: seed)
    }
    let (ranges, size) = (ItemShard<S>.ranges(items: items), max(64, (items + 15) / 16))
    let own = own ?? 0..<ranges.count
    func freshByItem(_ tensor: StartingTensor, _ columns: Int, _ start: Parameter.Start) -> [Matrix<S>] {
      var shards = ranges.enumerated().map { index, range in
        Matrix<S>(rows: own.contains(index) ? range.count : 0, columns: columns)
      }
      for (part, first) in stride(from: 0, to: items, by: size).enumerated() {
        let block = first..<min(first + size, items)
        guard own.contains(where: { ranges[$0].overlaps(block) }) else { continue }
        let drawn = fresh(tensor, part, rows: block.count, columns, start)
        for index in own where ranges[index].overlaps(block) {
          let range = ranges[index]
          let common = range.clamped(to: block)
          var rows = Matrix<S>(rows: 0, columns: columns)
          rows.copyRows(common.lowerBound - first..<common.upperBound - first, of: drawn)
          shards[index].copy(rows, toRow: common.lowerBound - range.lowerBound)
        }
      }
      return shards
    }
    let input = freshByItem(.inputWeight, first, .weight(fan: items + first))
    let output = freshByItem(.outputWeight, last, .weight(fan: items + last))
    let bias = freshByItem(.outputBias, 1, .bias)
    shards = ranges.enumerated().map { index, range in
      ItemShard(
        items: range, inputWeight: input[index], outputWeight: output[index],
        outputBias: Matrix(rows: 1, columns: bias[index].rows, elements: bias[index].elements))
    }
    described = design.parameters
    parameters = described.map { $0.fresh(design.initialisation, seed: seed) }
    outputLayer = architecture.outputLayer
    users = fresh(
      .users, 0, rows: design.userVectors == nil ? 0 : userCount, first, .weight(fan: items + first))
  }

  /// A network of the same design with other numbers.
  init(like other: Network, shards: [ItemShard<S>], parameters: [Matrix<S>], users: Matrix<S>) {
    self = other
    (self.shards, self.parameters, self.users) = (shards, parameters, users)
  }

  /// Visits every matrix under its own name, shard by shard as in training.
  ///
  /// `shard.S.input` (items × H), `shard.S.output` (items × D), `shard.S.bias` (1 × items), `input.bias` (1 × H), the other
  /// small parameters by their names in files, `user.weight` (U × H). Shards are not joined, so nothing is copied.
  mutating func visit(_ body: (_ name: String, _ matrix: inout Matrix<S>) throws -> Void) rethrows {
    for index in shards.indices {
      try body("shard.\(index).input", &shards[index].inputWeight)
      try body("shard.\(index).output", &shards[index].outputWeight)
      try body("shard.\(index).bias", &shards[index].outputBias)
    }
    for index in parameters.indices {
      try body(index == 0 ? "input.bias" : described[index].name, &parameters[index])
    }
    try body("user.weight", &users)
  }

  /// Copies another network's numbers into its own memory.
  ///
  /// Assignment would share the memory until the other network changes, and then the thread that changes it would have
  /// to allocate new memory.
  ///
  /// - Precondition: both have the same shape.
  mutating func copy(_ other: Network) {
    var (other, sources, next) = (other, [Matrix<S>](), 0)
    other.visit { sources.append($1) }
    visit { _, matrix in
      matrix.copyRows(0..<sources[next].rows, of: sources[next])
      next += 1
    }
  }

  /// `Σ ‖W‖²` over all parameters that the penalty on weights covers.
  var squaredWeights: Double {
    var sum = users.sumOfSquares
    for shard in shards { sum += shard.inputWeight.sumOfSquares + shard.outputWeight.sumOfSquares }
    for (parameter, matrix) in zip(described, parameters) where parameter.isDecayed { sum += matrix.sumOfSquares }
    return sum
  }

  /// The products of the wide layers.
  var products: ShardProducts<S> { ShardProducts(shards) }

  /// The wide input layer's sums over the items of users (B × I), without bias; shape: B × H.
  func gather(_ input: BatchRows<S>) -> Matrix<S> {
    products.inputLayer(under: ShardTree(count: shards.count).root).sums(0..<input.rowCount, of: input)
  }

  /// The mean of the user vectors; shape: 1 × H.
  func meanUserVector() -> Matrix<S> {
    var mean = Matrix<S>(rows: 1, columns: users.columns)
    mean.setToColumnSums(of: users)
    if users.rows > 0 { mean.scale(row: 0, by: 1 / S(users.rows)) }
    return mean
  }
}
