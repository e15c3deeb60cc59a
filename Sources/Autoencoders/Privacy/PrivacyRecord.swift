public import Compute
import Foundation
import InteractionData
import Presentation

/// The requested guarantee of a private training.
///
/// For any two data sets that differ by one user, and every set S of outcomes, `P(S) ≤ e^ε P'(S) + δ`, where P and P'
/// are the probabilities with either data set.
public struct PrivacyRequest: Codable, Sendable, Equatable {
  /// ε of everything together.
  public var epsilon: Double
  /// δ of everything together.
  public var delta: Double
  /// C, the largest norm of a user's gradient.
  public var clip = 1.0
  /// The seed of batches and noise, to repeat a training; `nil` for the system's random source.
  ///
  /// Anyone who knows it can remove the noise, so it is written only to checkpoints. The seed of the run, which is not
  /// secret, determines all other random numbers.
  public var noiseSeed: UInt64?

  /// The part of ε that goes into the lengths of profiles.
  static var lengthsShare: Double { 0.1 }
  /// The largest accepted ε; beyond it, the guarantee is meaningless.
  public static var largestEpsilon: Double { 1000 }

  /// Creates a request.
  public init(epsilon: Double, delta: Double, clip: Double = 1, noiseSeed: UInt64? = nil) {
    (self.epsilon, self.delta, self.clip, self.noiseSeed) = (epsilon, delta, clip, noiseSeed)
  }

  /// A secret random seed, or the given one.
  public var secret: Seed { Seed(noiseSeed ?? UInt64.random(in: .min ... .max)) }

  /// Checks that the numbers are in their ranges.
  ///
  /// - Throws: ``ImpossibleGuarantee``.
  public func check() throws(ImpossibleGuarantee) {
    guard epsilon > 0, epsilon <= Self.largestEpsilon else { throw .epsilon(epsilon) }
    guard delta > 0, delta < 1 else { throw .delta(delta) }
    guard clip > 0, clip.isFinite else { throw .clip(clip) }
  }

  /// A warning if δ is so large that the guarantee protects nobody: at 1 / users, a training that publishes everything
  /// about one user at random keeps it, too.
  ///
  /// - Parameter users: the number of training users.
  public func remark(users: Int) -> String? {
    Self.remark(delta: delta, users: users)
  }

  fileprivate static func remark(delta: Double, users: Int) -> String? {
    if delta * Double(users) < 1 { return nil }
    return "δ = \(Number.exact(delta)) protects nobody: with \(counted(users, "user")) it is not below 1 / users, so "
      + "that the guarantee allows everything about a user to be published; choose a δ well below "
      + "\(Number.text(1 / Double(max(1, users))))"
  }

  /// An upper limit of the users in an update, exceeded with a probability of less than 10⁻²⁰.
  ///
  /// - Parameters:
  ///   - expected: the mean, which is the batch size.
  ///   - users: the number of users.
  public static func mostUsers(expected: Int, of users: Int) -> Int {
    min(users, expected + Int((10 * Double(expected).squareRoot()).rounded(.up)) + 30)
  }

  /// Divides the budget among the releases of a training.
  ///
  /// - Parameters:
  ///   - users: the number of training users, which is treated as public.
  ///   - options: the epochs and the batch size, the expected number of users in an update.
  /// - Throws: ``ImpossibleGuarantee``.
  public func plan(users: Int, options: TrainingOptions) throws(ImpossibleGuarantee) -> PrivacyRecord {
    try check()
    let batch = options.batchSize(users: users)
    let updates = (users + batch - 1) / batch
    let rate = Double(batch) / Double(users)
    let steps = max(1, options.epochs) * updates
    let (lengths, gradients) = (Self.lengthsShare * epsilon, (1 - Self.lengthsShare) * epsilon)
    guard
      let multiplier = RenyiAccountant.noiseMultiplier(
        for: gradients, delta: delta, samplingRate: rate, releases: steps)
    else { throw .outOfReach(epsilon: epsilon, delta: delta) }
    let spent = RenyiAccountant.epsilon(
      of: SampledGaussian(samplingRate: rate, noiseMultiplier: multiplier), releases: steps, delta: delta)
    return PrivacyRecord(
      epsilon: epsilon, delta: delta, samplingRate: rate, noiseMultiplier: multiplier, steps: steps, clip: clip,
      ledger: [
        PrivateRelease(
          what: "gradients", mechanism: "Gaussian, sampled users", times: steps, epsilon: spent, delta: delta),
        PrivateRelease(
          what: PrivateRelease.lengths, mechanism: "two-sided geometric", times: 1, epsilon: lengths, delta: 0),
      ])
  }
}

/// The guarantee of a private training: its parameters, and every release of information about users.
///
/// It is kept with the model as `privacy`.
public struct PrivacyRecord: Codable, Sendable, Equatable {
  /// ε of everything in ``ledger`` together, at most.
  public let epsilon: Double
  /// δ of everything together.
  public let delta: Double
  /// The probability that a user takes part in an update.
  public let samplingRate: Double
  /// σ of the noise in units of ``clip``.
  public let noiseMultiplier: Double
  /// The number of updates.
  public let steps: Int
  /// The largest norm of a user's gradient.
  public let clip: Double
  /// Every release; their ε add up.
  public let ledger: [PrivateRelease]

  /// The same as ``PrivacyRequest/remark(users:)``.
  public func remark(users: Int) -> String? { PrivacyRequest.remark(delta: delta, users: users) }
}

/// A release of information about users by a private training.
public struct PrivateRelease: Codable, Sendable, Equatable {
  /// The name of the release of profile lengths.
  public static let lengths = "profile lengths"

  /// The released information.
  public let what: String
  /// The mechanism that protects users.
  public let mechanism: String
  /// The number of times.
  public let times: Int
  /// The total ε of all times.
  public let epsilon: Double
  /// The total δ of all times.
  public let delta: Double
}

/// A guarantee that cannot be given.
public enum ImpossibleGuarantee: Error, Equatable, CustomStringConvertible {
  /// ε is out of range.
  case epsilon(Double)
  /// δ is out of range.
  case delta(Double)
  /// C is not a positive number.
  case clip(Double)
  /// No noise is enough.
  case outOfReach(epsilon: Double, delta: Double)
  /// The model cannot be trained in this way.
  case model(String, CannotBePrivate)
  /// Products in another format than single precision.
  case precision

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .epsilon(let value):
      "an ε of \(Number.plain(value)) is out of range; accepted: a number above 0, up to "
        + "\(Int(PrivacyRequest.largestEpsilon))"
    case .delta(let value):
      "a δ of \(Number.plain(value)) is out of range; accepted: a number between 0 and 1, well below 1 / users"
    case .clip(let value):
      "a gradient norm limit of \(Number.plain(value)) is out of range; accepted: a number above 0"
    case .outOfReach(let epsilon, let delta):
      "no noise gives an ε of \(Number.plain(epsilon)) at a δ of \(Number.plain(delta))"
    case .model(let name, let reason): "\(name) cannot be trained privately: it \(reason)"
    case .precision: "private training computes in single precision; accepted: f32"
    }
  }
}
