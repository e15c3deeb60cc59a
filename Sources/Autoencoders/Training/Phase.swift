/// A stretch of a training: what learns in it, for how long, and from what.
///
/// The phases of a design follow one another and then begin again, until all epochs are run. Source of the idea here: the
/// alternating updates of RecVAE (Shenbin et al., WSDM 2020, section 3.4): three epochs of the encoder with a corrupted input,
/// one of the decoder with a clean one.
public struct Phase: Codable, Sendable, Equatable {
  /// What learns; the rest stands still, its moments too.
  public var learns: Set<ParameterGroup>
  /// How many epochs it takes before the next phase begins.
  public var epochs: Int
  /// Whether the input is corrupted as the design says.
  public var corrupts: Bool
  /// Whether the encoder as it is when the phase begins is kept: ``LatentTrace/reference`` has its outputs on the clean input
  /// until the next such phase.
  public var keepsEncoder: Bool

  /// Describes a phase; one over everything unless told otherwise.
  ///
  /// - Precondition: `epochs` is positive.
  public init(
    learns: Set<ParameterGroup> = Set(ParameterGroup.allCases), epochs: Int = 1, corrupts: Bool = true,
    keepsEncoder: Bool = false
  ) {
    precondition(epochs > 0, "a phase of \(epochs) epochs")
    self.learns = learns
    self.epochs = epochs
    self.corrupts = corrupts
    self.keepsEncoder = keepsEncoder
  }
}

extension Array where Element == Phase {
  /// The phase of an epoch, counted from 1, and whether the phase begins with it.
  func phase(ofEpoch epoch: Int) -> (phase: Phase, begins: Bool) {
    var left = (epoch - 1) % reduce(0) { $0 + $1.epochs }
    for phase in self {
      if left < phase.epochs { return (phase, left == 0) }
      left -= phase.epochs
    }
    preconditionFailure("a training without phases")
  }

  /// How often each group has learned before a batch of an epoch, both counted as ``TrainingPosition`` does.
  func updates(beforeEpoch epoch: Int, batch: Int, batches: Int) -> [ParameterGroup: Int] {
    var counts: [ParameterGroup: Int] = [:]
    for earlier in 1...epoch {
      let made = earlier == epoch ? batch : batches
      for group in phase(ofEpoch: earlier).phase.learns { counts[group, default: 0] += made }
    }
    return counts
  }
}
