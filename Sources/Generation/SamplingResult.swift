public import Autoencoders
public import FileFormats
import InteractionData
import Presentation

/// The result of a ``SamplingPlan``, as printed by `sample --json`.
public struct SamplingResult: Codable, Sendable, Equatable {
  /// The name of the model.
  public let model: String
  /// The name of the source.
  public let from: String
  /// The user that draws are near, as given.
  public let like: String?
  /// The spread.
  public let spread: Double?
  /// The ridge that the covariance of a fitted Gaussian needed; 0 for none.
  public let ridge: Double?
  /// The aggregate posterior of the training users, for a model with distributions, if known.
  public let aggregatePosterior: PosteriorSummary?
  /// The items on the path between two users.
  public let interpolation: InterpolationReport?
  /// The source of lengths.
  public let lengths: Lengths
  /// How items were drawn.
  public let law: ItemLaw
  /// T.
  public let temperature: Double
  /// The effect of the temperature on the items' shares, if the plan keeps them.
  public let popularityCorrection: Correction?
  /// The number of users.
  public let users: Int
  /// The number of the first.
  public let firstUser: Int
  /// The number of (user, item) pairs.
  public let interactions: Int
  /// The number of different items.
  public let items: Int
  /// The number of users without items.
  public let usersWithoutItems: Int
  /// The number of items per user.
  public let profileLength: ProfileLength
  /// The time, without reading.
  public let seconds: Double
  /// Users per second; `nil` if the measured time is 0.
  @OrNull public private(set) var usersPerSecond: Double?

  /// The source of lengths.
  public struct Lengths: Codable, Sendable, Equatable {
    /// The law, never ``SamplingPlan/Lengths/auto``.
    public var law: SamplingPlan.Lengths
    /// The share of the variance of log-lengths that the latent vector predicts, if it was computed.
    public var explainedVariance: Double?
    /// The shortest length of a negative binomial.
    public var least: Int?
    /// The mean excess over it.
    public var excessMean: Double?
    /// Its shape; for a Poisson distribution there is none, which is `null` in JSON.
    public var excessShape: Double??
  }

  /// The distance of the items' expected shares from those at temperature 1.
  public struct Correction: Codable, Sendable, Equatable {
    /// The total variation without the correction, from 0 to 1.
    public let uncorrected: Double
    /// The same with it: what the fit left.
    public let corrected: Double
    /// The number of passes that the fit took.
    public let passes: Int

    init(_ correction: PopularityCorrection) {
      (uncorrected, corrected, passes) = (correction.uncorrected, correction.corrected, correction.passes)
    }
  }

  /// Statistics of the profile lengths.
  public struct ProfileLength: Codable, Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The fewest items.
    public let least: Int
    /// The most.
    public let most: Int
  }

  init(_ plan: SamplingPlan, _ findings: SamplingFindings, _ tally: ProfileTally, model: String, seconds: Double) {
    self.model = model
    from = plan.source.name
    (like, spread, ridge) = (findings.like, findings.spread, findings.ridge)
    (aggregatePosterior, interpolation) = (findings.aggregatePosterior, findings.interpolation)
    (lengths, popularityCorrection) = (findings.lengths, findings.popularityCorrection)
    (law, temperature, firstUser) = (plan.law, plan.temperature.value, plan.firstUser)
    (users, interactions, items) = (tally.users, tally.interactions, tally.distinctItems)
    usersWithoutItems = tally.emptyUsers
    profileLength = ProfileLength(mean: tally.meanLength, least: tally.shortest, most: tally.longest)
    self.seconds = seconds
    usersPerSecond = seconds > 0 ? Double(tally.users) / seconds : nil
  }
}

/// The values that are known before anything is drawn.
struct SamplingFindings {
  var like: String?
  var spread: Double?
  var ridge: Double?
  var aggregatePosterior: PosteriorSummary?
  var interpolation: InterpolationReport?
  var lengths = SamplingResult.Lengths(law: .auto)
  var popularityCorrection: SamplingResult.Correction?
}

extension SamplingResult {
  /// The text about the users: the path between two users if there is one, the correction if there is one, then their
  /// number.
  ///
  /// - Parameter items: the number of items of the model.
  public func text(items known: Int) -> String {
    var text = ""
    if let interpolation {
      text += "place\toverlap-with-a\toverlap-with-b\tkl-from-a\n"
      for step in interpolation.steps {
        text += Number.plain(step.place, decimals: 3)
        for value in [step.overlapWithFirst, step.overlapWithLast, step.divergenceFromFirst] {
          text += "\t" + Number.plain(value, decimals: 4)
        }
        text += "\n"
      }
    }
    if let correction = popularityCorrection {
      text +=
        "items' shares, distance from temperature 1 (total variation): \(Number.decimal(correction.corrected, 3)), "
        + "without the correction \(Number.decimal(correction.uncorrected, 3))\n"
    }
    return text
      + "\(counted(users, "user")), \(counted(interactions, "interaction")), \(items) of \(counted(known, "item")); "
      + "from: \(from), lengths: \(lengths.law.rawValue), \(Number.decimal(seconds, 1)) s\n"
  }

  /// Notes on the source.
  public func remarks(isVariational: Bool) -> [String] {
    if from == "fitted" && !isVariational {
      return ["\(model) has no latent distribution; the Gaussian was fitted to its codes after training"]
    }
    guard from == "prior", let divergence = aggregatePosterior?.jointDivergence else {
      return from == "prior" ? [aggregatePosterior?.remark].compactMap(\.self) : []
    }
    return [
      "the aggregate posterior has a KL divergence of \(Number.decimal(divergence, 2)) nats from this prior, by mean and "
        + "covariance; with a larger value, draws from the prior resemble users less"
    ]
  }
}
