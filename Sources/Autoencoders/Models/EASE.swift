public import Compute
public import FileFormats
public import InteractionData

/// EASE^R: a linear autoencoder without a hidden layer, in closed form, whose weights may not copy an item to itself.
///
/// | paper | here |
/// |---|---|
/// | min ‖X − XB‖² + λ‖B‖² with diag(B) = 0 | ``fit(_:by:)`` |
/// | G = XᵀX, P = (G + λI)⁻¹ | `InverseGram` |
/// | B_ij = −P_ij / P_jj for i ≠ j, B_ii = 0 | ``Fitted/weights`` |
/// | S = X_u B | ``Fitted/scores(for:using:)`` |
///
/// Source: Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019, sections 2 and 3, equations 2, 5 and 8.
///
/// Differences from the paper: the inverse is computed in single precision, and through a matrix of users if there are
/// fewer users than items. On MovieLens-100k, the weights differ from those in double precision by at most 10⁻⁶, and
/// all lists of 20 are the same. The default λ suits data of that size; the paper uses 500 for ML-20M, 1000 for Netflix
/// and 200 for MSD.
public struct EASE: ZooModel {
  /// Its name on the command line and in files.
  public static let name = "ease"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .number(
        "l2", \.l2, "Weight λ of λ‖B‖².", placeholder: "λ", accepted: "a number above 0",
        search: .logarithmic(1...10_000)
      ) { $0 > 0 }
    ]
  }

  /// λ.
  public var l2 = 250.0

  /// Creates the model with its defaults.
  public init() {}

  /// Solves for the weights.
  ///
  /// - Throws: ``TrainingError/unsolvable(model:setting:value:)`` if λ is too small for the data.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    let (rows, processor) = (data.all, trainer.processor)
    guard rows.nonZeroCount > 0 else { throw TrainingError.noUsers }
    let inverse: InverseGram<Float>
    do {
      inverse = try InverseGram(
        of: rows, ridge: [Double](repeating: l2, count: rows.columnCount), processor: processor
      ) { try trainer.tell(share: $0, rows: rows.rowCount) }
    } catch is GSLError {
      throw TrainingError.unsolvable(model: Self.name, setting: "l2", value: l2)
    }
    let diagonal = inverse.diagonal
    let weights = try inverse.matrix(processor: processor) { item, row in
      for other in row.indices { row[other] /= -diagonal[other] }
      row[item] = 0
    }
    return Fit(model: Fitted(weights: weights), extent: data.extent)
  }

  /// Reads the weights from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let weights = Matrix(rows: items, columns: items, elements: try file.take("item.weight", [items, items]))
    try file.finish()
    return Fitted(weights: weights)
  }

  /// The memory for one weight per pair of items, and for the inverse during the computation.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(
      parameters: rows.width * rows.width,
      workspace: InverseGram<Float>.count(rows: rows.count, columns: rows.width, processor: processor))
  }

  /// The weights.
  public struct Fitted: FittedModel {
    /// B: the weight of an item (row) for another (column); shape: I × I.
    public let weights: Matrix<Float>

    /// Creates a model from weights.
    ///
    /// - Precondition: the matrix is square.
    public init(weights: Matrix<Float>) {
      precondition(weights.rows == weights.columns, "\(weights) from items to items")
      self.weights = weights
    }

    /// `item.weight`; shape: I × I.
    public var tensors: [String: Tensor] {
      ["item.weight": Tensor(shape: [weights.rows, weights.columns], values: weights.elements)]
    }

    /// The number of items.
    public var itemCount: Int { weights.rows }

    /// A single operation, a sum of rows of B.
    public var inference: InferenceGraph? {
      InferenceGraph(.gather, items: itemCount, tensors: ["item.weight"])
    }

    /// The sum of the rows of B of each user's items; shape: B × I.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      Matrix(BatchRows(profiles.items), times: weights)
    }
  }
}
