public import ArgumentParser
public import Doppel

extension ModelConfiguration.Task: ExpressibleByArgument {}

/// What is predicted, and how it is measured.
struct MeasureOptions: ParsableArguments {
  @Option(help: "ranking or rating.")
  var task = ModelConfiguration.Task.ranking
  @Option(help: ArgumentHelp("Metrics such as ndcg@100,recall@20 (default: all at 10, 20, 50, 100).", valueName: "keys"))
  var metrics: String?
  @Option(help: ArgumentHelp("Save every user's values.", valueName: "file"))
  var perUser: String?

  /// The metrics asked for.
  ///
  /// - Throws: `MetricKeyError` naming the nearest valid key, or ``UsageError`` for one of the other task.
  func parsed() throws -> [Metric] {
    guard let metrics else {
      return task == .ranking ? Metric.rankingDefaults : Metric.ratingDefaults
    }
    let parsed = try metrics.split(separator: ",").map { try Metric(key: $0.trimmingPrefix(" ").lowercased()) }
    guard !parsed.isEmpty else { throw UsageError("--metrics names none") }
    for metric in parsed where metric.kind.isRanking != (task == .ranking) {
      throw UsageError("\(metric.key) does not belong to --task \(task.rawValue)")
    }
    return parsed
  }
}
