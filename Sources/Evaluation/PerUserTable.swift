/// The values of every user and model, for analysis in other programs.
public enum PerUserTable {
  /// The lines of a tab-separated file, without line breaks: a header `user`, `model` and the metrics, then
  /// one line for each model and user.
  ///
  /// In ids and names a tab is written `\t`, a line break `\n`, a carriage return `\r` and a backslash `\\`.
  /// Numbers read back exactly. Metrics of all users together have no value for a user: their fields are
  /// empty.
  public static func lines(
    of models: [(name: String, result: RankingResult)], metrics: [Metric]
  ) -> [String] {
    lines(of: [(seed: nil, models: models)], metrics: metrics)
  }

  /// The lines for several runs, with a column `seed` after `model`; if no run has a seed, without it.
  public static func lines(
    of runs: [(seed: UInt64?, models: [(name: String, result: RankingResult)])], metrics: [Metric]
  ) -> [String] {
    let hasSeeds = runs.contains { $0.seed != nil }
    var lines = [(["user", "model"] + (hasSeeds ? ["seed"] : []) + metrics.map(\.key)).joined(separator: "\t")]
    for run in runs { lines += Self.lines(of: run.models, metrics: metrics, seed: run.seed) }
    return lines
  }

  private static func lines(
    of models: [(name: String, result: RankingResult)], metrics: [Metric], seed: UInt64?
  ) -> [String] {
    var lines: [String] = []
    let seed = seed.map { ["\($0)"] } ?? []
    for model in models {
      let columns = metrics.map { model.result[$0]?.values }
      let name = escaped(model.name)
      for (user, id) in model.result.userIDs.enumerated() {
        let fields = columns.map { $0.map { "\($0[user])" } ?? "" }
        lines.append(([escaped(id), name] + seed + fields).joined(separator: "\t"))
      }
    }
    return lines
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
