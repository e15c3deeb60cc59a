import Audit
import Plots
import Presentation

/// What synthetic users are worth against what they reveal, as curves over temperatures and ε.
extension GenerativeReport {
  /// Utility, or where it was not measured the classifier's area, against the strongest attacker's area.
  var tradeOff: ReportFigure? {
    let hasUtility = result.measuredUtility.contains(.vaeUtility)
    let worth: AuditMeasureKind = hasUtility ? .vaeUtility : .twoSampleTest
    let drawn = result.curves.map { DrawnCurve($0, worth) }.filter { !$0.points.isEmpty }
    guard !drawn.isEmpty, let ideal = result.contenders.first?[worth]?.ceiling else { return nil }
    let hasLines = drawn.contains { $0.points.count > 1 }
    var plot = Plot(
      title(hasUtility: hasUtility), description: drawn.map { $0.words(withMarks: hasLines) }.joined(separator: " "),
      x: Axis("strongest attacker, AUC"),
      y: Axis(hasUtility ? "mult-vae from synthetic, ndcg@100" : "classifier, AUC"))
    let corner = Curves.Curve(Series(colour: .neutral), [PlotPoint(Self.chance, ideal)], labels: ["ideal"])
    let curves = drawn.enumerated().map { place, curve in
      Curves.Curve(Series(curve.name, place), curve.points, labels: curve.points.count > 1 ? curve.marks : [])
    }
    plot.marks = [Curves([corner] + curves)]
    // Higher than other plots, because the words at the ends need room.
    plot.height = 340 + 10 * Double(drawn.count)
    return ReportFigure(
      plot, caption: caption(hasUtility: hasUtility, hasLines: hasLines), table: values(of: worth))
  }

  /// The area of an attacker who guesses.
  private static var chance: Double { 0.5 }

  private func title(hasUtility: Bool) -> String {
    hasUtility ? "Utility against privacy" : "Likeness against privacy"
  }

  private func caption(hasUtility: Bool, hasLines: Bool) -> String {
    let isOverEpsilon = result.curves.contains { $0.parameter == .epsilon }
    let joined = "the temperatures (T) of a source" + (isOverEpsilon ? ", or the ε of a private model" : "")
    let lines = hasLines ? "Lines join \(joined). " : ""
    return hasUtility
      ? "Up and to the left is better: more is learned from the synthetic users, and an attacker learns less about who was "
        + "trained on. \(lines)The grey point is the ideal: training on real users, and an attacker who guesses."
      : "Down and to the left is better: a classifier tells synthetic from real users less well, and an attacker learns less "
        + "about who was trained on. \(lines)The grey point is the ideal: held-out users, and an attacker who guesses."
  }

  /// The contenders in the order of the curves, below the ideal.
  private func values(of worth: AuditMeasureKind) -> Table {
    let hasUtility = worth == .vaeUtility
    let hasGuarantee = result.contenders.contains { $0.epsilon != nil }
    var columns: [Table.Column] = [.text("users from"), .number("T")]
    if hasGuarantee { columns.append(.number("ε")) }
    if hasUtility {
      columns.append(.number("mult-vae, ndcg@100"))
      columns.append(.number("of real"))
    }
    columns.append(.number("classifier, AUC"))
    columns.append(.number("strongest attacker, AUC"))
    columns.append(.text("attacker"))
    var table = Table(
      "Values of “\(title(hasUtility: hasUtility))”; ± is one standard error over users", columns: columns)

    let first = result.contenders.first
    func ceiling(_ kind: AuditMeasureKind) -> Table.Cell {
      .number(first?[kind]?.ceiling, standardError: first?[kind]?.ceilingError, decimals: 3)
    }
    var ideal: [Table.Cell] = [.text("ideal"), .missing]
    if hasGuarantee { ideal.append(.missing) }
    if hasUtility {
      ideal.append(ceiling(worth))
      ideal.append(.text(Number.percent(1, decimals: 0)))
    }
    ideal.append(ceiling(.twoSampleTest))
    ideal.append(.number(Self.chance, decimals: 3))
    ideal.append(.missing)
    table.append(ideal)

    for curve in result.curves {
      for contender in curve.contenders {
        let (use, attack) = (contender[worth], contender.strongestAttack)
        var row: [Table.Cell] = [.text(curve.name), .text(Number.exact(contender.temperature))]
        if hasGuarantee { row.append(contender.epsilon.map { .text(Number.exact($0)) } ?? .missing) }
        if hasUtility {
          row.append(.number(use?.value, standardError: use?.standardError, decimals: 3))
          row.append(use?.details["ratio"].map { .text(Number.percent($0, decimals: 0)) } ?? .missing)
        }
        let classifier = contender[.twoSampleTest]
        row.append(.number(classifier?.value, standardError: classifier?.standardError, decimals: 3))
        row.append(.number(attack?.value, standardError: attack?.standardError, decimals: 3))
        row.append(attack.map { .text($0.kind.shortTitle) } ?? .missing)
        table.append(row)
      }
    }
    return table
  }
}

/// The contenders of a curve that have both values.
private struct DrawnCurve {
  let name: String
  /// Such as `T 0.5`, one for each point.
  private(set) var marks: [String] = []
  private(set) var points: [PlotPoint] = []

  init(_ curve: GenerativeCurve, _ worth: AuditMeasureKind) {
    name = curve.name
    for contender in curve.contenders {
      guard let x = contender.strongestAttack?.value, let y = contender[worth]?.value else { continue }
      marks.append(curve.mark(of: contender))
      points.append(PlotPoint(x, y))
    }
  }

  /// The points in a sentence.
  func words(withMarks: Bool) -> String {
    let words = zip(marks, points).map { mark, point in
      "\(Number.text(point.y)) and \(Number.text(point.x))\(withMarks ? " at \(mark)" : "")"
    }
    return "\(name): \(words.joined(separator: ", "))."
  }
}
