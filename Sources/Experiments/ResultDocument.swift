public import Autoencoders
import Evaluation
import FileFormats

/// The JSON document of `compare` and `evaluate`; reports are made from it as well.
public struct ResultDocument: Sendable {
  /// Data, split, seed, engine, version.
  public var facts: RunFacts
  /// The results, with the tests between models.
  public var comparison: Comparison
  /// The times.
  public var seconds: Seconds
  /// Notes, such as what was left out.
  public var notes: [String]

  /// Wall-clock seconds.
  public struct Seconds: Codable, Sendable, Equatable {
    /// Reading the data.
    public var load: Double
    /// The whole run.
    public var total: Double

    /// Creates the times.
    public init(load: Double = 0, total: Double = 0) { (self.load, self.total) = (load, total) }
  }

  /// Creates a document.
  public init(_ facts: RunFacts, _ comparison: Comparison, seconds: Seconds = Seconds(), notes: [String] = []) {
    (self.facts, self.comparison, self.seconds, self.notes) = (facts, comparison, seconds, notes)
  }
}

extension ResultDocument: Encodable {
  private enum CodingKeys: String, CodingKey { case seconds, models, comparisons, conclusions, notes, seeds }

  /// The members of ``facts``, then the results; `seeds` has every run of a repeated comparison.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(comparison.models, forKey: .models)
    try container.encode(comparison.pairs, forKey: .comparisons)
    try container.encode(comparison.sentences, forKey: .conclusions)
    try container.encode(notes, forKey: .notes)
    if !comparison.runs.isEmpty { try container.encode(comparison.runs, forKey: .seeds) }
  }
}

extension ModelResult: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, model, trials, metrics, standardErrors, epochs, bestEpoch, seconds, usersPerSecond, parameters,
      hyperparameters, notes
  }

  /// The values under the metrics' keys; a metric without values per user has a standard error of `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(label == nil ? nil : configuration.name, forKey: .model)
    try container.encodeIfPresent(trials, forKey: .trials)
    let keyed = scores.map { ($0.metric.key, $0) }
    try container.encode(Dictionary(keyed.map { ($0, $1.value) }) { $1 }, forKey: .metrics)
    try container.encode(Dictionary(keyed.map { ($0, $1.standardError) }) { $1 }, forKey: .standardErrors)
    try container.encode(history.count, forKey: .epochs)
    try container.encode(bestEpoch, forKey: .bestEpoch)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(usersPerSecond, forKey: .usersPerSecond)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(configuration.hyperparameters, forKey: .hyperparameters)
    try container.encode(notes, forKey: .notes)
  }
}
