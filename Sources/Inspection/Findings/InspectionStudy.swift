public import InteractionData

/// Several models inspected on the same users.
public struct InspectionStudy: Sendable {
  /// The data.
  public let dataset: DataSummary
  /// How many users were encoded.
  public let users: Int
  /// The options used.
  public let options: InspectionOptions
  /// One entry for each model, in the order given.
  public let models: [InspectedModel]
  /// Every pair of models of the same name.
  public let agreements: [LatentAgreement]
  /// For each name with three runs or more, the pairs together.
  public let stabilities: [RunStability]
  /// How well the codes predict the true tastes, where these are given.
  public let recovery: RecoveryFindings?
  /// Notes with counts.
  public let notes: [String]
}

/// The agreement of the latent spaces of two runs on the same users.
public struct LatentAgreement: Sendable, Equatable {
  /// The label of one model.
  public let a: String
  /// The label of the other.
  public let b: String
  /// The name of their type.
  public let model: String
  /// The residual variance after the best rotation, reflection and scaling: 0 for equal spaces, 1 for unrelated ones.
  ///
  /// Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 1966.
  public let procrustes: Double
  /// The residual variance without rotation: whether the same coordinates have the same meaning.
  public let unaligned: Double
  /// Linear centred kernel alignment: 1 for equal spaces, near 0 for unrelated.
  ///
  /// Source: Kornblith et al., "Similarity of neural network representations revisited", ICML 2019, equation 4.
  public let cka: Double
  /// The larger root-mean-square spread divided by the smaller.
  public let scaleRatio: Double
}

/// All pairs of several runs of one model, with jackknife intervals over the runs.
public struct RunStability: Sendable, Equatable {
  /// The name of the type.
  public let model: String
  /// How many runs.
  public let runs: Int
  /// The mean of ``LatentAgreement/procrustes``.
  public let procrustes: Interval
  /// The mean of ``LatentAgreement/unaligned``.
  public let unaligned: Interval
  /// The mean of ``LatentAgreement/cka``.
  public let cka: Interval
  /// The mean of ``LatentAgreement/scaleRatio``.
  public let scaleRatio: Interval
}

/// A mean over pairs of runs with its 95 % interval.
public struct Interval: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// The lower end.
  public let low: Double
  /// The upper end.
  public let high: Double
}

/// How well codes predict the true tastes (T tastes).
public struct RecoveryFindings: Sendable, Equatable {
  /// The names of the tastes; shape: T.
  public let tastes: [String]
  /// How many users have both a code and a truth.
  public let users: Int
  /// One row for each model, then principal components of the profiles, then the truth itself.
  public let rows: [RecoveryRow]
}

/// How well one representation recovers the truth.
public struct RecoveryRow: Sendable, Equatable {
  /// The representation: a model's label, `PCA` or `truth`.
  public let name: String
  /// Its number of dimensions.
  public let dimensions: Int
  /// R² of a linear probe on users it was not fitted to, the mean over the tastes.
  public let probe: Double
  /// The same for each taste; shape: T.
  public let probeByTaste: [Double]
  /// The mutual information gap.
  ///
  /// Source: Chen et al., "Isolating sources of disentanglement in VAEs", NeurIPS 2018, equation 6.
  public let informationGap: Double
  /// DCI disentanglement: whether a dimension is about one taste.
  ///
  /// Source: Eastwood & Williams, "A framework for the quantitative evaluation of disentangled representations", ICLR 2018.
  public let disentanglement: Double
  /// DCI completeness: whether a taste is in one dimension.
  public let completeness: Double
}

/// Documents have the members under these names.
extension LatentAgreement: Encodable {}
extension RunStability: Encodable {}
extension RecoveryFindings: Encodable {}
extension RecoveryRow: Encodable {
  private enum CodingKeys: String, CodingKey {
    case probe = "probeR2"
    case probeByTaste = "probeR2ByTaste"
    case name, dimensions, informationGap, disentanglement, completeness
  }
}
extension Interval: Encodable {
  private enum CodingKeys: String, CodingKey { case value, interval }

  /// The value, and the ends as a list of two.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encode([low, high], forKey: .interval)
  }
}
