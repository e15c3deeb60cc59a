import Autoencoders
public import Evaluation
public import Presentation

/// The results of several models on one split, with the tests between them.
public struct Comparison: Sendable {
  /// The models, in the order requested.
  public let models: [ModelResult]
  /// Every pair of models on every metric of the table, corrected for the number of pairs.
  public let pairs: [PairedComparison]
  /// The metrics that the table shows.
  public let tableMetrics: [Metric]
  /// The runs that the results are means over; empty for a single one.
  public internal(set) var runs: [ComparedRun] = []

  /// Tests every pair of models on the metrics of the table that have a value per user or cell.
  ///
  /// - Parameter repeated: the users or cells of the values, if there were several runs.
  public init(_ models: [ModelResult], metrics: [Metric], repeated: RepeatedMeasurements? = nil) {
    self.models = models
    tableMetrics = Self.forTable(metrics)
    pairs = tableMetrics.flatMap { metric in
      let values = models.compactMap { model in
        model[metric]?.values.map { (name: model.name, values: $0) }
      }
      return values.count > 1 ? PairedComparison.allPairs(of: values, metric: metric, repeated: repeated) : []
    }
  }

  /// Metrics that fit a line: all of a short list, a selection from a long one.
  private static func forTable(_ metrics: [Metric]) -> [Metric] {
    let choice = [
      Metric(.ndcg, at: 100), Metric(.ndcg, at: 10), Metric(.recall, at: 20),
      Metric(.recall, at: 50), Metric(.coverage, at: 20),
    ].filter(metrics.contains)
    return metrics.count <= 6 || choice.isEmpty ? metrics : choice
  }

  /// The metric of ``sentences``: the first of the table that has values per user or rating.
  public var mainMetric: Metric? {
    tableMetrics.first { metric in models.contains { $0[metric]?.values != nil } }
  }

  /// One row for each model: metrics with standard errors, epochs, seconds, parameters.
  public var table: Table {
    let isTuned = models.contains { $0.trials != nil }
    var table = Table(
      columns: [.text("model")] + (isTuned ? [.number("trials")] : []) + tableMetrics.map { .init($0) }
        + [.number("best epoch"), .number("epochs"), .number("train s"), .number("parameters")])
    for (place, model) in models.enumerated() {
      let own = runs.isEmpty ? [model] : runs.map { $0.models[place] }
      let cost: [Table.Cell] =
        model.history.isEmpty
        ? [.missing, .missing] : [Self.range(own.map(\.bestEpoch)), Self.range(own.map(\.history.count))]
      table.append(
        [.name(model.name)] + (isTuned ? [model.trials.map { .count($0) } ?? .missing] : [])
          + tableMetrics.map { .init(model[$0]) } + cost + [
            .number(model.seconds.train, decimals: 1), .count(model.parameters),
          ])
    }
    return table
  }

  /// A number, or the smallest and the largest of several.
  private static func range(_ counts: [Int]) -> Table.Cell {
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return least == most ? .count(least) : .text("\(least)–\(most)")
  }

  /// Every metric of a single model, one per line.
  public var scoreTable: Table {
    var table = Table(columns: [.text("metric"), .number("value")])
    for score in models.first?.scores ?? [] { table.append([.text(score.metric.key), .init(score)]) }
    return table
  }

  /// The result of the tests on ``mainMetric``, in one to three sentences; for several runs, also what the tests are
  /// over.
  public var sentences: [String] {
    let results = mainMetric.map { Verdict.sentences(on: $0, models: values($0), comparisons: pairs) } ?? []
    return results + [coverage].compactMap(\.self)
  }

  /// The result of the tests on ``mainMetric``, in a short sentence without numbers; empty without such a metric.
  public var headline: String {
    mainMetric.map { Verdict.headline(on: $0, models: values($0), comparisons: pairs) } ?? ""
  }

  /// The notes of the models; a note that several models share is given once.
  public var notes: [String] {
    models.flatMap(\.notes).reduce(into: []) { notes, note in if !notes.contains(note) { notes.append(note) } }
  }

  private func values(_ metric: Metric) -> [(name: String, value: Double)] {
    models.compactMap { model in model[metric].map { (name: model.name, value: $0.value) } }
  }
}
