public import Compute
public import FileFormats
public import InteractionData

/// ELSA: a linear autoencoder of low rank, for catalogues too large for a weight per pair of items.
///
/// | paper | here |
/// |---|---|
/// | x̂ = x A Aᵀ − x, rows of A of norm 1, so that the diagonal of AAᵀ − 1 is zero | ``Fitted`` |
/// | loss ‖x̂/‖x̂‖ − x/‖x‖‖², mean over cells | ``ELSAStep`` |
/// | A = rows of W divided by their norms; NAdam on W, step 0.1 | ``ELSAStep``, `NAdam` |
///
/// Source: Vančura, Alves, Kasalický & Kordík, "Scalable linear shallow autoencoder for collaborative filtering", RecSys 2022,
/// sections 2 and 3, and the authors' code.
///
/// Differences from the paper: loss and gradient come from AᵀA and the users' codes, so neither outputs nor their
/// gradient are ever stored (see ``ELSAStep``); validation picks the epoch from more than the authors' 10, which give
/// too few updates on a thousand users. A user whose output consists of rounding errors does not contribute. The
/// authors' ranks are 64 to 1,024.
public struct ELSA: IterativeModel {
  /// Its name on the command line and in files.
  public static let name = "elsa"
  /// It encodes to a point.
  public static let latentKind = LatentKind.point
  /// It is compared only when named: it is for catalogues too large for the others, and its rank is low even if that of
  /// the data is not.
  public static let isComparedByDefault = false
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [.latent(\.latent)] + trainingSettings.searching("learningRate", .logarithmic(0.01...0.5))
  }

  /// L, the rank of AAᵀ.
  public var latent = 512
  /// The training options.
  public var training = TrainingOptions(epochs: 100, batchSize: 256, learningRate: 0.1, patience: 10)

  /// Creates the model with its defaults.
  public init() {}

  /// The equivalent network, tied and without biases.
  private var design: Design<PointLatent> {
    var design = Design<PointLatent>(latent: latent)
    design.likelihood = .gaussian
    return design
  }

  /// Trains it, twice if there are rows for a second fit.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    let start = Network<Float>(design, items: data.all.columnCount, users: 0, seed: trainer.seed)
    let weights = NamedTensors(start).matrices["encoder.0.weight"] ?? Matrix(rows: 0, columns: latent)
    return try trainer.fit(weights, to: data, options: training) { Fitted(vectors: $0) }
  }

  /// Reads A from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let vectors = Matrix(rows: items, columns: latent, elements: try file.take("item.vector", [items, latent]))
    try file.finish()
    return Fitted(vectors: vectors)
  }

  /// The memory for weights, moments and the buffers of an update: A, the gradient, codes, and matrices of the code's
  /// width.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    let one = rows.width * latent
    let batch = training.batchSize(users: rows.count)
    let shards = ItemShard<Float>.ranges(items: rows.width).count
    let blocks = UserPieces.ranges(of: batch).count
    var memory = TrainingMemory(
      parameters: (rows.fitsAgain ? 3 : 4) * one,
      workspace: 2 * one + 5 * batch * latent + (shards + blocks + 4 * processor.threads) * latent * latent)
    memory.workspace += 16 * min(rows.entries, batch * rows.width)
    return memory
  }

  /// A, and the equivalent autoencoder.
  public struct Fitted: FittedModel {
    /// A, item by item; shape: I × L.
    public let vectors: Matrix<Float>
    /// The same as a network: codes xA, outputs zAᵀ.
    public let autoencoder: Autoencoder<PointLatent>

    /// Creates a model from A.
    public init(vectors: Matrix<Float>) {
      self.vectors = vectors
      var design = Design<PointLatent>(latent: vectors.columns)
      design.likelihood = .gaussian
      autoencoder = Autoencoder(design: design, network: Network(tied: vectors, design))
    }

    /// `item.vector`; shape: I × L.
    public var tensors: [String: Tensor] {
      ["item.vector": Tensor(shape: [vectors.rows, vectors.columns], values: vectors.elements)]
    }

    /// The number of items.
    public var itemCount: Int { vectors.rows }

    /// Users are points.
    public var latent: LatentView { .points(autoencoder) }

    /// Two products with A, then the row subtracted.
    public var inference: InferenceGraph? {
      var graph = InferenceGraph(.gather, items: vectors.columns, tensors: ["item.vector"])
      graph.markCode(1)
      graph.append(.dense, width: itemCount, tensors: ["item.vector"])
      graph.append(.subtractRow, width: itemCount)
      return graph
    }

    /// x A Aᵀ − x; shape: B × I.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      var scores = try autoencoder.scores(for: profiles, using: engine)
      let rows = profiles.items
      for user in 0..<rows.rowCount {
        for entry in rows.range(ofRow: user) { scores[user, Int(rows.indices[entry])] -= rows.value(at: entry) }
      }
      return scores
    }
  }
}
