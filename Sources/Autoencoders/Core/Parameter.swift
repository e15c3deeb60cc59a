import Compute

/// One of a network's small parameters: all but what belongs to single items or users.
///
/// A layer or a prior lists its parameters once. Names in files, fresh values, Adam's moments and updates, checkpoints, the
/// estimate of memory and the search for what is not finite all follow from the list
/// (``Design/parameters``).
public struct Parameter: Sendable, Equatable {
  /// How it starts.
  public enum Start: Sendable, Equatable {
    /// As the design's weights do; `fan` is the number of inputs and outputs together.
    case weight(fan: Int)
    /// As the design's biases do.
    case bias
    /// With draws from N(0, σ²).
    case gaussian(deviation: Double)
    /// With one number everywhere.
    case constant(Double)
  }

  /// Its name in files, such as `encoder.1.weight`; while a part lists it, the last word alone.
  public internal(set) var name: String
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// How it starts.
  public let start: Start
  /// What it belongs to.
  public internal(set) var group = ParameterGroup.encoder
  /// The kind of tensor, one of the two numbers of the seed's stream by which it starts.
  var tensor = StartingTensor.inputBias
  /// Which of that kind, the other number.
  var part = 0

  /// Describes a parameter of a part.
  public init(_ name: String, rows: Int, columns: Int, start: Start) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.start = start
  }

  /// The number of its elements.
  public var count: Int { rows * columns }
  /// Whether the penalty on weights applies: to weights, not to biases or a prior.
  public var isDecayed: Bool { if case .weight = start { true } else { false } }
  /// The layer it is part of: its name without the last word.
  public var layer: String { name.split(separator: ".").dropLast().joined(separator: ".") }

  /// Its values before the first update.
  func fresh<S: Scalar>(_ initialisation: Initialisation, seed: Seed) -> Matrix<S> {
    var random = seed.stream(.initialisation, tensor.rawValue, part)
    var matrix = Matrix<S>(rows: rows, columns: columns)
    switch (start, initialisation) {
    case (.weight(let fan), .xavier): random.fillUniform(&matrix, limit: (6 / Double(fan)).squareRoot())
    case (.weight, .autoRec): random.fillGaussian(&matrix, deviation: 0.01)
    case (.bias, .xavier): random.fillTruncatedGaussian(&matrix, deviation: 0.001)
    case (.bias, .autoRec): random.fillGaussian(&matrix, deviation: 0.001)
    case (.gaussian(let deviation), _): random.fillGaussian(&matrix, deviation: deviation)
    case (.constant(let value), _):
      matrix = Matrix(rows: rows, columns: columns, elements: [S](repeating: S(value), count: count))
    }
    return matrix
  }
}

/// What of a model learns together.
public enum ParameterGroup: String, Codable, Sendable, CaseIterable {
  case encoder, decoder, prior
}

/// The streams from which tensors start: each has its own, so that its values do not depend on the others' sizes.
enum StartingTensor: Int, CaseIterable {
  case inputWeight = 0
  case outputWeight, outputBias, inputBias, encoder, decoder, users, prior
}

extension Array where Element == Parameter {
  /// The parameters of one part, with the part's name before theirs.
  ///
  /// - Parameter tensor: the kind of tensor by which they start; each takes the next of its streams.
  mutating func append(_ parts: [Parameter], of layer: String, in group: ParameterGroup, from tensor: StartingTensor) {
    for var parameter in parts {
      parameter.name = "\(layer).\(parameter.name)"
      (parameter.group, parameter.tensor, parameter.part) = (group, tensor, count { $0.tensor == tensor } + 1)
      append(parameter)
    }
  }
}
