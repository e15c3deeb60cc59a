public import Compute
public import FileFormats

/// Linear autoencoders in closed form: EASE with denoising, a relaxed diagonal, and weights by user and item.
///
/// With n_u the number of a user's items, n_j that of an item's users, and n̄ the mean of n_u:
///
/// | step | source |
/// |---|---|
/// | G = Xᵀ diag(n_u^−β) X | Park et al., "DAN" |
/// | Λ_j = λ n̄^−β + p/(1−p) · n_j, P = (G + Λ)⁻¹ | Steck, "EDLAE" |
/// | μ_j = (1−ξ)/P_jj − Λ_j where 1 − Λ_j P_jj > ξ, else 0; W = I − P diag(Λ + μ) | Moon et al., "RDLAE" |
/// | W_ij ← n_i^α W_ij n_j^−α | Park et al. |
///
/// α = β = p = ξ = 0 is ``EASE``; p alone is EDLAE, ξ alone RLAE, both RDLAE. Sources: Steck, "Autoencoders that don't overfit
/// towards the identity", NeurIPS 2020; Moon, Kim & Lee, "It's enough: relaxing diagonal constraints in linear autoencoders for
/// recommendation", SIGIR 2023; Park, Yoon, Kim & Lee, "Why is normalization necessary for linear recommenders?", SIGIR 2025.
///
/// Differences from the papers: λ is multiplied by n̄^−β, so that one λ suits every β. Settings that are not given are
/// chosen inside the fit, by hill climbing on the validation users; without validation users they are 250, 0.2, 0, 0.1
/// and 0.2.
public struct Linear: ZooModel {
  /// Its name on the command line and in files.
  public static let name = "linear"
  /// It chooses its settings on validation.
  public static let choosesOnValidation = true
  /// It is compared only when named: it is more a search than one model of a paper, and takes many times as long as
  /// ``EASE``.
  public static let isComparedByDefault = false
  /// Its settings; those that are not given are chosen on validation.
  public static var settings: [Setting<Self>] {
    [
      .number(
        "l2", \.l2, "Weight λ of λ‖B‖².", placeholder: "λ", accepted: "a number above 0",
        search: .logarithmic(1...10_000)
      ) { $0 > 0 },
      .number(
        "dropout", \.dropout, "Probability that an input entry is dropped in training.", placeholder: "p",
        accepted: "a number from 0 up to but not including 1", search: .linear(0...0.8)
      ) { 0 <= $0 && $0 < 1 },
      .number(
        "relaxation", \.relaxation, "Largest weight ξ of an item for itself.", placeholder: "ξ",
        accepted: "a number from 0 up to but not including 1", search: .linear(0...0.8)
      ) { 0 <= $0 && $0 < 1 },
      .number(
        "itemExponent", \.itemExponent, "α: how strongly weights depend on item popularity.", placeholder: "α",
        accepted: "a number from -1 to 1", search: .linear(0...0.5)
      ) { -1 <= $0 && $0 <= 1 },
      .number(
        "userExponent", \.userExponent, "β: how strongly users with many items are down-weighted.", placeholder: "β",
        accepted: "a number from 0 to 2", search: .linear(0...1)
      ) { 0 <= $0 && $0 <= 2 },
    ]
  }

  /// λ.
  public var l2: Double?
  /// p.
  public var dropout: Double?
  /// ξ.
  public var relaxation: Double?
  /// α.
  public var itemExponent: Double?
  /// β.
  public var userExponent: Double?

  /// Creates the model with its defaults.
  public init() {}

  /// Chooses the open settings, and solves for the weights.
  ///
  /// - Throws: ``TrainingError/unsolvable(model:setting:value:)`` if λ is too small for the data.
  public func fit(_ data: TrainingData<EASE.Fitted>, by trainer: Trainer) throws -> Fit<EASE.Fitted> {
    guard data.all.nonZeroCount > 0 else { throw TrainingError.noUsers }
    var values = values
    var first: (values: LinearValues, weights: Matrix<Float>)?
    if let validate = data.validate {
      var search = LinearSearch(of: self, from: values, on: LinearSolver(data.rows), trainer: trainer)
      (values, first) = try search.climb { try validate(EASE.Fitted(weights: $0)) }
    }
    let weights: Matrix<Float>
    if data.refit == nil, let first, first.values == values {
      weights = first.weights
    } else {
      var solver = LinearSolver(data.all)
      weights = try solver.weights(values, trainer: trainer)
    }
    var fit = Fit(model: EASE.Fitted(weights: weights), extent: data.extent)
    fit.chosen = values.settings
    return fit
  }

  /// The same model with the values of open settings for fits without validation users.
  public func settingsUsed(rows: Int) -> Linear {
    var used = self
    (used.l2, used.dropout, used.relaxation) = (values.l2, values.dropout, values.relaxation)
    (used.itemExponent, used.userExponent) = (values.itemExponent, values.userExponent)
    return used
  }

  private var values: LinearValues {
    LinearValues(
      l2: l2 ?? 250, dropout: dropout ?? 0.2, relaxation: relaxation ?? 0, itemExponent: itemExponent ?? 0.1,
      userExponent: userExponent ?? 0.2)
  }

  /// Reads the weights from a file.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> EASE.Fitted {
    try EASE().load(tensors, items: items, users: users)
  }

  /// Like ``EASE``, with the best weights so far besides the current ones.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(
      parameters: rows.width * rows.width,
      workspace: InverseGram<Float>.count(rows: rows.count, columns: rows.width, processor: processor)
        + rows.width * rows.width)
  }
}
