/// What one of the streams of a purpose is for, where a purpose has several.
///
/// The numbers go into every draw and so into every result: a new tag takes a new number, and none is ever changed. Within
/// a purpose the compiler refuses a number that is taken.
public protocol StreamTag: RawRepresentable<Int>, CaseIterable, Sendable {
  /// The purpose.
  static var purpose: RandomPurpose { get }
}

extension Seed {
  /// The stream of a tag and, where there are many, of one of them (user, replicate …).
  public func stream(for tag: some StreamTag) -> RandomSource { stream(type(of: tag).purpose, tag.rawValue) }

  /// The stream of a tag for one of many.
  public func stream(for tag: some StreamTag, _ index: Int) -> RandomSource {
    stream(type(of: tag).purpose, tag.rawValue, index)
  }
}

/// What a split draws besides the order of users or cells.
public enum SplitDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .split }
  /// A user's items for the test, one stream a user.
  case itemsOfUser = 1
  /// The halves of users that two models are fitted to.
  case halves = 2
}

/// What the simulation of a population draws.
public enum SimulationDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .simulation }
  case catalogue = 0
  /// One stream a user.
  case user = 1
}

/// What the audit of synthetic users draws.
public enum AuditDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .resampling }
  /// The halves of the training users, where there is no holdout.
  case halves = 1
  case reference = 2
  case peers = 3
  case synthetic = 4
  /// Resampled users for the errors of count measures, one stream a replicate.
  case referenceCounts = 10
  case peerCounts = 11
  case syntheticCounts = 12
  /// Shuffled labels of the discrepancy test, one stream a permutation.
  case permutedLabels = 20
  case testQuarters = 30
  case closestRecordGroups = 40
  case closestRecordHoldout = 41
  case privacyTraining = 50
  case privacySynthetic = 51
  case privacyHoldout = 52
  case privacyHalves = 53
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
}

/// What sampling draws for all synthetic users together; below zero, since their own streams begin with their numbers.
public enum PopulationDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .sampling }
  /// Which real users the neighbourhood of a place may consist of.
  case neighbours = -1
  /// One place for each of them.
  case places = -2
}

/// What bounds draw besides each user's latent noise, whose streams are the users' numbers; below zero for that reason.
public enum BoundDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .bound }
  /// Draws for the divergence from a prior without a closed form, one stream a posterior.
  case divergence = -1
}

/// What a search for settings draws.
public enum SearchDraw: Int, StreamTag {
  /// Their purpose.
  public static var purpose: RandomPurpose { .search }
  /// The settings of a trial, one stream a trial.
  case trial = 1
  /// Which trials a tree of the forest behind the settings' importance sees, one stream a tree.
  case tree = 2
  /// The settings of the trials before there is anything to learn from, one stream a setting.
  case startUp = 3
}
