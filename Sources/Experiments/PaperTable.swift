import Autoencoders
import Compute
import Evaluation
import Foundation
import InteractionData
import Presentation

/// The results of a comparison as papers print them: means with standard errors, the best of a column bold and the second
/// underlined, a dagger at values that do not differ significantly from the best, and below the table the information
/// needed to reproduce it.
///
/// Numbers are compared as printed. A column of a metric without a value per user, such as coverage, has no daggers,
/// because it is not tested.
public struct PaperTable: Sendable {
  /// How a table is written.
  public enum Form: String, Sendable, CaseIterable {
    /// A `table` environment with the rules of the package booktabs.
    case latex
    /// Full numbers with standard errors and p-values, and comment lines at the end.
    case csv
    /// Markdown, as shown on repository pages.
    case markdown
  }

  private let document: ResultDocument
  private let command: String?

  /// Prepares the table of a comparison.
  ///
  /// - Parameter command: the command line that made it, if any.
  public init(_ document: ResultDocument, command: String? = nil) {
    (self.document, self.command) = (document, command)
  }

  private var comparison: Comparison { document.comparison }

  /// The table with its footer.
  public func text(_ form: Form) -> String {
    switch form {
    case .latex: latex
    case .csv: csv
    case .markdown: markdown
    }
  }

  // MARK: Marks

  private enum Rank { case best, second, other }

  private struct Entry {
    let value: String
    let error: String?
    let rank: Rank
    let isLevel: Bool
  }

  /// The cells of a metric, in the order of the models; `nil` for a model without the metric.
  private func column(_ metric: Metric) -> [Entry?] {
    let scores = comparison.models.map { $0[metric] }
    let printed = scores.map { score in score.flatMap { $0.value.isFinite ? Number.plain($0.value, decimals: 4) : nil }
    }
    let sign: Double = metric.kind.largerIsBetter ? 1 : -1
    let order = Set(printed.compactMap(\.self)).sorted { sign * (Double($0) ?? 0) > sign * (Double($1) ?? 0) }
    return scores.indices.map { place in
      guard let value = printed[place] else { return nil }
      let isAlone = comparison.models.count < 2
      let rank: Rank =
        isAlone ? .other : value == order[0] ? .best : order.count > 2 && value == order[1] ? .second : .other
      let p = pValue(metric, place)
      return Entry(
        value: value, error: scores[place]?.standardError.map { Number.plain($0, decimals: 4) }, rank: rank,
        isLevel: p.map { $0 >= 0.05 } ?? false)
    }
  }

  /// The corrected p-value of a model's difference from the best; `nil` for the best itself, and without a test.
  private func pValue(_ metric: Metric, _ place: Int) -> Double? {
    let sign: Double = metric.kind.largerIsBetter ? 1 : -1
    let models = comparison.models
    func value(_ place: Int) -> Double { sign * (models[place][metric]?.value ?? -.infinity) }
    guard let best = models.indices.max(by: { value($0) < value($1) }), best != place else { return nil }
    let names = [models[best].name, models[place].name]
    return comparison.pairs.first { $0.metric == metric && [[$0.a, $0.b], [$0.b, $0.a]].contains(names) }?.pValue
  }

  /// The legend.
  private func legend(bold: String, underlined: String, dagger: String) -> String {
    let of = document.facts.split
    let units = comparison.models.first?.ranking == nil ? "test ratings" : "\(of?.testUsers ?? 0) test users"
    let runs = comparison.runs
    let over =
      runs.isEmpty
      ? "one standard error over \(units)"
      : "one standard error over users and \(runs.count) runs"
    let test = runs.isEmpty ? "paired t-test" : "test over users and runs"
    let pairs = Set(comparison.pairs.map { [$0.a, $0.b] }).count
    var text = "± \(over)."
    if comparison.models.count > 1 { text += " \(bold) the best, \(underlined) the second best of a column." }
    if pairs > 0 {
      text +=
        " \(dagger) no significant difference from the best (p ≥ 0.05, \(test), Holm's correction for "
        + (pairs == 1 ? "1 pair)." : "\(pairs) pairs).")
    }
    return text
  }

  /// Data, command, versions.
  private var origin: [String] {
    let facts = document.facts
    var lines = [facts.heading]
    lines += [command].compactMap(\.self)
    lines.append(
      "Doppel \(facts.version), \(facts.engineWords), \((facts.precision ?? .float32).rawValue), split "
        + "\(facts.split?.kind ?? "–") \(facts.split?.hash ?? "–")")
    if !comparison.runs.isEmpty {
      var seeds: [UInt64] = []
      for run in comparison.runs where !seeds.contains(run.seed.value) { seeds.append(run.seed.value) }
      lines.append("seeds \(seeds.map(String.init).joined(separator: ", "))")
    }
    return lines
  }

  // MARK: Forms

  private var markdown: String {
    let columns = comparison.tableMetrics.map(column)
    var rows = [["model"] + comparison.tableMetrics.map(\.key)]
    for place in comparison.models.indices {
      let cells = columns.map { column -> String in
        guard let entry = column[place] else { return "–" }
        let value =
          switch entry.rank {
          case .best: "**\(entry.value)**"
          case .second: "<ins>\(entry.value)</ins>"
          case .other: entry.value
          }
        return value + (entry.isLevel ? "†" : "") + (entry.error.map { " ± \($0)" } ?? "")
      }
      rows.append([comparison.models[place].name.replacing("|", with: "\\|")] + cells)
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ row: [String]) -> String {
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }
      return "| " + cells.joined(separator: " | ") + " |\n"
    }
    let rule = widths.enumerated().map { column, width in
      column == 0 ? String(repeating: "-", count: width) : String(repeating: "-", count: max(2, width - 1)) + ":"
    }
    let footer =
      [legend(bold: "Bold:", underlined: "underlined:", dagger: "†:")]
      + origin.map { $0 == command ? Self.code($0) : $0 }
    return line(rows[0]) + "| " + rule.joined(separator: " | ") + " |\n" + rows.dropFirst().map(line).joined() + "\n"
      + footer.joined(separator: "  \n") + "\n"
  }

  private static func code(_ text: String) -> String {
    let line = text.replacing("\n", with: " ")
    return line.contains("`") ? "`` \(line) ``" : "`\(line)`"
  }

  private var latex: String {
    let metrics = comparison.tableMetrics
    let columns = metrics.map(column)
    var text = "% needs \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n"
    let legend = legend(bold: "Bold:", underlined: "underlined:", dagger: "\u{2020}:")
    text += "  \\caption{\(Self.latex((document.facts.dataset?.name ?? "") + ". " + legend))}\n"
    // Five columns with errors just fit the text width of LaTeX's standard classes.
    if metrics.count > 3 { text += "  \\footnotesize\\setlength{\\tabcolsep}{2pt}\n" }
    text += "  \\begin{tabular}{@{}l\(String(repeating: "r", count: metrics.count))@{}}\n    \\toprule\n"
    text += "    Model & \(metrics.map { Self.latex(Self.title($0)) }.joined(separator: " & ")) \\\\\n    \\midrule\n"
    for place in comparison.models.indices {
      let cells = columns.map { column -> String in
        guard let entry = column[place] else { return "--" }
        let number = entry.value.hasPrefix("-") ? "$-$" + entry.value.dropFirst() : entry.value
        let value =
          switch entry.rank {
          case .best: "\\textbf{\(number)}"
          case .second: "\\underline{\(number)}"
          case .other: number
          }
        return value + (entry.isLevel ? "$^{\\dagger}$" : "") + (entry.error.map { " {\\scriptsize$\\pm$\($0)}" } ?? "")
      }
      text += "    \(Self.latex(comparison.models[place].name)) & \(cells.joined(separator: " & ")) \\\\\n"
    }
    text += "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n"
    return text + Self.comments(origin, "% ")
  }

  private var csv: String {
    let metrics = comparison.tableMetrics
    let header =
      ["model"]
      + metrics.flatMap { metric in
        [metric.key, "\(metric.key) standard error", "\(metric.key) p against the best"]
      }
    var lines = [header]
    for (place, model) in comparison.models.enumerated() {
      lines.append(
        [model.name]
          + metrics.flatMap { metric -> [String] in
            let score = model[metric]
            return [score?.value, score?.standardError, pValue(metric, place)].map { number in
              number.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
            }
          })
    }
    let text = lines.map { $0.map(Self.field).joined(separator: ",") + "\n" }.joined()
    return text + Self.comments(origin, "# ")
  }

  private static func comments(_ lines: [String], _ sign: String) -> String {
    lines.flatMap { $0.split(whereSeparator: \.isNewline) }.map { sign + $0 + "\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// A metric as papers write it, such as nDCG@100.
  private static func title(_ metric: Metric) -> String {
    let name = metric.kind.name
    let written =
      switch name {
      case "ndcg": "nDCG"
      case "map", "mrr", "rmse", "mae": name.uppercased()
      default: name.prefix(1).uppercased() + name.dropFirst()
      }
    return metric.cutoff.map { "\(written)@\($0)" } ?? written
  }

  /// Text with LaTeX's special characters escaped.
  private static func latex(_ text: String) -> String {
    text.map { sign -> String in
      switch sign {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(sign)"
      // In LaTeX's first font encoding these are other signs.
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "|": "\\textbar{}"
      case "±": "$\\pm$"
      case "≥": "$\\geq$"
      case "†": "$^{\\dagger}$"
      case "–": "--"
      case "\n", "\r\n": " "
      default: String(sign)
      }
    }.joined()
  }
}
