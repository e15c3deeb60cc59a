public import Autoencoders
import Compute
import InteractionData
public import Presentation

/// What planted users found out about a training.
public struct CanaryResult: Sendable, Equatable {
  /// The name of the model.
  public let model: String
  /// The epochs of the training.
  public let epochs: Int
  /// The real users.
  public let users: Int
  /// The items without those of the canaries.
  public let items: Int
  /// The canaries.
  public let canaries: Int
  /// Those of them who took part.
  public let included: Int
  /// The synthetic users that were drawn; 0 if the model draws none.
  public let synthetic: Int
  /// The guarantee of the training as it was planned; `nil` for none.
  public let guarantee: PrivacyRecord?
  /// δ of the bounds: that of the guarantee.
  public let delta: Double
  /// The attackers, the one who knows most first.
  public let attacks: [CanaryAttack]
  /// The bounds that an attacker without a mistake would prove.
  public let largest: Bounds

  /// Lower bounds on ε.
  public struct Bounds: Sendable, Equatable {
    /// Without any assumption.
    public let epsilon: Double
    /// As in ``CanaryAttack/gaussian``.
    public let gaussian: Double
  }

  init(
    model: String, epochs: Int, users: Int, items: Int, canaries: Int, included: Int, synthetic: Int,
    guarantee: PrivacyRecord?, delta: Double, attacks: [CanaryAttack], largest: (epsilon: Double, gaussian: Double)
  ) {
    (self.model, self.epochs, self.users, self.items) = (model, epochs, users, items)
    (self.canaries, self.included, self.synthetic) = (canaries, included, synthetic)
    (self.guarantee, self.delta, self.attacks) = (guarantee, delta, attacks)
    self.largest = Bounds(epsilon: largest.epsilon, gaussian: largest.gaussian)
  }

  /// The verdict on a guarantee.
  public enum Verdict: String, Sendable, Codable {
    /// No attacker proves more than the ε of the guarantee.
    case within = "within the guarantee"
    /// An attacker proves more.
    case broken = "guarantee broken"
    /// There is no guarantee.
    case unclaimed = "no guarantee"
  }

  /// The verdict: both bounds of every attacker against the ε of the guarantee.
  public var verdict: Verdict {
    guard let claimed = guarantee?.epsilon else { return .unclaimed }
    return attacks.allSatisfy { $0.isWithin(claimed) } ? .within : .broken
  }

  /// The attack with the largest bound without assumptions, the first of equals.
  public var strongest: CanaryAttack? { attacks.max { $0.epsilon < $1.epsilon } }

  /// The attack with the largest bound for a Gaussian mechanism, the first of equals.
  public var strongestIfGaussian: CanaryAttack? { attacks.max { $0.gaussian.epsilon < $1.gaussian.epsilon } }
}

extension CanaryResult {
  /// The verdict in one sentence.
  public var verdictSentence: String {
    guard let strongest, let ifGaussian = strongestIfGaussian else { return "No attack was made." }
    let (bound, gaussian) = (Self.text(bound: strongest.epsilon), Self.text(bound: ifGaussian.gaussian.epsilon))
    let place = "at δ = \(Number.exact(delta))"
    guard let claimed = guarantee?.epsilon else {
      return "No guarantee, and none below ε = \(bound) \(place) would be true (\(gaussian) if Gaussian)."
    }
    let broken = "THE GUARANTEE IS BROKEN"
    let words = "and the guarantee is ε = \(Number.exact(claimed)) \(place)."
    if strongest.epsilon > claimed {
      return "\(broken): an attacker who has \(strongest.attacker.title) proves at least ε = \(bound), \(words)"
    }
    if ifGaussian.gaussian.epsilon > claimed {
      return "\(broken) if what it reveals is Gaussian: an attacker who has \(ifGaussian.attacker.title) then proves "
        + "at least ε = \(gaussian), \(words)"
    }
    return "The bound never exceeds ε: attackers prove at most \(bound) (\(gaussian) if Gaussian), \(words)"
  }

  /// The verdict, then what the bounds mean and where they end.
  public var conclusions: [String] {
    let confidence = Number.percent(CanaryAudit.level, decimals: 0)
    var sentences = [
      verdictSentence,
      "The bounds on ε hold together with a confidence of \(confidence) and without assumptions (Steinke, Nasr & "
        + "Jagielski, NeurIPS 2023, theorem 5.2).",
      "Those \"if Gaussian\", also \(confidence) together, assume that the training reveals a user as a Gaussian "
        + "mechanism does, and that the scores of canaries are independent.",
    ]
    if let claimed = guarantee?.epsilon, claimed > largest.epsilon {
      sentences.append(
        "Without assumptions, \(canaries) canaries cannot prove more than ε = \(Self.text(bound: largest.epsilon)), "
          + "so only the other bound can refute \(Number.exact(claimed)).")
    }
    sentences.append(
      guarantee == nil
        ? "Better attackers may prove more; only differential privacy limits them (doppel train --private)."
        : "A bound within ε does not prove the guarantee; the accountant does. It shows that a mistake is not gross.")
    return sentences
  }

  /// The attackers with their guesses and bounds.
  public var table: Table {
    var table = Table(
      "Lower bounds on ε at δ = \(Number.exact(delta))",
      columns: [
        .text("the attacker has"), .number("guesses"), .number("correct"), .number("ε at least"),
        .number("if Gaussian"),
      ])
    for attack in attacks {
      table.append([
        .text(attack.attacker.title), .count(attack.guesses.guesses), .count(attack.guesses.hits),
        .text(Self.text(bound: attack.epsilon)), .text(Self.text(bound: attack.gaussian.epsilon)),
      ])
    }
    return table
  }

  /// The training in one line.
  public var training: String {
    let start = "\(model), \(counted(epochs, "epoch"))"
    guard let guarantee else { return start + ", no guarantee" }
    let (q, sigma) = (Number.text(guarantee.samplingRate), Number.text(guarantee.noiseMultiplier))
    return start + ", ε = \(Number.exact(guarantee.epsilon)), δ = \(Number.exact(guarantee.delta)); "
      + "\(counted(guarantee.steps, "update")), q = \(q), σ = \(sigma), clip \(Number.exact(guarantee.clip))"
  }

  /// What the command prints: the verdict first, then the attackers.
  public var text: String {
    let lines = [
      verdictSentence, "", "training   \(training)", "users      \(users) real, \(counted(items, "item"))",
      "canaries   \(canaries), each with an item of its own; \(included) took part", "", table.markdown(),
    ]
    return (lines + Array(conclusions.dropFirst())).map { $0 + "\n" }.joined()
  }

  /// A bound, rounded down: it must not claim more than was proved.
  package static func text(bound: Double) -> String { Number.decimal((bound * 100).rounded(.down) / 100, 2) }
}

extension CanaryResult: Encodable {
  private enum CodingKeys: String, CodingKey {
    case model, epochs, users, items, canaries, included, synthetic
    case guarantee, delta, confidence, attacks, largestBounds, verdict, conclusions
  }

  /// The attacks as a list; a guarantee that there is none of is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encode(epochs, forKey: .epochs)
    try container.encode(users, forKey: .users)
    try container.encode(items, forKey: .items)
    try container.encode(canaries, forKey: .canaries)
    try container.encode(included, forKey: .included)
    try container.encode(synthetic, forKey: .synthetic)
    try container.encode(guarantee, forKey: .guarantee)
    try container.encode(delta, forKey: .delta)
    try container.encode(CanaryAudit.level, forKey: .confidence)
    try container.encode(attacks, forKey: .attacks)
    try container.encode(largest, forKey: .largestBounds)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(conclusions, forKey: .conclusions)
  }
}

extension CanaryResult.Bounds: Encodable {
  private enum CodingKeys: String, CodingKey {
    case epsilon
    case gaussian = "epsilonIfGaussian"
  }
}

extension CanaryAttack: Encodable {
  private enum CodingKeys: String, CodingKey {
    case attacker, canaries, guesses, hits, epsilon, epsilonIfGaussian, members, membersFound, others, falseAlarms
  }

  /// The counts behind both bounds at one level.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(attacker, forKey: .attacker)
    try container.encode(guesses.canaries, forKey: .canaries)
    try container.encode(guesses.guesses, forKey: .guesses)
    try container.encode(guesses.hits, forKey: .hits)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(gaussian.epsilon, forKey: .epsilonIfGaussian)
    try container.encode(gaussian.members, forKey: .members)
    try container.encode(gaussian.found, forKey: .membersFound)
    try container.encode(gaussian.others, forKey: .others)
    try container.encode(gaussian.falseAlarms, forKey: .falseAlarms)
  }
}
