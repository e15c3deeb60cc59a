public import Autoencoders
package import Generation
import Presentation

/// One model with one way of drawing from it.
public struct GenerativeContender: Sendable, Equatable {
  /// The model's name.
  public let model: String
  /// Where its users come from.
  public let source: GenerativeSource
  /// The temperature that their items were drawn at.
  public let temperature: Double
  /// Whether items were drawn with the shares that they have at temperature 1.
  public let keepsPopularity: Bool
  /// The guarantee that the model was trained with; `nil` for none.
  public let guarantee: PrivacyRequest?
  /// Its name in tables and sentences, such as `mult-vae, prior` or `ae + fitted Gaussian`; with its ε, and with its
  /// temperature where that is not 1 for all: `mult-vae, prior, ε 3, T 0.75`.
  public let label: String
  /// ``label`` in fewer letters, for axes.
  public let shortLabel: String
  /// How many were looked at.
  public internal(set) var users: Int
  /// Every measure of fidelity, utility and privacy, each beside the real users' value; utility only where it was
  /// measured.
  public internal(set) var measures: [AuditMeasure]

  /// Describes a contender.
  ///
  /// - Parameter namesTemperature: whether its label has the temperature.
  package init(
    model: String, source: GenerativeSource, temperature: Temperature = .one, keepsPopularity: Bool = false,
    guarantee: PrivacyRequest? = nil, namesTemperature: Bool = false, users: Int = 0, measures: [AuditMeasure] = []
  ) {
    (self.model, self.source, self.guarantee) = (model, source, guarantee)
    self.keepsPopularity = keepsPopularity
    (self.temperature, self.users, self.measures) = (temperature.value, users, measures)
    let tail =
      (guarantee.map { ", ε \(Number.exact($0.epsilon))" } ?? "")
      + (namesTemperature ? ", T \(Number.exact(temperature.value))" : "")
    label = source.label(of: model) + tail
    // A private model draws from its prior alone, which need not be said where room is short.
    let short = guarantee == nil ? source.shortLabel(of: model) : model
    shortLabel = tail.isEmpty ? label : short + tail
  }

  /// ε of ``guarantee``.
  public var epsilon: Double? { guarantee?.epsilon }

  /// The measure of a kind.
  public subscript(kind: AuditMeasureKind) -> AuditMeasure? { measures.first { $0.kind == kind } }

  /// The areas under the curve of all attackers who infer membership.
  public var attacks: [AuditMeasure] { measures.attacks }

  /// The largest of ``attacks``: what an attacker reaches who has the choice; `nil` where none could be computed.
  public var strongestAttack: AuditMeasure? { measures.strongestAttack }
}

extension GenerativeContender: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, model, source, temperature, keepsPopularity, epsilon, delta, users, measures
  }

  /// What there is, under its label as `name`; ε and δ are `null` without a guarantee.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .name)
    try container.encode(model, forKey: .model)
    try container.encode(source, forKey: .source)
    try container.encode(temperature, forKey: .temperature)
    try container.encode(keepsPopularity, forKey: .keepsPopularity)
    try container.encode(guarantee?.epsilon, forKey: .epsilon)
    try container.encode(guarantee?.delta, forKey: .delta)
    try container.encode(users, forKey: .users)
    try container.encode(measures, forKey: .measures)
  }
}
