public import Compute
public import FileFormats
public import InteractionData

/// U-AutoRec and I-AutoRec share this: `h(r) = W g(V r + μ) + b` with a sigmoid g, on rating vectors with 0 where there is no
/// rating, the loss over observed cells only.
///
/// Source: Sedhain, Menon, Sanner & Xie, "AutoRec: autoencoders meet collaborative filtering", WWW 2015 companion, equations
/// 1–2: `Σ ‖r − h(r)‖²_O + (λ/2)(‖W‖² + ‖V‖²)`.
///
/// Differences from the paper: mini-batch Adam in place of L-BFGS or Rprop; each batch is a mean over its rows, so λ here is
/// the coefficient of `‖W‖² + ‖V‖²` per row.
private func autoRecDesign(latent: Int, weightDecay: Double) -> Design<PointLatent> {
  var design = Design<PointLatent>(latent: latent)
  design.codeActivation = .sigmoid
  design.likelihood = .gaussian
  design.cells = .observed
  design.weightDecay = weightDecay
  design.initialisation = .autoRec
  return design
}

/// Smaller and more steps than for ranking, because with regression on ratings, 500 hidden units overfit at 0.001.
private let autoRecTraining = TrainingOptions(epochs: 300, learningRate: 5e-4)

/// U-AutoRec: one example per user, the ratings of all items in and out.
public struct UserAutoRec: AutoencoderModel, RatingModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent

  /// Its name on the command line and in files.
  public static let name = "user-autorec"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [.latent(\.latent), .weightDecay(\.weightDecay).searched(.logarithmic(1e-3...1))] + trainingSettings
  }

  /// k, the width of the hidden layer.
  public var latent = 500
  /// λ of `λ Σ ‖W‖²`, per row.
  public var weightDecay = 0.03
  /// The training options.
  public var training = autoRecTraining

  /// Creates the model with its defaults.
  public init() {}
  /// The network.
  public var design: Design<PointLatent> { autoRecDesign(latent: latent, weightDecay: weightDecay) }
  /// The network, fed with users' rows.
  public func predictor(_ fitted: Autoencoder<PointLatent>, ratings: SparseRows) -> any RatingPredictor {
    AutoRecPredictor(fitted, side: .users, ratings: ratings)
  }
}

/// I-AutoRec: one example per item, the ratings by all users in and out.
public struct ItemAutoRec: RatingModel, IterativeModel {
  /// Its name on the command line and in files.
  public static let name = "item-autorec"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [.latent(\.latent), .weightDecay(\.weightDecay).searched(.logarithmic(1e-3...1))] + trainingSettings
  }

  /// k, the width of the hidden layer.
  public var latent = 500
  /// λ of `λ Σ ‖W‖²`, per row.
  public var weightDecay = 0.03
  /// The training options.
  public var training = autoRecTraining
  /// Its inputs are the training users.
  public let keepsUsers = true

  /// Creates the model with its defaults.
  public init() {}
  /// The network.
  public var design: Design<PointLatent> { autoRecDesign(latent: latent, weightDecay: weightDecay) }

  /// Fits the design to the transposed ratings.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    let items = data.rows.columnCount
    let validate = data.validate.map { validate in
      { (network: Autoencoder<PointLatent>) in try validate(Fitted(network: network, itemCount: items)) }
    }
    let turned = TrainingData(
      rows: data.rows.transposed(), refit: data.refit?.transposed(), validate: validate)
    return try trainer.fit(design, to: turned, options: training).map { Fitted(network: $0, itemCount: items) }
  }

  /// Creates the network.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    Fitted(network: try Autoencoder(design, items: users, users: 0, tensors: tensors), itemCount: items)
  }

  /// The memory for weights, moments and one batch of items.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(design, options: training, rows: rows.transposed, processor: processor)
  }

  /// The network, fed with items' rows.
  public func predictor(_ fitted: Fitted, ratings: SparseRows) -> any RatingPredictor {
    AutoRecPredictor(fitted.network, side: .items, ratings: ratings)
  }

  /// The network, whose rows are items and whose columns are training users.
  public struct Fitted: FittedModel, DividedModel {
    /// The network.
    public let network: Autoencoder<PointLatent>
    /// The number of items.
    public let itemCount: Int

    /// The weights under the names of ``NamedTensors``, with users in place of items.
    public var tensors: [String: Tensor] { network.tensors }
    /// The number of weights and biases.
    public var parameterCount: Int { network.parameterCount }
    /// Sends the tensors to the first process.
    func write(to path: String?, metadata: [String: String]) throws -> Bool {
      try network.write(to: path, metadata: metadata)
    }
    /// It predicts from the ratings of all users, which it does not keep.
    public var limitation: String? { "predicts from the ratings of all users, which a saved model does not keep" }

    /// Refused, because it does not score a user's row of items.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      throw CannotScore(model: ItemAutoRec.name, limitation: limitation ?? "")
    }
  }
}
