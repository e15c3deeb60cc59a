public import FileFormats

/// What `config.json` says of a model besides its settings: the run it comes from and whom it was fitted to.
///
/// What an older version did not write is `nil`; members that no version knows are kept as they are.
public struct ModelRecord: Sendable, Equatable {
  /// Data, split, seed, engine, precision, version.
  public var facts: RunFacts?
  /// How the training went.
  public var training: TrainingRecord?
  /// The number of users by how many items they have; `nil` for ratings.
  public var profileLengths: [Int: Int]?
  /// Where the users are in the latent space, for models with distributions.
  public var aggregatePosterior: PosteriorSummary?
  /// What the model gives away of any one user; `nil` where that is not limited.
  public var privacy: PrivacyRecord?
  /// Members of other programs.
  public var others: [String: JSONValue] = [:]

  /// A record of nothing.
  public init(facts: RunFacts? = nil) { self.facts = facts }
}

extension ModelRecord: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case training, profileLengths, aggregatePosterior, privacy
  }

  /// Reads the members that are there.
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
    // The last ones say which model it is.
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

/// How a training went, as `config.json` keeps it.
public struct TrainingRecord: Codable, Sendable, Equatable {
  /// The epochs of the fit that chose among them.
  public var epochs: Int
  /// The epoch chosen; 0 without epochs.
  public var bestEpoch: Int
  /// Whether the model was then fitted again on everything.
  public var refitted: Bool
  /// How many users the weights were fitted to.
  public var users: Int?
  /// What the model was trained for.
  public var objective: TrainingObjective?
  /// What chose the epoch, such as `ndcg@100`.
  public var selection: String?
  /// Its value at the best epoch; `nil` where nothing was validated.
  public var validation: Double?

  /// The record of a fit.
  public init(_ fit: Fit<some Sendable>, users: Int, objective: TrainingObjective, selection: String) {
    (epochs, bestEpoch, refitted) = (fit.history.count, fit.bestEpoch, fit.isRefitted)
    if fit.guarantee != nil { epochs = fit.bestEpoch }
    (self.users, self.objective, self.selection) = (users, objective, selection)
    validation = fit.validation
  }

  /// Writes `null` where nothing was validated.
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

/// The moments of an ``AggregatePosterior`` in a few numbers, as `config.json` and `sample --json` have them.
///
/// Divergences are from the prior, in nats; what is not finite is `null` in JSON, and `nil` when it is read.
public struct PosteriorSummary: Codable, Sendable, Equatable {
  /// Over how many users.
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
  /// The divergence of a Gaussian with the mean and the full covariance.
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
}
