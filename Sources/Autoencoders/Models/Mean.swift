public import Compute
public import FileFormats
public import InteractionData

/// The baseline for ratings: `mean + user offset + item offset`, where the offsets are averages of the residuals.
///
/// A user or item without ratings has no offset.
public struct Mean: RatingModel {
  /// Its name on the command line and in files.
  public static let name = "mean"
  /// Others are compared with it.
  public static let isBaseline = true
  /// It has an offset for each training user.
  public let keepsUsers = true

  /// Creates the model.
  public init() {}

  /// Averages the training ratings.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    Fit(model: Fitted(rows: data.all), extent: data.extent)
  }

  /// Reads the averages from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let (mean, range) = (try file.take("mean", [1]), try file.take("range", [2]))
    let fitted = Fitted(
      mean: mean[0], userOffsets: try file.take("user.offset", [users]),
      itemOffsets: try file.take("item.offset", [items]), range: min(range[0], range[1])...max(range[0], range[1]))
    try file.finish()
    return fitted
  }

  /// The memory for one number per user and item, the mean and the range.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(parameters: rows.count + rows.width + 3)
  }

  /// Predicts from the averages only.
  public func predictor(_ fitted: Fitted, ratings: SparseRows) -> any RatingPredictor { fitted }

  /// The smallest and largest rating.
  static func range(of rows: SparseRows) -> ClosedRange<Float> {
    let values = rows.values ?? [1]
    return (values.min() ?? 0)...(values.max() ?? 0)
  }

  /// The averages.
  public struct Fitted: FittedModel, RatingPredictor {
    private let mean: Float
    private let userOffsets: [Float]
    private let itemOffsets: [Float]
    private let range: ClosedRange<Float>

    fileprivate init(mean: Float, userOffsets: [Float], itemOffsets: [Float], range: ClosedRange<Float>) {
      (self.mean, self.userOffsets, self.itemOffsets, self.range) = (mean, userOffsets, itemOffsets, range)
    }

    /// Averages the training ratings.
    ///
    /// Shape of `rows`: U × I, with values.
    public init(rows: SparseRows) {
      let values = rows.values ?? []
      // Sums are in Double, because a Float above 2²⁴ loses small terms.
      let mean = values.isEmpty ? 0 : values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      func offsets(_ rows: SparseRows, _ other: (Int32) -> Float) -> [Float] {
        (0..<rows.rowCount).map { row in
          let count = rows.count(ofRow: row)
          let sum = rows.range(ofRow: row).reduce(0.0) { sum, position in
            sum + Double(rows.value(at: position)) - mean - Double(other(rows.indices[position]))
          }
          return count == 0 ? 0 : Float(sum / Double(count))
        }
      }
      let items = offsets(rows.transposed()) { _ in 0 }
      self.init(
        mean: Float(mean), userOffsets: offsets(rows) { items[Int($0)] }, itemOffsets: items,
        range: Mean.range(of: rows))
    }

    /// `mean`, `range` (smallest and largest rating), `user.offset` (U) and `item.offset` (I).
    public var tensors: [String: Tensor] {
      [
        "mean": Tensor(shape: [1], values: [mean]),
        "range": Tensor(shape: [2], values: [range.lowerBound, range.upperBound]),
        "user.offset": Tensor(shape: [userOffsets.count], values: userOffsets),
        "item.offset": Tensor(shape: [itemOffsets.count], values: itemOffsets),
      ]
    }

    /// The number of items.
    public var itemCount: Int { itemOffsets.count }

    /// The mean rating of each item, the same for every user.
    public var inference: InferenceGraph? {
      InferenceGraph(.constant, items: itemCount, tensors: ["item.offset", "mean"])
    }

    /// The mean rating of each item, the same for every user, because a user offset would not change the order; shape:
    /// B × I.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      var scores = Matrix<Float>(rows: profiles.items.rowCount, columns: itemCount)
      scores.setRows(to: Matrix(rows: 1, columns: itemCount, elements: itemOffsets.map { mean + $0 }))
      return scores
    }

    /// The predicted rating of every cell, clipped to the range of the training ratings.
    public func predictions(
      for cells: [RatingCell], using processor: Processor
    ) throws -> [Float] {
      cells.map { min(max(mean + userOffsets[$0.user] + itemOffsets[$0.item], range.lowerBound), range.upperBound) }
    }
  }
}
