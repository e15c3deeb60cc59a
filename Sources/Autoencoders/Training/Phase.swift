/// A phase of training: the parameters that learn, the duration, and the input.
///
/// The phases of a design repeat in order until all epochs are run. Source: the alternating updates of RecVAE (Shenbin
/// et al., WSDM 2020, section 3.4): three epochs of the encoder with a corrupted input, one of the decoder with a clean
/// one.
public struct Phase: Codable, Sendable, Equatable {
  /// The groups that learn; all other parameters and their moments are fixed.
  public var learns: Set<ParameterGroup>
  /// The number of epochs before the next phase begins.
  public var epochs: Int
  /// Whether the input is corrupted as in the design.
  public var corrupts: Bool
  /// Whether the encoder is kept at the beginning of the phase: ``LatentTrace/reference`` has its outputs for the clean
  /// input until the next such phase.
  public var keepsEncoder: Bool

  /// Describes a phase; by default over all parameters.
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

  /// The number of updates of each group before a batch of an epoch, both counted as in ``TrainingPosition``.
  func updates(beforeEpoch epoch: Int, batch: Int, batches: Int) -> [ParameterGroup: Int] {
    var counts: [ParameterGroup: Int] = [:]
    for earlier in 1...epoch {
      let made = earlier == epoch ? batch : batches
      for group in phase(ofEpoch: earlier).phase.learns { counts[group, default: 0] += made }
    }
    return counts
  }
}
