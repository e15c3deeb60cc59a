import FileFormats

/// A metric: a kind and, for rankings, the cut-off `k`.
///
/// Written as its key everywhere (command line, JSON, tables): `ndcg@100`, `recall-min@20`, `rmse`.
public struct Metric: Sendable, Hashable {
  /// The kind.
  public let kind: Kind
  /// The cut-off `k`, at least 1; `nil` for metrics of ratings.
  public let cutoff: Int?

  private init(kind: Kind, cutoff: Int?) {
    self.kind = kind
    self.cutoff = cutoff
  }

  /// Creates a ranking metric.
  ///
  /// - Precondition: the kind measures rankings and `cutoff` is positive.
  public init(_ kind: Kind, at cutoff: Int) {
    precondition(kind.isRanking && cutoff > 0, "no metric \(kind.name)@\(cutoff)")
    self.init(kind: kind, cutoff: cutoff)
  }

  /// Root mean squared error of ratings.
  public static let rmse = Metric(kind: .rmse, cutoff: nil)
  /// Mean absolute error of ratings.
  public static let mae = Metric(kind: .mae, cutoff: nil)

  /// The default cut-offs.
  public static let defaultCutoffs = [10, 20, 50, 100]
  /// The default metrics of rankings: every kind at every default cut-off.
  public static let rankingDefaults = Kind.all.filter(\.isRanking).flatMap { kind in
    defaultCutoffs.map { Metric(kind, at: $0) }
  }
  /// The default metrics of ratings.
  public static let ratingDefaults = [rmse, mae]

  /// The metric of validation users that chooses the epoch and the settings of a ranking model unless another is set.
  public static let selectionDefault = Metric(.ndcg, at: 100)

  /// The key, for example `ndcg@100`.
  public var key: String { cutoff.map { "\(kind.name)@\($0)" } ?? kind.name }

  /// Reads a key.
  ///
  /// - Throws: ``MetricKeyError`` for an unknown kind, a missing cut-off, or one that should not be there.
  public init(key: String) throws(MetricKeyError) {
    let parts = key.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let cutoff = parts.count == 2 ? Self.cutoff(parts[1]) : nil
    guard let kind = Kind.all.first(where: { $0.name == name }) else {
      throw MetricKeyError(key: key, alternatives: Self.nearest(to: name, cutoff: cutoff).map(\.key))
    }
    // The nearest valid key also helps if the kind is right and only the cut-off is wrong.
    guard kind.isRanking ? cutoff != nil : parts.count == 1 else {
      throw MetricKeyError(key: key, alternatives: Self.nearest(to: name, cutoff: cutoff).map(\.key))
    }
    self.init(kind: kind, cutoff: cutoff)
  }

  private static func cutoff(_ text: Substring) -> Int? {
    // Int("+5") and Int("05") are numbers too, but not keys: a key must read back as itself.
    guard let number = Int(text), number > 0, String(number) == text else { return nil }
    return number
  }

  private static func nearest(to name: String, cutoff: Int?) -> [Metric] {
    nearestSpellings(to: name, among: Kind.all.map(\.name)).compactMap { spelling in
      Kind.all.first { $0.name == spelling }.map { Metric(kind: $0, cutoff: $0.isRanking ? cutoff ?? 100 : nil) }
    }
  }
}

extension Metric: CustomStringConvertible {
  /// The key.
  public var description: String { key }
}

extension Metric: Codable {
  /// Reads a key.
  public init(from decoder: any Decoder) throws {
    try self.init(key: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(key)
  }
}

/// A text that is not the key of a metric.
public struct MetricKeyError: Error, Equatable, CustomStringConvertible {
  /// The given text.
  public let key: String
  /// The valid keys that are most similar, nearest first.
  public let alternatives: [String]

  /// The valid key nearest to it.
  public var nearest: String { alternatives.first ?? "" }

  /// Every form a key may take.
  public static let accepted = Metric.Kind.all.map { $0.isRanking ? "\($0.name)@k" : $0.name }

  /// What is wrong, the nearest valid key, and all that are accepted.
  public var description: String {
    "unknown metric '\(key)': did you mean \(FileFormats.alternatives(alternatives.map { "'\($0)'" }))? "
      + "Accepted: \(Self.accepted.joined(separator: ", ")), with k = 1, 2, 3 …"
  }
}
