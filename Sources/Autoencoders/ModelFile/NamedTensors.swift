public import Compute

/// A network's tensors under their names in a model file.
///
/// | name | shape |
/// |---|---|
/// | `encoder.0.weight` | items × H: item by item, the transpose of PyTorch's |
/// | `encoder.k.weight` | outputs × inputs, as PyTorch's |
/// | `decoder.k.weight` | outputs × inputs; for the last layer items × D |
/// | `encoder.k.bias`, `decoder.k.bias` | outputs |
/// | `user.weight` | training users × H, only for models with user vectors |
/// | others | as their layer or prior lists them: ``Design/parameters`` |
///
/// A variational encoder's last layer has 2L outputs: the means, then the log-variances.
public struct NamedTensors<S: Scalar>: Sendable {
  /// The tensors; biases are 1 × outputs.
  public let matrices: [String: Matrix<S>]

  /// The tensors of a network.
  public init(_ network: Network<S>) {
    var matrices = Dictionary(
      uniqueKeysWithValues: zip(network.described.map(\.name), network.parameters))
    matrices["encoder.0.weight"] = Self.stack(network.shards.map(\.inputWeight))
    matrices["\(network.outputLayer).weight"] = Self.stack(network.shards.map(\.outputWeight))
    let bias = network.shards.flatMap(\.outputBias.elements)
    matrices["\(network.outputLayer).bias"] = Matrix(rows: 1, columns: bias.count, elements: bias)
    if network.users.rows > 0 { matrices["user.weight"] = network.users }
    self.matrices = matrices
  }

  /// Joins shards of rows into one matrix.
  private static func stack(_ parts: [Matrix<S>]) -> Matrix<S> {
    Matrix(
      rows: parts.reduce(0) { $0 + $1.rows }, columns: parts.first?.columns ?? 0,
      elements: parts.flatMap(\.elements))
  }
}

extension Network {
  /// Creates the network of a design from named tensors.
  ///
  /// - Throws: ``TensorMismatch`` when a tensor is missing, left over, or has a different shape from the design.
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
    let architecture = design.architecture
    let (width, last) = (architecture.inputWidth, architecture.decoder.outputs)
    outputLayer = architecture.outputLayer
    let input = try take("encoder.0.weight", items, width)
    let output = try take("\(outputLayer).weight", items, last)
    let bias = try take("\(outputLayer).bias", 1, items)
    shards = ItemShard<S>.ranges(items: items).map { range in
      var shard = ItemShard(
        items: range, inputWeight: Matrix<S>(rows: 0, columns: width), outputWeight: Matrix<S>(rows: 0, columns: last),
        outputBias: Matrix<S>(rows: 1, columns: range.count))
      shard.inputWeight.copyRows(range, of: input)
      shard.outputWeight.copyRows(range, of: output)
      for (column, item) in range.enumerated() { shard.outputBias[0, column] = bias[0, item] }
      return shard
    }
    described = design.parameters
    parameters = try described.map { try take($0.name, $0.rows, $0.columns) }
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
  /// What is wrong with its numbers, as the predicate of a sentence; `nil` when the shape is wrong.
  public var fault: String?

  /// What is wrong, in one sentence.
  public var description: String {
    if let fault { return "tensor \(name) \(fault)" }
    return switch (expected, found) {
    case (let expected?, nil): "tensor \(name) is missing; expected shape \(expected)"
    case (nil, let found?): "tensor \(name) of shape \(found) does not belong to this model"
    default: "tensor \(name) has shape \(found ?? []), expected \(expected ?? [])"
    }
  }
}

extension TrainingStep {
  /// Every parameter's first moment by tensor name.
  ///
  /// After the first update it is `(1 − β₁) · gradient`, so tests can read gradients without a second code path.
  public var firstMoments: NamedTensors<S> { NamedTensors(moments.first) }
}
