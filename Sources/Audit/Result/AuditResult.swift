public import Autoencoders

/// The fidelity measures of an audit.
public struct AuditFidelity: Sendable, Equatable {
  /// In the order of ``AuditMeasureKind``.
  public var measures: [AuditMeasure] = []
}

/// The utility measures of an audit.
public struct AuditUtility: Sendable, Equatable {
  /// In the order of ``AuditMeasureKind``.
  public var measures: [AuditMeasure] = []
  /// ndcg@100 on held-out real users by model and by what the model was trained on.
  public var scores: [Score] = []
  /// For ``UtilityOptions/known`` of another audit of the same real users.
  public var realScores: RealScores?

  /// One model's value on held-out real users.
  public struct Score: Sendable, Equatable, Encodable {
    /// Its name.
    public let model: String
    /// What it was trained on.
    public let trainedOn: Source
    /// Mean over the test users.
    public let value: Double
    /// The standard error of the mean.
    public let standardError: Double

    private enum CodingKeys: String, CodingKey {
      case value = "ndcg@100"
      case model, trainedOn, standardError
    }
  }

  /// What a model was trained on.
  public enum Source: String, Sendable, CaseIterable, Codable { case real, synthetic, both }
}

/// The privacy measures of an audit.
public struct AuditPrivacy: Sendable, Equatable {
  /// In the order of ``AuditMeasureKind``.
  public var measures: [AuditMeasure] = []
  /// Exact copies by profile length.
  public var copies: [CopyRow] = []
  /// Why nothing that needs unseen users could be judged with this holdout, as a clause; `nil` where it could, and
  /// without a holdout.
  public var obstacle: String?
  /// Whether the holdout is told from the training users without a look at the synthetic ones (`BlindAttack`).
  public var looksLikeOthers = false
  /// For ``AuditOptions/references`` of another audit of the same real users.
  public var references: LikelihoodReferences?

  /// Exact copies among users with so many items.
  public struct CopyRow: Sendable, Equatable, Codable {
    /// The shortest profile.
    public let from: Int
    /// The longest profile.
    public let to: Int
    /// How many synthetic users there are.
    public let synthetic: Int
    /// How many of them equal a training user.
    public let syntheticCopies: Int
    /// How many real users outside the training data there are (without a holdout, training users themselves).
    public let real: Int
    /// How many of these equal a training user (without a holdout: another one).
    public let realCopies: Int

    /// Creates a row.
    public init(lengths: ClosedRange<Int>, synthetic: Int, syntheticCopies: Int, real: Int, realCopies: Int) {
      (from, to) = (lengths.lowerBound, lengths.upperBound)
      (self.synthetic, self.syntheticCopies) = (synthetic, syntheticCopies)
      (self.real, self.realCopies) = (real, realCopies)
    }
  }
}

/// Sizes of the three populations.
public struct AuditPopulation: Sendable, Equatable, Codable {
  /// The file.
  public var name: String
  /// How many users.
  public var users: Int
  /// How many items occur.
  public var items: Int
  /// How many (user, item) pairs.
  public var interactions: Int
  /// How many of the items occur among training users too.
  public var sharedItems: Int
}

/// Fidelity, utility and privacy of synthetic users.
public struct AuditResult: Sendable, Equatable {
  /// The real users the generator was trained on.
  public var train: AuditPopulation
  /// Real users that the generator has not seen, if any.
  public var holdout: AuditPopulation?
  /// The synthetic users.
  public var synthetic: AuditPopulation
  /// How similar they are to real users.
  public var fidelity: AuditFidelity
  /// How well models trained on them work; `nil` when not measured.
  public var utility: AuditUtility?
  /// What they reveal about training users.
  public var privacy: AuditPrivacy
  /// The guarantee of the model that drew the synthetic users, where it is known.
  public var guarantee: PrivacyRecord?
  /// The data of the plots.
  public var plots: AuditPlots
  /// The conclusions in sentences, with their limits.
  public var conclusions: [String]
  /// Notes on sampling and on the files.
  public var notes: [String]

  /// Every measure.
  public var measures: [AuditMeasure] { fidelity.measures + (utility?.measures ?? []) + privacy.measures }

  /// The measure of a kind.
  public subscript(kind: AuditMeasureKind) -> AuditMeasure? { measures.first { $0.kind == kind } }

  /// Of the areas of membership inference the largest one: what an attacker reaches who has the choice.
  ///
  /// `nil` where none could be computed.
  public var strongestAttack: AuditMeasure? { measures.strongestAttack }
}
