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

  /// Tests every pair of models on the metrics of the table that have a value per user or cell.
  public init(_ models: [ModelResult], metrics: [Metric]) {
    self.models = models
    tableMetrics = Self.forTable(metrics)
    pairs = tableMetrics.flatMap { metric in
      let values = models.compactMap { model in
        model[metric]?.values.map { (name: model.name, values: $0) }
      }
      return values.count > 1 ? PairedComparison.allPairs(of: values, metric: metric) : []
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
    for model in models {
      let cost: [Table.Cell] =
        model.history.isEmpty ? [.missing, .missing] : [.count(model.bestEpoch), .count(model.history.count)]
      table.append(
        [.name(model.name)] + (isTuned ? [model.trials.map { .count($0) } ?? .missing] : [])
          + tableMetrics.map { .init(model[$0]) } + cost + [
            .number(model.seconds.train, decimals: 1), .count(model.parameters),
          ])
    }
    return table
  }

  /// Every metric of a single model, one per line.
  public var scoreTable: Table {
    var table = Table(columns: [.text("metric"), .number("value")])
    for score in models.first?.scores ?? [] { table.append([.text(score.metric.key), .init(score)]) }
    return table
  }

  /// The result of the tests on ``mainMetric``, in one to three sentences.
  public var sentences: [String] {
    mainMetric.map { Verdict.sentences(on: $0, models: values($0), comparisons: pairs) } ?? []
  }

  /// The result of the tests on ``mainMetric``, in a short sentence without numbers; empty where there is no such metric.
  public var headline: String {
    mainMetric.map { Verdict.headline(on: $0, models: values($0), comparisons: pairs) } ?? ""
  }

  /// The notes of the models; what several of them share is said once.
  public var notes: [String] {
    models.flatMap(\.notes).reduce(into: []) { notes, note in if !notes.contains(note) { notes.append(note) } }
  }

  private func values(_ metric: Metric) -> [(name: String, value: Double)] {
    models.compactMap { model in model[metric].map { (name: model.name, value: $0.value) } }
  }
}
