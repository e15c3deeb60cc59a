/// The measures of an audit, by the key they have in JSON.
public enum AuditMeasureKind: String, Sendable, CaseIterable, Codable {
  // Fidelity
  case popularity
  case popularityRank = "popularity-rank"
  case popularityGini = "popularity-gini"
  case profileLength = "profile-length"
  case coOccurrence = "co-occurrence"
  case pairTrends = "pair-trends"
  case liftCorrelation = "lift-correlation"
  case meanDiscrepancy = "mmd"
  case twoSampleTest = "c2st-auc"
  case precision, recall, density, coverage
  // Utility
  case popularityUtility = "tstr-popularity"
  case vaeUtility = "tstr-mult-vae"
  case augmentation
  case rankingAgreement = "ranking-tau"
  // Privacy
  case exactCopies = "exact-copies"
  case holdoutCopies = "holdout-copies"
  case closestRecordShare = "dcr-share"
  case neighbourRatio = "nndr"
  case membershipAUC = "membership-auc"
  case membershipTPR = "membership-tpr"
  case densityMembershipAUC = "membership-density-auc"
  case densityMembershipTPR = "membership-density-tpr"
  case likelihoodMembershipAUC = "membership-likelihood-auc"
  case likelihoodMembershipTPR = "membership-likelihood-tpr"
  case shadowMembershipAUC = "membership-shadow-auc"
  case shadowMembershipTPR = "membership-shadow-tpr"

  /// The areas of the attackers on membership in every audit, simplest first.
  public static let attackAreas: [AuditMeasureKind] = [
    .membershipAUC, .densityMembershipAUC, .likelihoodMembershipAUC,
  ]
  /// All measures of these attackers.
  public static let attacks: [AuditMeasureKind] = [
    .membershipAUC, .membershipTPR, .densityMembershipAUC, .densityMembershipTPR, .likelihoodMembershipAUC,
    .likelihoodMembershipTPR,
  ]

  /// Whether this is the area of an attacker on membership, of those that train the generator too.
  var isAttackArea: Bool { Self.attackAreas.contains(self) || self == .shadowMembershipAUC }

  /// The three questions of an audit.
  public enum Group: String, Sendable, CaseIterable, Codable { case fidelity, utility, privacy }

  /// Which way a value is bad.
  public enum Direction: Sendable { case higherIsBetter, lowerIsBetter, equalIsBest }

  /// The question this measure belongs to.
  public var group: Group {
    switch self {
    case .popularity, .popularityRank, .popularityGini, .profileLength, .coOccurrence, .pairTrends,
      .liftCorrelation, .meanDiscrepancy, .twoSampleTest, .precision, .recall, .density, .coverage:
      .fidelity
    case .popularityUtility, .vaeUtility, .augmentation, .rankingAgreement: .utility
    case .exactCopies, .holdoutCopies, .closestRecordShare, .neighbourRatio, .membershipAUC, .membershipTPR,
      .densityMembershipAUC, .densityMembershipTPR, .likelihoodMembershipAUC, .likelihoodMembershipTPR,
      .shadowMembershipAUC, .shadowMembershipTPR:
      .privacy
    }
  }

  /// What it is called in tables.
  public var title: String {
    switch self {
    case .popularity: "item popularity, 1 − total variation"
    case .popularityRank: "item popularity, Spearman"
    case .popularityGini: "item popularity, Gini"
    case .profileLength: "profile length, 1 − KS"
    case .coOccurrence: "pairs of top items, 1 − total variation"
    case .pairTrends: "pairs of top items, contingency similarity"
    case .liftCorrelation: "pairs of top items, correlation of lift"
    case .meanDiscrepancy: "MMD² (Jaccard kernel)"
    case .twoSampleTest: "classifier two-sample test, AUC"
    case .precision: "precision"
    case .recall: "recall"
    case .density: "density"
    case .coverage: "coverage"
    case .popularityUtility: "popularity trained on synthetic, ndcg@100"
    case .vaeUtility: "mult-vae trained on synthetic, ndcg@100"
    case .augmentation: "mult-vae trained on real + synthetic, ndcg@100"
    case .rankingAgreement: "order of the models, Kendall's τ"
    case .exactCopies: "exact copies of training users"
    case .holdoutCopies: "exact copies of holdout users"
    case .closestRecordShare: "nearer to train than to holdout"
    case .neighbourRatio: "nearest-neighbour distance ratio"
    case .membershipAUC: "membership inference by distance, AUC"
    case .membershipTPR: "membership inference by distance, TPR at 1 % FPR"
    case .densityMembershipAUC: "membership inference by density ratio, AUC"
    case .densityMembershipTPR: "membership inference by density ratio, TPR at 1 % FPR"
    case .likelihoodMembershipAUC: "membership inference by likelihood ratio, AUC"
    case .likelihoodMembershipTPR: "membership inference by likelihood ratio, TPR at 1 % FPR"
    case .shadowMembershipAUC: "membership inference by shadow models, AUC"
    case .shadowMembershipTPR: "membership inference by shadow models, TPR at 1 % FPR"
    }
  }

  /// What it is called in sentences and beside plots: at most 28 characters.
  public var shortTitle: String {
    switch self {
    case .popularity: "item popularity"
    case .popularityRank: "item popularity (rank)"
    case .popularityGini: "item popularity (Gini)"
    case .profileLength: "profile length"
    case .coOccurrence: "pairs of top items"
    case .pairTrends: "pairs (contingency)"
    case .liftCorrelation: "pairs (lift)"
    case .meanDiscrepancy: "MMD²"
    case .twoSampleTest: "classifier test"
    case .precision, .recall, .density, .coverage: rawValue
    case .popularityUtility: "popularity from synthetic"
    case .vaeUtility: "mult-vae from synthetic"
    case .augmentation: "mult-vae, real + synthetic"
    case .rankingAgreement: "order of the models"
    case .exactCopies: "copies of training users"
    case .holdoutCopies: "copies of holdout users"
    case .closestRecordShare: "nearer to train"
    case .neighbourRatio: "distance ratio"
    case .membershipAUC: "membership (distance)"
    case .membershipTPR: "membership (distance), TPR"
    case .densityMembershipAUC: "membership (density)"
    case .densityMembershipTPR: "membership (density), TPR"
    case .likelihoodMembershipAUC: "membership (likelihood)"
    case .likelihoodMembershipTPR: "membership (likelihood), TPR"
    case .shadowMembershipAUC: "membership (shadows)"
    case .shadowMembershipTPR: "membership (shadows), TPR"
    }
  }

  /// Which way a value is bad.
  public var direction: Direction {
    switch self {
    case .popularity, .popularityRank, .profileLength, .coOccurrence, .pairTrends, .liftCorrelation, .precision,
      .recall, .density, .coverage, .popularityUtility, .vaeUtility, .augmentation, .rankingAgreement,
      .neighbourRatio:
      .higherIsBetter
    case .meanDiscrepancy, .twoSampleTest, .exactCopies, .holdoutCopies, .closestRecordShare, .membershipAUC,
      .membershipTPR, .densityMembershipAUC, .densityMembershipTPR, .likelihoodMembershipAUC, .likelihoodMembershipTPR,
      .shadowMembershipAUC, .shadowMembershipTPR:
      .lowerIsBetter
    case .popularityGini: .equalIsBest
    }
  }
}
