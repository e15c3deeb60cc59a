public import Compute

/// A range of the items with all weights that belong to them.
///
/// The wide layers are stored item by item and cut into shards. During training each shard is owned by one worker; between
/// shards travel only the softmax statistics of the users and the users × hidden gradient. Where the cuts lie depends on the
/// number of items alone, never on the number of threads.
public struct ItemShard<S: Scalar>: Sendable {
  /// The items, by index.
  public let items: Range<Int>
  /// The first encoder layer; shape: items × H.
  public var inputWeight: Matrix<S>
  /// The last decoder layer; shape: items × D.
  public var outputWeight: Matrix<S>
  /// Shape: 1 × items.
  public var outputBias: Matrix<S>

  /// Divides `count` items into at most 16 ranges of at least 64.
  public static func ranges(items count: Int) -> [Range<Int>] {
    let size = max(64, (count + 15) / 16)
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}

/// The weights of an autoencoder.
public struct Network<S: Scalar>: Sendable {
  /// The two wide layers, cut by items.
  public var shards: [ItemShard<S>]
  /// What the small parameters are: ``Design/parameters``.
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

  /// A small parameter by its name in files; `nil` where there is none.
  public subscript(name: String) -> Matrix<S>? {
    described.firstIndex { $0.name == name }.map { parameters[$0] }
  }

  /// Creates fresh weights for a design.
  ///
  /// Each tensor (and each shard of a wide one) has a stream of its own, so its values do not depend on the others' sizes.
  public init<Latent>(_ design: Design<Latent>, items: Int, users userCount: Int, seed: Seed) {
    let architecture = design.architecture
    let (first, last) = (architecture.inputWidth, architecture.decoder.outputs)
    func fresh(_ tensor: StartingTensor, _ part: Int, _ rows: Int, _ columns: Int, _ start: Parameter.Start) -> Matrix<
      S
    > {
      var parameter = Parameter("", rows: rows, columns: columns, start: start)
      (parameter.tensor, parameter.part) = (tensor, part)
      return parameter.fresh(design.initialisation, seed: seed)
    }
    shards = ItemShard<S>.ranges(items: items).enumerated().map { index, range in
      ItemShard(
        items: range, inputWeight: fresh(.inputWeight, index, range.count, first, .weight(fan: items + first)),
        outputWeight: fresh(.outputWeight, index, range.count, last, .weight(fan: items + last)),
        outputBias: fresh(.outputBias, index, 1, range.count, .bias))
    }
    described = design.parameters
    parameters = described.map { $0.fresh(design.initialisation, seed: seed) }
    outputLayer = architecture.outputLayer
    users = fresh(.users, 0, design.userVectors == nil ? 0 : userCount, first, .weight(fan: items + first))
  }

  /// A network of the same design with other numbers.
  init(like other: Network, shards: [ItemShard<S>], parameters: [Matrix<S>], users: Matrix<S>) {
    self = other
    (self.shards, self.parameters, self.users) = (shards, parameters, users)
  }

  /// Shows every matrix under a name of its own, shard by shard as training holds them.
  ///
  /// `shard.S.input` (items × H), `shard.S.output` (items × D), `shard.S.bias` (1 × items), `input.bias` (1 × H), the other
  /// small parameters by their names in files, `user.weight` (U × H). Nothing is put together, so nothing is copied.
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

  /// Takes over another network's numbers into memory of its own.
  ///
  /// Assignment would share the memory until the other changes, and then whoever changes it, in training one of many
  /// threads, would have to find new memory; this way it stays where it is.
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

  /// `Σ ‖W‖²` over all that the penalty on weights covers.
  var squaredWeights: Double {
    var sum = users.sumOfSquares
    for shard in shards { sum += shard.inputWeight.sumOfSquares + shard.outputWeight.sumOfSquares }
    for (parameter, matrix) in zip(described, parameters) where parameter.isDecayed { sum += matrix.sumOfSquares }
    return sum
  }

  /// The logits of every item, from what the wide output layer reads (B × D); shape: B × I.
  func logits(of output: Matrix<S>, using engine: ProductEngine) -> Matrix<S> {
    var logits = Matrix<S>(rows: output.rows, columns: itemCount)
    for shard in shards {
      engine.multiply(output, transposed: shard.outputWeight, into: &logits, atColumn: shard.items.lowerBound)
      logits.add(bias: shard.outputBias, atColumn: shard.items.lowerBound)
    }
    return logits
  }

  /// The mean of the user vectors; shape: 1 × H.
  func meanUserVector() -> Matrix<S> {
    var mean = Matrix<S>(rows: 1, columns: users.columns)
    mean.setToColumnSums(of: users)
    if users.rows > 0 { mean.scale(row: 0, by: 1 / S(users.rows)) }
    return mean
  }
}
