import Compute

/// One of a network's small parameters, which are all except those of single items or users.
///
/// A layer or a prior lists its parameters once. Names in files, fresh values, Adam's moments and updates, checkpoints,
/// the estimate of memory and the search for values that are not finite all follow from the list
/// (``Design/parameters``).
public struct Parameter: Sendable, Equatable {
  /// Its initialisation.
  public enum Start: Sendable, Equatable {
    /// Like the design's weights; `fan` is the number of inputs and outputs together.
    case weight(fan: Int)
    /// Like the design's biases.
    case bias
    /// With draws from N(0, σ²).
    case gaussian(deviation: Double)
    /// With one number everywhere.
    case constant(Double)
  }

  /// Its name in files, such as `encoder.1.weight`; in the list of a part, only the last word.
  public internal(set) var name: String
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// Its initialisation.
  public let start: Start
  /// The group to which it belongs.
  public internal(set) var group = ParameterGroup.encoder
  /// The kind of tensor, the first of two numbers that select its initialisation stream.
  var tensor = StartingTensor.inputBias
  /// The index within the kind, the second number.
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

/// A group of parameters that learn together.
public enum ParameterGroup: String, Codable, Sendable, CaseIterable {
  case encoder, decoder, prior
}

/// The initialisation streams of tensors: each has its own, so that its values do not depend on the sizes of the
/// others.
enum StartingTensor: Int, CaseIterable {
  case inputWeight = 0
  case outputWeight, outputBias, inputBias, encoder, decoder, users, prior
}

extension Array where Element == Parameter {
  /// The parameters of one part, with the part's name before theirs.
  ///
  /// - Parameter tensor: the kind of tensor for their initialisation; each uses the next of its streams.
  mutating func append(_ parts: [Parameter], of layer: String, in group: ParameterGroup, from tensor: StartingTensor) {
    for var parameter in parts {
      parameter.name = "\(layer).\(parameter.name)"
      (parameter.group, parameter.tensor, parameter.part) = (group, tensor, count { $0.tensor == tensor } + 1)
      append(parameter)
    }
  }
}
