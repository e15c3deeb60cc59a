extension Metric {
  /// The kind of a metric, without the cut-off.
  ///
  /// A kind defined by a caller works everywhere: in evaluation, tables, tests and reports. Two kinds are equal if
  /// their names are.
  public struct Kind: Sendable {
    /// The part of the key before `@`.
    public let name: String
    /// Whether a larger value is better.
    ///
    /// For coverage, novelty and Gini, the direction is a convention: they describe lists, not how well users like
    /// them.
    public let largerIsBetter: Bool
    let measure: Measure

    /// How the value is computed.
    enum Measure: Sendable {
      /// From one user's list, at a cut-off; averaged over users.
      case list(@Sendable (JudgedList, Int) -> Double)
      /// From one user's list and the popularity of its items; averaged over users.
      case novelty
      /// From how often each item is recommended to all users together.
      case catalogue(@Sendable ([Int]) -> Double)
      /// From the errors of predicted ratings, by the evaluator itself.
      case ratings
    }

    init(_ name: String, largerIsBetter: Bool, _ measure: Measure) {
      (self.name, self.largerIsBetter, self.measure) = (name, largerIsBetter, measure)
    }

    /// A metric of one user's list, averaged over users.
    public init<Accuracy: AccuracyMetric>(_ name: String, _ metric: Accuracy.Type) {
      self.init(name, largerIsBetter: true, .list { Accuracy.value(of: $0, at: $1) })
    }

    /// A metric of all lists together.
    ///
    /// - Parameter value: its value for how often each item is recommended; shape: I.
    public init(_ name: String, largerIsBetter: Bool = true, ofCatalogue value: @escaping @Sendable ([Int]) -> Double) {
      self.init(name, largerIsBetter: largerIsBetter, .catalogue(value))
    }

    /// Whether it measures ranked lists, and so needs a cut-off; the others measure predicted ratings.
    public var isRanking: Bool { if case .ratings = measure { false } else { true } }
  }
}

extension Metric.Kind: Hashable {
  /// Whether the names are the same.
  public static func == (left: Metric.Kind, right: Metric.Kind) -> Bool { left.name == right.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Metric.Kind {
  /// See ``Recall``.
  public static let recall = Metric.Kind("recall", Recall.self)
  /// See ``MinRecall``.
  public static let recallMin = Metric.Kind("recall-min", MinRecall.self)
  /// See ``NDCG``.
  public static let ndcg = Metric.Kind("ndcg", NDCG.self)
  /// See ``Precision``.
  public static let precision = Metric.Kind("precision", Precision.self)
  /// See ``Hit``.
  public static let hit = Metric.Kind("hit", Hit.self)
  /// See ``MeanAveragePrecision``.
  public static let map = Metric.Kind("map", MeanAveragePrecision.self)
  /// See ``ReciprocalRank``.
  public static let mrr = Metric.Kind("mrr", ReciprocalRank.self)
  /// See ``Coverage``.
  public static let coverage = Metric.Kind("coverage") { Coverage.value(recommendations: $0) }
  /// See ``Novelty``.
  public static let novelty = Metric.Kind("novelty", largerIsBetter: true, .novelty)
  /// See ``Gini``.
  public static let gini = Metric.Kind("gini", largerIsBetter: false) { Gini.value(recommendations: $0) }
  /// See ``RMSE``.
  public static let rmse = Metric.Kind("rmse", largerIsBetter: false, .ratings)
  /// See ``MAE``.
  public static let mae = Metric.Kind("mae", largerIsBetter: false, .ratings)

  /// The built-in kinds; each is one line here.
  public static let all: [Metric.Kind] = [
    recall, recallMin, ndcg, precision, hit, map, mrr, coverage, novelty, gini, rmse, mae,
  ]
}
