public import Autoencoders
public import Compute
public import InteractionData

/// Looks into the latent spaces of models on one set of users (U users, I items, L dimensions).
///
/// Points and distributions have different entry points and result types.
public struct LatentInspector: Sendable {
  /// The ids of the users; shape: U.
  public let userIDs: [String]
  /// What each has; shape: U × I.
  public let profiles: Profiles
  /// The items, in the order of the models' columns.
  public let items: Vocabulary
  /// Their titles, where they have any; in the same order.
  public var titles: ItemTitles?
  /// How thoroughly.
  public let options: InspectionOptions
  /// Where samples and draws come from; the same for every model.
  public let seed: Seed
  /// The processor.
  public let processor: Processor
  /// The strongest true taste of each user, where it is known; shape: U, or empty.
  public var tastes: [String?] = []

  /// Prepares to inspect models on some users.
  public init(
    userIDs: [String], profiles: Profiles, items: Vocabulary, options: InspectionOptions = InspectionOptions(),
    seed: Seed, processor: Processor
  ) {
    precondition(userIDs.count == profiles.items.rowCount && items.count == profiles.items.columnCount)
    self.userIDs = userIDs
    self.profiles = profiles
    self.items = items
    self.options = options
    self.seed = seed
    self.processor = processor
  }

  /// Inspects an autoencoder: what points have.
  public func inspect(
    _ model: Autoencoder<PointLatent>, label: String, name: String
  ) throws -> Inspection<PointLatent> {
    let codes = try encode(model)
    return try inspect(model, codes, label: label, name: name)
  }

  /// Inspects a variational autoencoder: what points have, and what only distributions have.
  public func inspect(
    _ model: Autoencoder<GaussianLatent>, label: String, name: String
  ) throws -> Inspection<GaussianLatent> {
    let codes = try encode(model)
    return try inspect(model, codes, label: label, name: name)
  }

  func inspect(
    _ model: Autoencoder<PointLatent>, _ codes: PointLatent.Codes, label: String, name: String
  ) throws -> Inspection<PointLatent> {
    let prior = FittedPrior.standardNormal(dimensions: codes.points.columns)
    let common = try common(model, centers: codes.points, drawn: codes.points, variances: nil, prior)
    return Inspection(
      label: label, model: name, prior: prior, codes: common.codes, reconstruction: common.reconstruction,
      priorDraws: common.priorDraws, distribution: NoDistribution(), plots: common.plots)
  }

  func inspect(
    _ model: Autoencoder<GaussianLatent>, _ codes: GaussianLatent.Codes, label: String, name: String
  ) throws -> Inspection<GaussianLatent> {
    let drawn = try draw(codes)
    let prior = model.prior
    let common = try common(model, centers: codes.mean, drawn: drawn, variances: codes.logVariance, prior)
    return Inspection(
      label: label, model: name, prior: prior, codes: common.codes, reconstruction: common.reconstruction,
      priorDraws: common.priorDraws,
      distribution: try distribution(model, codes, drawn: drawn, common.codes), plots: common.plots)
  }

  // MARK: What both kinds have

  private struct Common {
    let codes: CodeFindings
    let reconstruction: ReconstructionFindings
    let priorDraws: PriorDrawFindings
    let plots: LatentPlots
  }

  /// - Parameters:
  ///   - centers: the points, or the posterior means; U × L.
  ///   - drawn: the points, or a draw from each posterior; U × L.
  ///   - variances: the posterior log-variances; `nil` for points.
  ///   - prior: what codes are held against; N(0, I) for points.
  private func common<Latent>(
    _ model: Autoencoder<Latent>, centers: Matrix<Float>, drawn: Matrix<Float>, variances: Matrix<Float>?,
    _ prior: FittedPrior
  ) throws -> Common {
    let moments = ColumnMoments(centers, logVariances: variances, prior: prior.moments)
    let covariance = try covariance(of: centers, means: moments.means)
    let axes = try LinearAlgebra.eigensystem(symmetric: covariance)
    let order = moments.order
    let moved = try moveDimensions(model, moments)
    let dimensions = (0..<centers.columns).map { index in
      DimensionFindings(
        number: index + 1, mean: moments.means[index], variance: moments.variances[index],
        isActive: moments.variances[index] > options.activeThreshold, up: moved.up[index] ?? [],
        down: moved.down[index] ?? [])
    }
    let spread = axes.values.map { max(0, $0) }
    let total = spread.reduce(0, +)
    let squares = spread.reduce(0) { $0 + $1 * $1 }
    let singular = spread.map { $0.squareRoot() }
    let codes = CodeFindings(
      dimensions: dimensions, activeUnits: dimensions.count(where: \.isActive),
      rank: Self.rank(singular, rows: centers.rows), singularValues: singular,
      effectiveRank: squares > 0 ? total * total / squares : 0,
      totalCorrelation: try TotalCorrelation.gaussian(covariance: covariance),
      region: region(drawn, prior), discrepancy: try discrepancy(drawn, prior))
    let plots = LatentPlots(
      spreads: spreads(centers, variances), densities: densities(drawn, prior, order: order),
      map: map(centers, moments, axes, order: order), heat: moved.heat)
    return Common(
      codes: codes, reconstruction: try reconstruction(model, centers),
      priorDraws: try priorDraws(model, centers, prior), plots: plots)
  }

  /// The singular values above the rounding of single precision, by the rule of NumPy's `matrix_rank`.
  static func rank(_ singular: [Double], rows: Int) -> Int {
    let tolerance = (singular.first ?? 0) * Double(max(rows, singular.count)) * Double(Float.ulpOfOne)
    return singular.count { $0 > tolerance }
  }

  // MARK: Samples

  /// What a stream of ``RandomPurpose/inspection`` is for.
  enum Draw: Int {
    case users, posterior, bounds, prior, priorPoints, permutation, sample, components
  }

  func stream(_ draw: Draw, _ index: Int = 0) -> RandomSource { seed.stream(.inspection, draw.rawValue, index) }

  /// At most `limit` of `count` places, ascending, the same for every model.
  func sample(_ limit: Int, of count: Int) -> [Int] {
    if count <= limit { return Array(0..<count) }
    var random = stream(.sample)
    return random.permutation(count).prefix(limit).sorted()
  }
}
