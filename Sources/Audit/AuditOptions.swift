/// How much an audit looks at.
public struct AuditOptions: Sendable, Equatable {
  /// The largest number of users of each kind whose distances are computed; more are sampled, and a note says so.
  public var maximumUsers = 10_000
  /// The largest number of users of each kind in MMD and the classifier, which look at all pairs at once.
  public var pairUsers = 2_000
  /// k of the nearest neighbours.
  public var neighbours = 5
  /// How many of the most popular items the pair measures look at.
  public var topItems = 50
  /// Relabellings behind the p-value of MMD.
  public var permutations = 199
  /// Resamplings behind the errors of popularity, length and pairs.
  public var resamples = 100
  /// How models are trained; `nil` leaves utility out.
  public var utility: UtilityOptions? = UtilityOptions()
  /// The reference models of an earlier audit of the same real users (``AuditPrivacy/references``); taken where everything
  /// agrees, without a change to the result.
  public var references: LikelihoodReferences?

  /// Creates the defaults.
  public init() {}
}

/// How much training the utility measures may cost.
public struct UtilityOptions: Sendable, Equatable {
  /// The largest number of passes over the training users.
  public var epochs = 60
  /// The largest number of users trained on, of each kind.
  public var users = 5_000
  /// The largest number of real users tested on.
  public var testUsers = 2_000
  /// Whether only popularity and mult-vae are trained, on real and on synthetic users: no other models to rank, and no
  /// training on both kinds together.
  public var tstrOnly = false
  /// What an earlier audit of the same real users found out by training on them; taken where everything agrees.
  public var known: RealScores?

  /// Creates the defaults.
  public init() {}
}

extension AuditOptions {
  /// Takes over what does not depend on the synthetic users from an audit, for others against the same real users.
  mutating func know(_ found: AuditResult) {
    if utility?.known == nil, let scores = found.utility?.realScores { utility?.known = scores }
    if references == nil { references = found.privacy.references }
  }
}
