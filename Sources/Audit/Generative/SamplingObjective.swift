public import Generation
import Presentation

/// Synthetic users that a ``SamplingChoice`` has tried: their settings, what they are worth and what they reveal.
public struct SamplingCandidate: Sendable, Equatable {
  /// The temperature of their items.
  public let temperature: Temperature
  /// The source of their lengths, never `SamplingPlan/Lengths/auto`.
  public let lengths: SamplingPlan.Lengths
  /// ndcg@100 on the held-out users of the mult-vae that was trained on them.
  public let utility: Double
  /// The standard error of ``utility``.
  public let utilityError: Double?
  /// ``utility`` as a share of what the model reaches after training on as many real users.
  public let shareOfReal: Double
  /// The AUC of the strongest attacker on membership.
  public let attack: Double
  /// The standard error of ``attack``.
  public let attackError: Double?
  /// Which of the attackers this is.
  public let attacker: AuditMeasureKind
  /// The AUC of the classifier that tells them from real users; `nil` with too few users.
  public let classifier: Double?

  /// Describes a candidate.
  package init(
    temperature: Temperature, lengths: SamplingPlan.Lengths, utility: Double, utilityError: Double? = nil,
    shareOfReal: Double, attack: Double, attackError: Double? = nil, attacker: AuditMeasureKind,
    classifier: Double? = nil
  ) {
    (self.temperature, self.lengths) = (temperature, lengths)
    (self.utility, self.utilityError, self.shareOfReal) = (utility, utilityError, shareOfReal)
    (self.attack, self.attackError, self.attacker) = (attack, attackError, attacker)
    self.classifier = classifier
  }

  /// Its settings in words, such as `temperature 0.75 with own lengths`.
  var settings: String { "temperature \(Number.exact(temperature.value)) with \(lengths.rawValue) lengths" }

  /// Its attacker in words, such as `0.583 ± 0.012 (by likelihood ratio)`.
  var attackWords: String {
    Number.decimal(attack, 3) + (attackError.map { " ± " + Number.decimal($0, 3) } ?? "")
      + " (\(AuditConclusions.means(attacker)))"
  }
}

extension SamplingCandidate: Encodable {
  private enum CodingKeys: String, CodingKey {
    case temperature, lengths, utility, utilityStandardError, shareOfReal, attack, attackStandardError, attacker
    case classifier
  }

  /// All members; what is missing is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(temperature.value, forKey: .temperature)
    try container.encode(lengths, forKey: .lengths)
    try container.encode(utility, forKey: .utility)
    try container.encode(utilityError, forKey: .utilityStandardError)
    try container.encode(shareOfReal, forKey: .shareOfReal)
    try container.encode(attack, forKey: .attack)
    try container.encode(attackError, forKey: .attackStandardError)
    try container.encode(attacker, forKey: .attacker)
    try container.encode(classifier, forKey: .classifier)
  }
}

/// What decides among candidates: the most useful of those whose strongest attacker stays at or below a limit.
///
/// If there is none, the candidate with the weakest strongest attacker.
public struct SamplingObjective: Sendable, Equatable {
  /// The largest AUC that the strongest attacker may have, above 0.5 and at most 1.
  public let attackLimit: Double

  /// The limit 0.6.
  public init() { attackLimit = 0.6 }

  /// A limit above 0.5, which is guessing, and at most 1, which excludes nothing; `nil` for any other number.
  public init?(attackLimit: Double) {
    guard attackLimit > 0.5, attackLimit <= 1 else { return nil }
    self.attackLimit = attackLimit
  }

  /// Whether the strongest attacker of a candidate stays within the limit.
  public func isMet(by candidate: SamplingCandidate) -> Bool { candidate.attack <= attackLimit }

  /// The place of the best candidate; `nil` if there are none.
  ///
  /// Of equally useful candidates, the one that reveals less is better, and of candidates that reveal equally much
  /// the more useful one; of equal ones, the first.
  public func best(of candidates: [SamplingCandidate]) -> Int? {
    let allowed = candidates.indices.filter { isMet(by: candidates[$0]) }
    if allowed.isEmpty {
      return candidates.indices.min { a, b in
        (candidates[a].attack, -candidates[a].utility) < (candidates[b].attack, -candidates[b].utility)
      }
    }
    return allowed.min { a, b in
      (-candidates[a].utility, candidates[a].attack) < (-candidates[b].utility, candidates[b].attack)
    }
  }

  /// The objective in a sentence.
  public var sentence: String {
    "the most useful candidate (ndcg@100 on the held-out users of a mult-vae trained on it) whose strongest membership "
      + "attacker has an AUC of at most \(Number.exact(attackLimit)); if there is none, the candidate whose strongest "
      + "attacker is weakest"
  }
}
