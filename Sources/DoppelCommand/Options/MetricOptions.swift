public import ArgumentParser
public import Doppel
import FileFormats

extension RecommendationTask: ExpressibleByArgument {}
extension PrecisionChoice: ExpressibleByArgument {}
extension TrainingObjective: ExpressibleByArgument {}
extension CodeExport.Format: ExpressibleByArgument {}
extension ModelExport.Graph: ExpressibleByArgument {}

/// The metrics.
struct MetricOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Metrics such as ndcg@100,recall@20 (default: all at 10, 20, 50, 100).", valueName: "keys"),
    completion: .metrics)
  var metrics: String?
  @Option(
    help: ArgumentHelp("Save the metric values of every user, tab-separated.", valueName: "file"), completion: .file())
  var perUser: String?

  /// The file for the values of every user.
  var outputs: [Output] { Output.file("--per-user", perUser) }

  /// The requested metrics, each once.
  ///
  /// - Throws: `MetricKeyError` naming the nearest valid key, or ``UsageError`` for one of the other task.
  func parsed(for task: RecommendationTask) throws -> [Metric] {
    guard let metrics else {
      return task == .ranking ? Metric.rankingDefaults : Metric.ratingDefaults
    }
    var parsed: [Metric] = []
    for key in metrics.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) {
      let metric = try Metric(key: String(key))
      guard metric.kind.isRanking == (task == .ranking) else {
        throw UsageError(
          task == .ranking
            ? "\(metric.key) measures predicted ratings, not rankings"
            : "\(metric.key) measures rankings, not predicted ratings; accepted: rmse, mae")
      }
      if !parsed.contains(metric) { parsed.append(metric) }
    }
    guard !parsed.isEmpty else { throw UsageError("--metrics is empty; accepted: keys such as ndcg@100,recall@20") }
    return parsed
  }

  /// Writes the values of every user if requested.
  ///
  /// - Throws: `OutputError`.
  func writePerUser(_ comparison: Comparison) throws {
    guard let perUser else { return }
    func rows(_ models: [ModelResult]) -> [(name: String, result: RankingResult)] {
      models.compactMap { result in result.ranking.map { (name: result.name, result: $0) } }
    }
    let runs = comparison.runs.map { (seed: UInt64?.some($0.seed.value), models: rows($0.models)) }
    let lines = PerUserTable.lines(
      of: runs.isEmpty ? [(nil, rows(comparison.models))] : runs,
      metrics: comparison.models.first?.scores.map(\.metric) ?? [])
    try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: perUser)
  }
}
