public import Autoencoders
public import FileFormats
import InteractionData
import Presentation

/// What was drawn by a ``SamplingPlan``, as `sample --json` has it.
public struct SamplingResult: Codable, Sendable, Equatable {
  /// The name of the model.
  public let model: String
  /// The name of the source.
  public let from: String
  /// The user that draws are near, as given.
  public let like: String?
  /// How widely.
  public let spread: Double?
  /// The ridge that the covariance of a fitted Gaussian needed; 0 for none.
  public let ridge: Double?
  /// Where the training users lie in the latent space of a model with distributions, as far as it is known.
  public let aggregatePosterior: PosteriorSummary?
  /// The items on the way between two users.
  public let interpolation: InterpolationReport?
  /// Where lengths come from.
  public let lengths: Lengths
  /// How items were drawn.
  public let law: ItemLaw
  /// T.
  public let temperature: Double
  /// How many users were drawn.
  public let users: Int
  /// The number of the first.
  public let firstUser: Int
  /// How many (user, item) pairs there are.
  public let interactions: Int
  /// How many different items occur.
  public let items: Int
  /// How many users have nothing.
  public let usersWithoutItems: Int
  /// How many items a user has.
  public let profileLength: ProfileLength
  /// How long it took, without reading.
  public let seconds: Double
  /// Users a second; `nil` where the clock did not move.
  @OrNull public private(set) var usersPerSecond: Double?

  /// Where lengths come from.
  public struct Lengths: Codable, Sendable, Equatable {
    /// The law, never ``SamplingPlan/Lengths/auto``.
    public var law: SamplingPlan.Lengths
    /// How much of the variance of log-lengths the place predicts, where that was found out.
    public var explainedVariance: Double?
    /// The shortest length of a negative binomial.
    public var least: Int?
    /// The mean of what exceeds it.
    public var excessMean: Double?
    /// Its shape; for a Poisson distribution there is none, which is `null` in JSON.
    public var excessShape: Double??
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
    lengths = findings.lengths
    (law, temperature, firstUser) = (plan.law, plan.temperature.value, plan.firstUser)
    (users, interactions, items) = (tally.users, tally.interactions, tally.distinctItems)
    usersWithoutItems = tally.emptyUsers
    profileLength = ProfileLength(mean: tally.meanLength, least: tally.shortest, most: tally.longest)
    self.seconds = seconds
    usersPerSecond = seconds > 0 ? Double(tally.users) / seconds : nil
  }
}

/// What is found out before anything is drawn.
struct SamplingFindings {
  var like: String?
  var spread: Double?
  var ridge: Double?
  var aggregatePosterior: PosteriorSummary?
  var interpolation: InterpolationReport?
  var lengths = SamplingResult.Lengths(law: .auto)
}

extension SamplingResult {
  /// What there is to say of the users: the way between two users if they are on one, then how many there are.
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
    return text
      + "\(counted(users, "user")), \(counted(interactions, "interaction")), \(items) of \(counted(known, "item")); "
      + "from: \(from), lengths: \(lengths.law.rawValue), \(Number.decimal(seconds, 1)) s\n"
  }

  /// What a reader should know about the source.
  public func remarks(isVariational: Bool) -> [String] {
    if from == "fitted" && !isVariational {
      return ["\(model) has no latent distribution; the Gaussian was fitted to its codes after training"]
    }
    guard from == "prior", let divergence = aggregatePosterior?.jointDivergence else {
      return []
    }
    return [
      "the aggregate posterior has a KL divergence of \(Number.decimal(divergence, 2)) nats from this prior, by mean and "
        + "covariance; the larger it is, the less draws from the prior resemble users"
    ]
  }
}
