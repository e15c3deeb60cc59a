public import Compute
public import FileFormats
public import InteractionData

/// The baseline for all models: the score of an item is the number of training users who have it, for every user.
public struct Popularity: ZooModel {
  /// Its name on the command line and in files.
  public static let name = "popularity"
  /// Others are compared with it.
  public static let isBaseline = true

  /// Creates the model.
  public init() {}

  /// Counts the training rows.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    Fit(model: Fitted(rows: data.all), extent: data.extent)
  }

  /// Reads the counts from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let counts = try file.take("popularity.counts", [items])
    try file.finish()
    return Fitted(counts: counts)
  }

  /// The memory for one number per item.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(parameters: rows.width)
  }

  /// The counts.
  public struct Fitted: FittedModel {
    /// How many training users have each item; shape: I.
    public let counts: [Float]

    /// Counts the training rows.
    public init(rows: SparseRows) { counts = rows.columnCounts().map(Float.init) }

    /// Creates a model from counts.
    public init(counts: [Float]) { self.counts = counts }

    /// `popularity.counts`; shape: I.
    public var tensors: [String: Tensor] {
      ["popularity.counts": Tensor(shape: [counts.count], values: counts)]
    }

    /// The number of items.
    public var itemCount: Int { counts.count }

    /// The counts, the same for every user.
    public var inference: InferenceGraph? {
      InferenceGraph(.constant, items: itemCount, tensors: ["popularity.counts"])
    }

    /// A score for every user and item, the same for every user; shape: B × I.
    public func scores(
      for profiles: Profiles, using engine: ProductEngine
    ) throws -> Matrix<Float> {
      var scores = Matrix<Float>(rows: profiles.items.rowCount, columns: counts.count)
      scores.setRows(to: Matrix(rows: 1, columns: counts.count, elements: counts))
      return scores
    }
  }
}
