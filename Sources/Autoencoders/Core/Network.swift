public import Compute

/// A fully connected layer: `y = g(x Wᵀ + b)`.
public struct DenseLayer<S: Scalar>: Sendable {
  /// Shape: outputs × inputs.
  public var weight: Matrix<S>
  /// Shape: 1 × outputs.
  public var bias: Matrix<S>
}

/// A range of items with all their weights.
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
  /// The bias of the first encoder layer; shape: 1 × H.
  public var inputBias: Matrix<S>
  /// The encoder's layers after the first.
  public var encoder: [DenseLayer<S>]
  /// The decoder's layers before the last.
  public var decoder: [DenseLayer<S>]
  /// A vector per training user; shape: U × H; 0 × H for models without.
  public var users: Matrix<S>

  /// The number of items.
  public var itemCount: Int { shards.last?.items.upperBound ?? 0 }

  /// The number of weights and biases.
  public var parameterCount: Int {
    shards.reduce(0) { $0 + $1.inputWeight.count + $1.outputWeight.count + $1.outputBias.count }
      + inputBias.count + users.count
      + (encoder + decoder).reduce(0) { $0 + $1.weight.count + $1.bias.count }
  }

  init(
    shards: [ItemShard<S>], inputBias: Matrix<S>, encoder: [DenseLayer<S>],
    decoder: [DenseLayer<S>], users: Matrix<S>
  ) {
    self.shards = shards
    self.inputBias = inputBias
    self.encoder = encoder
    self.decoder = decoder
    self.users = users
  }

  /// Creates fresh weights for a design.
  ///
  /// Each tensor (and each shard of a wide one) has a stream of its own, so its values do not depend on the others' sizes.
  public init<Latent>(_ design: Design<Latent>, items: Int, users userCount: Int, seed: Seed) {
    var draws = TensorDraws(initialisation: design.initialisation, seed: seed)
    let (encoderWidths, decoderWidths) = (design.encoderWidths, design.decoderWidths)
    let (first, last) = (encoderWidths[0], design.outputWidth)
    shards = ItemShard<S>.ranges(items: items).enumerated().map { index, range in
      ItemShard(
        items: range,
        inputWeight: draws.weight(
          rows: range.count, columns: first, fan: items + first, tensor: 0, index),
        outputWeight: draws.weight(
          rows: range.count, columns: last, fan: items + last, tensor: 1, index),
        outputBias: draws.bias(columns: range.count, tensor: 2, index))
    }
    inputBias = draws.bias(columns: first, tensor: 3)
    encoder = draws.layers(widths: encoderWidths, tensor: 4)
    decoder = draws.layers(widths: [design.latent] + decoderWidths, tensor: 5)
    users = draws.weight(
      rows: design.userVectors == nil ? 0 : userCount, columns: first, fan: items + first, tensor: 6)
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

  /// The mean of the user vectors; shape: 1 × H.
  func meanUserVector() -> Matrix<S> {
    var mean = Matrix<S>(rows: 1, columns: users.columns)
    mean.setToColumnSums(of: users)
    if users.rows > 0 { mean.scale(row: 0, by: 1 / S(users.rows)) }
    return mean
  }
}

/// Draws the starting values of one tensor after another.
private struct TensorDraws {
  let initialisation: Initialisation
  let seed: Seed

  mutating func weight<S: Scalar>(
    rows: Int, columns: Int, fan: Int, tensor: Int, _ part: Int = 0
  ) -> Matrix<S> {
    var random = seed.stream(.initialisation, tensor, part)
    var matrix = Matrix<S>(rows: rows, columns: columns)
    switch initialisation {
    case .xavier: random.fillUniform(&matrix, limit: (6 / Double(fan)).squareRoot())
    case .autoRec: random.fillGaussian(&matrix, deviation: 0.01)
    }
    return matrix
  }

  mutating func bias<S: Scalar>(columns: Int, tensor: Int, _ part: Int = 0) -> Matrix<S> {
    var random = seed.stream(.initialisation, tensor, part)
    var matrix = Matrix<S>(rows: 1, columns: columns)
    switch initialisation {
    case .xavier: random.fillTruncatedGaussian(&matrix, deviation: 0.001)
    case .autoRec: random.fillGaussian(&matrix, deviation: 0.001)
    }
    return matrix
  }

  /// The layers between successive widths.
  mutating func layers<S: Scalar>(widths: [Int], tensor: Int) -> [DenseLayer<S>] {
    zip(widths, widths.dropFirst()).enumerated().map { index, pair in
      DenseLayer(
        weight: weight(
          rows: pair.1, columns: pair.0, fan: pair.0 + pair.1, tensor: tensor, 2 * index + 1),
        bias: bias(columns: pair.1, tensor: tensor, 2 * index + 2))
    }
  }
}
