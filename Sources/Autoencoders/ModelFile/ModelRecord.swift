public import FileFormats

/// The record of a model in `config.json`, besides its settings: its run and its training users.
///
/// Members that an older version did not write are `nil`; unknown members are kept unchanged.
public struct ModelRecord: Sendable, Equatable {
  /// Data, split, seed, engine, precision, version.
  public var facts: RunFacts?
  /// The training.
  public var training: TrainingRecord?
  /// The number of users by number of items; `nil` for ratings.
  public var profileLengths: [Int: Int]?
  /// The aggregate posterior of the users, for models with distributions.
  public var aggregatePosterior: PosteriorSummary?
  /// The privacy guarantee; `nil` for none.
  public var privacy: PrivacyRecord?
  /// Members of other programs.
  public var others: [String: JSONValue] = [:]

  /// Creates an empty record.
  public init(facts: RunFacts? = nil) { self.facts = facts }
}

extension ModelRecord: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case training, profileLengths, aggregatePosterior, privacy
  }

  /// Reads the existing members.
  public init(from decoder: any Decoder) throws {
    others = try [String: JSONValue](from: decoder)
    if others["version"] != nil {
      facts = try RunFacts(from: decoder)
      for key in RunFacts.CodingKeys.allCases { others[key.rawValue] = nil }
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    training = try container.decodeIfPresent(TrainingRecord.self, forKey: .training)
    profileLengths = try container.decodeIfPresent([Int: Int].self, forKey: .profileLengths)
    aggregatePosterior = try container.decodeIfPresent(PosteriorSummary.self, forKey: .aggregatePosterior)
    privacy = try container.decodeIfPresent(PrivacyRecord.self, forKey: .privacy)
    // The last ones identify the model.
    for key in CodingKeys.allCases.map(\.rawValue) + ["format", "model", "hyperparameters", "items", "users"] {
      others[key] = nil
    }
  }

  /// Writes all of it at one level.
  public func encode(to encoder: any Encoder) throws {
    try others.encode(to: encoder)
    try facts?.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(training, forKey: .training)
    try container.encodeIfPresent(profileLengths, forKey: .profileLengths)
    try container.encodeIfPresent(aggregatePosterior, forKey: .aggregatePosterior)
    try container.encodeIfPresent(privacy, forKey: .privacy)
  }
}

/// The record of a training in `config.json`.
public struct TrainingRecord: Codable, Sendable, Equatable {
  /// The epochs of the fit that chose among them.
  public var epochs: Int
  /// The epoch chosen; 0 without epochs.
  public var bestEpoch: Int
  /// Whether the model was then fitted again on all data.
  public var refitted: Bool
  /// The number of users that the weights were fitted to.
  public var users: Int?
  /// The objective.
  public var objective: TrainingObjective?
  /// The measure that chose the epoch, such as `ndcg@100`.
  public var selection: String?
  /// Its value at the best epoch; `nil` without validation.
  public var validation: Double?

  /// The record of a fit.
  public init(_ fit: Fit<some Sendable>, users: Int, objective: TrainingObjective, selection: String) {
    (epochs, bestEpoch, refitted) = (fit.history.count, fit.bestEpoch, fit.isRefitted)
    if fit.guarantee != nil { epochs = fit.bestEpoch }
    (self.users, self.objective, self.selection) = (users, objective, selection)
    validation = fit.validation
  }

  /// Writes `null` without validation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epochs, forKey: .epochs)
    try container.encode(bestEpoch, forKey: .bestEpoch)
    try container.encode(refitted, forKey: .refitted)
    try container.encodeIfPresent(users, forKey: .users)
    try container.encodeIfPresent(objective, forKey: .objective)
    try container.encodeIfPresent(selection, forKey: .selection)
    try container.encode(validation, forKey: .validation)
  }
}

/// A summary of the moments of an ``AggregatePosterior``, for `config.json` and `sample --json`.
///
/// Divergences are from the prior, in nats; a value that is not finite is `null` in JSON, and read as `nil`.
public struct PosteriorSummary: Codable, Sendable, Equatable {
  /// The number of users.
  public var users: Int
  /// L.
  public var dimensions: Int
  /// The number of dimensions whose posterior means vary.
  public var activeUnits: Int
  /// The sum over dimensions, each by itself.
  public var divergence: Double?
  /// The largest of one dimension.
  public var largestDivergence: Double?
  /// The mean over dimensions of the squared mean.
  public var meanSquaredMean: Double?
  /// The mean over dimensions of the variance.
  public var meanVariance: Double?
  /// The divergence of a Gaussian with the mean and the full covariance; `nil` also with more than
  /// ``AggregatePosterior/mostCorrelatedDimensions``.
  public var jointDivergence: Double?

  /// Summarises moments.
  public init(_ posterior: AggregatePosterior, jointDivergence: Double?) {
    let count = Double(max(1, posterior.mean.count))
    (users, dimensions, activeUnits) = (posterior.users, posterior.mean.count, posterior.activeUnits)
    (divergence, largestDivergence) = (posterior.divergence, posterior.divergences.max() ?? 0)
    meanSquaredMean = posterior.mean.reduce(0) { $0 + $1 * $1 } / count
    meanVariance = posterior.variance.reduce(0, +) / count
    self.jointDivergence = jointDivergence
  }

  /// Why there is no ``jointDivergence``, if the latent space is too wide for it.
  public var remark: String? {
    let most = AggregatePosterior.mostCorrelatedDimensions
    if dimensions <= most { return nil }
    return "the divergence from the prior by mean and full covariance is not computed: \(dimensions) latent dimensions "
      + "are more than \(most)"
  }
}
