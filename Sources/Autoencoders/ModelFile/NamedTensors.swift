public import Compute

/// A network's tensors under the names they have in a model file.
///
/// | name | shape |
/// |---|---|
/// | `encoder.0.weight` | items × H: item by item, the transpose of PyTorch's |
/// | `encoder.k.weight` | outputs × inputs, as PyTorch's |
/// | `decoder.k.weight` | outputs × inputs; for the last layer items × D |
/// | `encoder.k.bias`, `decoder.k.bias` | outputs |
/// | `user.weight` | training users × H, only for models with user vectors |
///
/// A variational encoder's last layer has 2L outputs: the means, then the log-variances.
public struct NamedTensors<S: Scalar>: Sendable {
  /// The tensors; biases are 1 × outputs.
  public let matrices: [String: Matrix<S>]

  init(
    inputWeight: [Matrix<S>], outputWeight: [Matrix<S>], outputBias: [Matrix<S>],
    inputBias: Matrix<S>, encoder: [(Matrix<S>, Matrix<S>)], decoder: [(Matrix<S>, Matrix<S>)],
    users: Matrix<S>
  ) {
    var matrices: [String: Matrix<S>] = [:]
    matrices["encoder.0.weight"] = Self.stack(inputWeight)
    matrices["encoder.0.bias"] = inputBias
    for (index, layer) in encoder.enumerated() {
      matrices["encoder.\(index + 1).weight"] = layer.0
      matrices["encoder.\(index + 1).bias"] = layer.1
    }
    for (index, layer) in decoder.enumerated() {
      matrices["decoder.\(index).weight"] = layer.0
      matrices["decoder.\(index).bias"] = layer.1
    }
    let bias = outputBias.flatMap(\.elements)
    matrices["decoder.\(decoder.count).weight"] = Self.stack(outputWeight)
    matrices["decoder.\(decoder.count).bias"] = Matrix(
      rows: 1, columns: bias.count, elements: bias)
    if users.rows > 0 { matrices["user.weight"] = users }
    self.matrices = matrices
  }

  /// The tensors of a network.
  public init(_ network: Network<S>) {
    self.init(
      inputWeight: network.shards.map(\.inputWeight),
      outputWeight: network.shards.map(\.outputWeight),
      outputBias: network.shards.map(\.outputBias), inputBias: network.inputBias,
      encoder: network.encoder.map { ($0.weight, $0.bias) },
      decoder: network.decoder.map { ($0.weight, $0.bias) }, users: network.users)
  }

  /// One matrix from shards of rows.
  private static func stack(_ parts: [Matrix<S>]) -> Matrix<S> {
    Matrix(
      rows: parts.reduce(0) { $0 + $1.rows }, columns: parts.first?.columns ?? 0,
      elements: parts.flatMap(\.elements))
  }
}

extension Network {
  /// Puts tensors under their names into the network of a design.
  ///
  /// - Throws: ``TensorMismatch`` when a tensor is missing, left over, or of another shape than in the design.
  public init<Latent>(
    _ design: Design<Latent>, items: Int, users: Int, tensors: [String: Matrix<S>]
  ) throws {
    var left = tensors
    func take(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix<S> {
      guard let matrix = left.removeValue(forKey: name) else {
        throw TensorMismatch(name: name, expected: [rows, columns], found: nil)
      }
      guard matrix.rows == rows && matrix.columns == columns else {
        throw TensorMismatch(
          name: name, expected: [rows, columns], found: [matrix.rows, matrix.columns])
      }
      return matrix
    }
    func layers(_ side: String, from first: Int, widths: [Int]) throws -> [DenseLayer<S>] {
      try zip(widths, widths.dropFirst()).enumerated().map { index, pair in
        DenseLayer(
          weight: try take("\(side).\(first + index).weight", pair.1, pair.0),
          bias: try take("\(side).\(first + index).bias", 1, pair.1))
      }
    }
    let width = design.encoderWidths[0]
    let last = design.decoderWidths.count
    let input = try take("encoder.0.weight", items, width)
    let output = try take("decoder.\(last).weight", items, design.outputWidth)
    let bias = try take("decoder.\(last).bias", 1, items)
    shards = ItemShard<S>.ranges(items: items).map { range in
      var shard = ItemShard(
        items: range, inputWeight: Matrix<S>(rows: 0, columns: width),
        outputWeight: Matrix<S>(rows: 0, columns: design.outputWidth),
        outputBias: Matrix<S>(rows: 1, columns: range.count))
      shard.inputWeight.copyRows(range, of: input)
      shard.outputWeight.copyRows(range, of: output)
      for (column, item) in range.enumerated() { shard.outputBias[0, column] = bias[0, item] }
      return shard
    }
    inputBias = try take("encoder.0.bias", 1, width)
    encoder = try layers("encoder", from: 1, widths: design.encoderWidths)
    decoder = try layers("decoder", from: 0, widths: [design.latent] + design.decoderWidths)
    self.users =
      design.userVectors == nil
      ? Matrix(rows: 0, columns: width) : try take("user.weight", users, width)
    if let name = left.keys.min(), let matrix = left[name] {
      throw TensorMismatch(name: name, expected: nil, found: [matrix.rows, matrix.columns])
    }
  }
}

/// A tensor that does not fit its model.
public struct TensorMismatch: Error, Equatable, CustomStringConvertible {
  /// The tensor's name.
  public let name: String
  /// The shape in the design; `nil` when it has no such tensor.
  public let expected: [Int]?
  /// The shape found; `nil` when the tensor is missing.
  public let found: [Int]?

  /// What is wrong, in one sentence.
  public var description: String {
    switch (expected, found) {
    case (let expected?, nil): "tensor \(name) is missing; expected shape \(expected)"
    case (nil, let found?): "tensor \(name) of shape \(found) does not belong to this model"
    default: "tensor \(name) has shape \(found ?? []), expected \(expected ?? [])"
    }
  }
}
