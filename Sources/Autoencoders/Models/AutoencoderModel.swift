public import Compute
public import FileFormats

/// A model of the zoo that is an ``Autoencoder``: its settings define a ``Design``, and everything else follows.
public protocol AutoencoderModel: IterativeModel where Fitted == Autoencoder<Latent> {
  /// Whether it encodes to a point or to a distribution.
  associatedtype Latent: LatentSpace

  /// The design.
  var design: Design<Latent> { get }
}

extension AutoencoderModel {
  /// A point or a distribution, depending on the type of its latent space.
  public static var latentKind: LatentKind { Latent.kind }
  /// Whether it has a vector per training user.
  public var keepsUsers: Bool { design.userVectors != nil }

  /// The vector of new users, if training users have vectors.
  public var vectorOfNewUsers: UserVectors? { design.userVectors }

  /// The value of the design.
  public var obstacleToPrivacy: CannotBePrivate? { Self.task == .ranking ? design.obstacleToPrivacy : .otherwise }

  /// Fits the design, twice if there are rows for a second fit.
  public func fit(
    _ data: TrainingData<Autoencoder<Latent>>, by trainer: Trainer
  ) throws -> Fit<Autoencoder<Latent>> {
    try trainer.fit(design, to: data, options: training)
  }

  /// Creates the network of the design.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Autoencoder<Latent> {
    try Autoencoder(design, items: items, users: users, tensors: tensors)
  }

  /// The memory for weights, moments and one batch.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(design, options: training, rows: rows, processor: processor)
  }
}

extension Autoencoder: FittedModel {
  /// Its weights under the names of ``NamedTensors``.
  public var tensors: [String: Tensor] {
    NamedTensors(network).matrices.reduce(into: [:]) { tensors, pair in
      let (name, matrix) = pair
      let shape = name.hasSuffix(".bias") ? [matrix.columns] : [matrix.rows, matrix.columns]
      tensors[name] = Tensor(shape: shape, values: matrix.elements)
    }
  }

  /// The number of weights and biases.
  public var parameterCount: Int {
    guard division != nil else { return network.parameterCount }
    let architecture = design.architecture
    return network.itemCount * (architecture.inputWidth + architecture.decoder.outputs + 1)
      + network.parameters.reduce(network.users.count) { $0 + $1.count }
  }

  /// ``graph``.
  public var inference: InferenceGraph? { graph }

  /// Points or distributions, depending on its type.
  public var latent: LatentView { Latent.view(of: self) }

  /// Creates the network of a design from named tensors.
  ///
  /// - Throws: ``TensorMismatch`` when a tensor is missing, left over, or has a different shape from the design.
  public init(_ design: Design<Latent>, items: Int, users: Int, tensors: [String: Tensor]) throws {
    let matrices = try tensors.map { name, tensor in
      switch tensor.shape.count {
      case 1: (name, Matrix<Float>(rows: 1, columns: tensor.shape[0], elements: tensor.values))
      case 2: (name, Matrix<Float>(rows: tensor.shape[0], columns: tensor.shape[1], elements: tensor.values))
      default: throw TensorMismatch(name: name, expected: nil, found: tensor.shape)
      }
    }
    self.init(
      design: design,
      network: try Network(
        design, items: items, users: users, tensors: Dictionary(uniqueKeysWithValues: matrices)))
  }
}
