/// A tag that identifies one of several streams of a purpose.
///
/// The numbers determine every draw and thus every result: a new tag gets a new number, and existing numbers never
/// change. Within a purpose, the compiler rejects a duplicate number.
public protocol StreamTag: RawRepresentable<Int>, CaseIterable, Sendable {
  /// The purpose.
  static var purpose: RandomPurpose { get }
}

extension Seed {
  /// The stream of a tag and, if there are several, of one of them (user, replicate …).
  public func stream(for tag: some StreamTag) -> RandomSource { stream(type(of: tag).purpose, tag.rawValue) }

  /// The stream of a tag for one of many.
  public func stream(for tag: some StreamTag, _ index: Int) -> RandomSource {
    stream(type(of: tag).purpose, tag.rawValue, index)
  }

  /// The seed of a tag, whose streams are apart from those of this seed.
  package func derived(for tag: some StreamTag) -> Seed { Self.drawn(from: stream(for: tag)) }

  /// The seed of a tag for one of many.
  package func derived(for tag: some StreamTag, _ index: Int) -> Seed { Self.drawn(from: stream(for: tag, index)) }

  private static func drawn(from stream: consuming RandomSource) -> Seed {
    var random = stream
    let (high, low) = (UInt64(random.bits()), UInt64(random.bits()))
    return Seed(high << 32 | low)
  }
}

/// Draws of a split besides the order of users or cells.
public enum SplitDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .split }
  /// A user's items for the test, one stream per user.
  case itemsOfUser = 1
  /// The halves of users that two models are fitted to.
  case halves = 2
}

/// Draws of the simulation of a population.
public enum SimulationDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .simulation }
  case catalogue = 0
  /// One stream per user.
  case user = 1
}

/// Draws of the audit of synthetic users.
public enum AuditDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .resampling }
  /// The halves of the training users, if there is no holdout.
  case halves = 1
  case reference = 2
  case peers = 3
  case synthetic = 4
  /// Resampled users for the errors of count measures, one stream per replicate.
  case referenceCounts = 10
  case peerCounts = 11
  case syntheticCounts = 12
  /// Shuffled labels of the discrepancy test, one stream per permutation.
  case permutedLabels = 20
  case testQuarters = 30
  case closestRecordGroups = 40
  case closestRecordHoldout = 41
  case privacyTraining = 50
  case privacySynthetic = 51
  case privacyHoldout = 52
  case privacyHalves = 53
  /// The real users of each reference model of the likelihood attacker, one stream per model.
  case likelihoodReference = 54
  /// Whom each pair of shadow generators is trained on, one stream per pair.
  case shadowHalves = 55
  /// The training of each shadow generator and its draws, one seed per shadow.
  case shadowTraining = 56
  case mapLandmarks = 60
  case mapFirst = 61
  case mapSecond = 62
  case mapThird = 63
  case utilityTest = 70
  case utilityReal = 71
  case utilitySynthetic = 72
  case utilityRealAsMany = 73
  case utilityValidation = 74
  case pairsReference = 80
  case pairsSynthetic = 81
  case pairsPeers = 82
  /// Which canaries take part.
  case canaryCoins = 90
  /// The secret seed of the training with canaries: batches and noise.
  case canarySecret = 91
  /// The random numbers that an attacker imagines for canaries who are not in an update.
  case canaryDraws = 92
  /// The seed of the synthetic users by whom temperature and lengths are chosen, apart from those written later.
  case choiceUsers = 93
}

/// Draws of sampling for all synthetic users together; the numbers are negative, because the users' own streams have
/// their numbers.
public enum PopulationDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .sampling }
  /// The real users that serve as landmarks of a neighbourhood.
  case neighbours = -1
  /// One point for each of them.
  case places = -2
}

/// Draws of bounds besides each user's latent noise; the numbers are negative, because the streams of that noise are
/// the users' numbers.
public enum BoundDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .bound }
  /// Draws for the divergence from a prior without a closed form, one stream per posterior.
  case divergence = -1
}

/// Draws of a search for settings.
public enum SearchDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .search }
  /// The settings of a trial, one stream per trial.
  case trial = 1
  /// The trials of each tree in the forest for the importance of settings, one stream per tree.
  case tree = 2
  /// The settings of the first, evenly spread trials, one stream per setting.
  case startUp = 3
}
