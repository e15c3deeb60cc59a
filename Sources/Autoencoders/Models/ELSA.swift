public import Communication
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
    try trainer.fit(tied: design, to: data, options: training)
  }

  /// Reads A from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let vectors = Matrix(rows: items, columns: latent, elements: try file.take("item.vector", [items, latent]))
    try file.finish()
    return Fitted(vectors: vectors)
  }

  /// The memory for weights, moments and the buffers of an update.
  ///
  /// The buffers are A, the gradient, codes, and matrices of the code's width. With several processes, it is the memory of
  /// the one with the most shards.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    let shards = ItemShard<Float>.ranges(items: rows.width)
    let run = ShardDivision.longestRun(shards: shards.count, ranks: processor.processes)
    let one = shards[run].reduce(0) { $0 + $1.count } * latent
    let batch = training.batchSize(users: rows.count)
    let blocks = UserPieces.ranges(of: batch).count
    // Outgoing and incoming data while sums are exchanged.
    let exchanged = processor.processes > 1 ? 4 * max(batch, latent) * latent : 0
    // AᵀA of each shard, and its sums along the tree.
    let squares = run.count + blocks + 4 * processor.threads + 8
    var memory = TrainingMemory(
      parameters: (rows.fitsAgain ? 3 : 4) * one,
      workspace: 2 * one + 6 * batch * latent + squares * latent * latent + exchanged)
    memory.workspace += 16 * min(rows.entries, batch * rows.width)
    return memory
  }

  /// A, as the equivalent autoencoder.
  ///
  /// After a training by several processes, each has A of its own items only.
  public struct Fitted: FittedModel {
    /// The same as a network: codes xA, outputs zAᵀ.
    public let autoencoder: Autoencoder<PointLatent>

    /// Creates a model from A; shape: I × L.
    public init(vectors: Matrix<Float>) {
      self.init(vectors.cutByItems, items: vectors.rows, latent: vectors.columns, division: nil)
    }

    /// Creates a model from A, shard by shard; shards of other processes have no rows.
    init(_ shards: [Matrix<Float>], items: Int, latent: Int, division: ShardDivision?) {
      var design = Design<PointLatent>(latent: latent)
      design.likelihood = .gaussian
      autoencoder = Autoencoder(
        design: design, network: Network(tied: shards, items: items, design), division: division)
    }

    /// A, item by item; shape: I × L, or, after a training by several processes, the rows of this one's items.
    public var vectors: Matrix<Float> {
      var all = Matrix<Float>(rows: 0, columns: width)
      all.setRows(to: autoencoder.network.shards.map(\.inputWeight))
      return all
    }

    /// `item.vector`; shape: I × L.
    public var tensors: [String: Tensor] {
      let vectors = vectors
      return ["item.vector": Tensor(shape: [vectors.rows, vectors.columns], values: vectors.elements)]
    }

    /// The size of A.
    public var parameterCount: Int { itemCount * width }

    /// The number of items.
    public var itemCount: Int { autoencoder.itemCount }

    /// L.
    private var width: Int { autoencoder.design.latent }

    /// Users are points.
    public var latent: LatentView { .points(autoencoder) }

    /// Two products with A, then the row subtracted.
    public var inference: InferenceGraph? {
      var graph = InferenceGraph(.gather, items: width, tensors: ["item.vector"])
      graph.markCode(1)
      graph.append(.dense, width: itemCount, tensors: ["item.vector"])
      graph.append(.subtractRow, width: itemCount)
      return graph
    }

    /// x A Aᵀ − x; shape: B × I.
    ///
    /// If the items are divided among processes, all of them call this together.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      var scores = try autoencoder.scores(for: profiles, using: engine)
      Self.subtract(profiles.items, from: &scores, of: 0..<itemCount)
      return scores
    }

    /// Subtracts the users' rows from their scores of some items.
    private static func subtract(_ rows: SparseRows, from scores: inout Matrix<Float>, of items: Range<Int>) {
      for user in 0..<rows.rowCount {
        for entry in rows.range(ofRow: user) {
          let item = Int(rows.indices[entry])
          if items.contains(item) { scores[user, item - items.lowerBound] -= rows.value(at: entry) }
        }
      }
    }
  }
}

extension ELSA.Fitted: FactoredRecommender {
  /// A; the items that a user has would need the row subtracted.
  public var itemFactors: [ItemFactors] { autoencoder.itemFactors }

  /// x A; shape: B × L.
  public func userFactors(for profiles: Profiles, using engine: ProductEngine) -> Matrix<Float> {
    autoencoder.userFactors(for: profiles, using: engine)
  }
}

extension ELSA.Fitted: DividedRecommender {
  /// The processes that have the items; `nil` if this one has all.
  public var communicator: (any Communicator)? { autoencoder.communicator }

  /// The items of this process.
  public var ownItems: Range<Int> { autoencoder.ownItems }

  /// The scores of this process's items, equal to the columns of ``scores(for:using:)``.
  public func ownScores(for groups: [Profiles], using processor: Processor) throws -> [Matrix<Float>] {
    var scores = try autoencoder.ownScores(for: groups, using: processor)
    for (group, profiles) in groups.enumerated() { Self.subtract(profiles.items, from: &scores[group], of: ownItems) }
    return scores
  }
}

extension ELSA.Fitted: DividedModel {
  func write(to path: String?, metadata: [String: String]) throws -> Bool {
    guard let division = autoencoder.division else { return false }
    func bring(_ name: String, _ append: ([Float]) throws -> Void) throws {
      for (index, shard) in autoencoder.network.shards.enumerated() {
        let (numbers, count) = (shard.inputWeight.elements, shard.items.count * width)
        try append(division.bring(numbers, count: count, from: division.owner(of: index)))
      }
    }
    if let path {
      try SafeTensors.write(
        to: path, shapes: ["item.vector": [itemCount, width]], metadata: metadata, values: bring)
    } else {
      try bring("item.vector") { _ in }
    }
    return true
  }
}
