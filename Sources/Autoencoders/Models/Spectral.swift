public import Compute
public import FileFormats
import InteractionData

/// ChebyCF: a linear autoencoder that is a filter on the graph of users and items, as large as the data, without a
/// matrix of items × items.
///
/// | paper | here |
/// |---|---|
/// | R̃ = D_U^−½ R D_I^−½, L̃ = I − 2 R̃ᵀR̃, with spectrum −1…1 | `SpectralGraph` |
/// | h(t) = ½ − ½ sgn(t) \|t\|^φ ≈ Σ_k c_k T_k(t), k ≤ K: Chebyshev interpolation of the plateau | `ChebyshevFilter` |
/// | V_η: the right singular vectors of R̃ for its η largest singular values, the ideal pass filter | `TruncatedSVD` |
/// | score = D_I^β [Σ_k c_k T_k(L̃) + α V_η V_ηᵀ] D_I^−β x | ``Fitted/scores(for:using:)`` |
///
/// With φ = 1 the filter is R̃ᵀR̃ at every K: the linear filter of GF-CF. Sources: Kim, Sung, Han & Lee, "Graph spectral filtering
/// with Chebyshev interpolation for recommendation", SIGIR 2025, section 4, and the authors' code; Shen et al., "How powerful is
/// graph convolution for recommendation?", CIKM 2021 (GF-CF).
///
/// Differences from the paper: h is evaluated at the nodes of the interpolation. The authors' code evaluates it at
/// cos((K − j)π/K), rounded to three decimals, and then uses it as if at the zeros of T_K+1, so their filter is flatter
/// and attenuates even the smoothest signal. D_I^±β applies to both parts, in GF-CF only to the ideal one. Settings
/// that are not given are chosen inside the fit by hill climbing on the validation users; without validation users φ is
/// 10, η 256, α 0.3 and β 0.2. For small data, η is at most half of the users or items. K is 4 in place of 8, which was
/// no better on three data sets and takes twice as long (Docs/results.md).
public struct Spectral: ZooModel {
  /// Its name on the command line and in files.
  public static let name = "spectral"
  /// It chooses its settings on validation.
  public static let choosesOnValidation = true
  /// It is compared only when named, because scoring takes 2K sparse products with all training rows.
  public static let isComparedByDefault = false
  /// Its settings; those that are `null` are chosen on validation.
  public static var settings: [Setting<Self>] {
    [
      .whole("order", \.order, in: 1...64, "Order K of the Chebyshev polynomial.", placeholder: "K"),
      .number(
        "flatness", \.flatness, "φ: how flat the filter is in the middle of the spectrum; 1 is linear.",
        placeholder: "φ",
        accepted: "a number of at least 1", search: .logarithmic(1...100)
      ) { $0 >= 1 },
      .whole(
        "rank", \.rank, in: 0...4096, "Number η of singular vectors of the ideal low-pass filter.", placeholder: "η",
        search: .logarithmic(16...512)),
      .number(
        "idealWeight", \.idealWeight, "α: weight of the ideal low-pass filter.", placeholder: "α",
        accepted: "a number of at least 0",
        search: .linear(0...1)
      ) { $0 >= 0 },
      .number(
        "degreeExponent", \.degreeExponent, "β: how strongly scores depend on item popularity.", placeholder: "β",
        accepted: "a number from -1 to 1", search: .linear(0...0.6)
      ) { -1 <= $0 && $0 <= 1 },
      .truth(
        "authorsNodes", \.authorsNodes,
        "Evaluate the filter's target at the nodes of the authors' code, with its rounding."
      ).withoutFlag(),
    ]
  }

  /// K; the authors' settings have 8.
  public var order = 4
  /// φ.
  public var flatness: Double?
  /// η.
  public var rank: Int?
  /// α.
  public var idealWeight: Double?
  /// β.
  public var degreeExponent: Double?
  /// Whether the filter is the one of the authors' code.
  public var authorsNodes = false

  /// Creates the model with its defaults.
  public init() {}

  /// Computes the singular vectors, and chooses the open settings.
  ///
  /// - Throws: ``TrainingError``, the errors of `data.validate`.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    guard data.all.nonZeroCount > 0 else { throw TrainingError.noUsers }
    let (items, most) = (data.all.columnCount, SparseRows.mostColumnsInFiles)
    guard items <= most else { throw TrainingError.tooManyItems(model: Self.name, items: items, most: most) }
    func fitted(_ values: SpectralValues, _ rows: SparseRows, _ share: ClosedRange<Double>) throws -> Fitted {
      let graph = SpectralGraph(rows)
      let rank = min(Int(values.rank), Fitted.mostRank(rows: rows.rowCount, columns: items))
      return Fitted(self, values, graph, vectors: try graph.leadingVectors(rank, trainer: trainer, share: share))
    }
    var (values, begun) = (values, 0.0)
    if let validate = data.validate {
      let search = SpectralSearch(of: self, from: values, on: data.rows)
      if !search.isOver {
        let widest = try fitted(search.widest, data.rows, 0...0.3)
        values = try search.best(trainer, share: 0.3...0.8) { try validate(widest.with(self, $0)) }
        begun = 0.8
      }
    }
    // Even if the rows are the same: vectors computed together with more vectors differ in the last digits.
    var fit = Fit(model: try fitted(values, data.all, begun...1), extent: data.extent)
    fit.chosen = values.settings
    return fit
  }

  /// The same model with the values of open settings for fits without validation users.
  public func settingsUsed(rows: Int) -> Spectral {
    var used = self
    (used.flatness, used.rank) = (values.flatness, Int(values.rank))
    (used.idealWeight, used.degreeExponent) = (values.idealWeight, values.degreeExponent)
    return used
  }

  private var values: SpectralValues {
    SpectralValues(
      flatness: flatness ?? 10, rank: Double(rank ?? 256), idealWeight: idealWeight ?? 0.3,
      degreeExponent: degreeExponent ?? 0.2)
  }

  /// Reads the rows, the vectors and the filter from a file, whatever the settings are.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    try Fitted(TensorReader(tensors), items: items)
  }

  /// The memory for the rows and the vectors, for R̃ by row and by column, and for computing the singular vectors.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    let most = Fitted.mostRank(rows: rows.count, columns: rows.width)
    let widest = min(rank ?? 512, most)
    let vectors = TruncatedSVD.count(rows: rows.count, columns: rows.width, wanted: widest)
    // Columns and values, twice; the same again during their construction, and in pieces for the vectors.
    let graph = 4 * rows.entries + 4 * (rows.count + rows.width)
    return TrainingMemory(
      parameters: rows.count + rows.entries + min(Int(values.rank), most) * rows.width + order + 3,
      workspace: 2 * graph + vectors + widest * rows.width)
  }
}
