import Audit
import Autoencoders
import Experiments
import Foundation
import Generation
import Reports
import Testing

/// Results of generators that nobody drew from.
enum SmallGenerators {
  /// An autoencoder with one source and a variational one with three, and private fits of the latter.
  static func result(temperatures: [Double] = [1], epsilons: [Double] = [], utility: Bool = false) -> GenerativeResult {
    var contenders: [GenerativeContender] = []
    var share = 0.7
    func draw(_ model: String, _ source: GenerativeSource, _ guarantee: PrivacyRequest? = nil) {
      for value in temperatures {
        contenders.append(
          GenerativeContender(
            model: model, source: source, temperature: Temperature(value) ?? .one, guarantee: guarantee,
            namesTemperature: temperatures != [1], users: 150,
            measures: measures(share - 0.2 * (value - 0.5), utility: utility)))
      }
      share += 0.05
    }
    draw("ae", .fitted)
    for source in GenerativeSource.allCases { draw("mult-vae", source) }
    for epsilon in epsilons { draw("mult-vae", .prior, PrivacyRequest(epsilon: epsilon, delta: 1e-6)) }
    return GenerativeResult(
      trainingUsers: 150, heldOutUsers: 150,
      models: [ModelResult(configuration: AE(), scores: []), ModelResult(configuration: MultVAE(), scores: [])],
      contenders: contenders, notes: [])
  }

  /// - Parameter share: how near the users are to real ones.
  private static func measures(_ share: Double, utility: Bool) -> [AuditMeasure] {
    func measure(_ kind: AuditMeasureKind, _ value: Double, _ ceiling: Double, ratio: Double = 1) -> AuditMeasure {
      GapRule.measure(
        kind, value: value, standardError: 0.02, ceiling: ceiling, ceilingError: 0.02, details: ["ratio": ratio])
    }
    var measures = GenerativeResult.fidelity.map { kind in
      measure(kind, kind == .twoSampleTest ? 1.3 - share : share, 0.5)
    }
    if utility {
      measures.append(measure(.popularityUtility, 0.1, 0.1))
      measures.append(measure(.vaeUtility, 0.3 * share, 0.3, ratio: share))
    }
    measures.append(measure(.membershipAUC, 0.5, 0.5))
    measures.append(measure(.densityMembershipAUC, 0.4 + 0.25 * share, 0.5))
    return measures
  }

  static func page(_ result: GenerativeResult) throws -> ReportPage {
    let document = ResultDocument(
      try SmallComparison.facts(dataName: "data"), Comparison(result.models, metrics: []))
    return GenerativeReport(result, document: document, command: "doppel compare --generative").page
  }
}

@Suite("The report of generators")
struct GenerativeReportTests {
  /// The plot of the page with a title.
  private func plot(_ title: String, _ page: ReportPage) throws -> Substring {
    let html = page.html
    let start = try #require(html.range(of: "data-plot=\"\(title)\""))
    let end = try #require(html[start.upperBound...].range(of: "</svg>"))
    return html[start.lowerBound..<end.lowerBound]
  }

  @Test("has one line for each source of each model, one over ε for each temperature, and words at the ends alone")
  func lines() throws {
    let result = SmallGenerators.result(temperatures: [0.5, 0.75, 1], epsilons: [1, 3, 8], utility: true)
    let page = try SmallGenerators.page(result)
    #expect(
      page.sections.map(\.title) == ["Results", "Fidelity", "Utility", "Privacy", "Training", "Settings"])
    let plot = try plot("Utility against privacy", page)
    #expect(result.curves.count == 4 + 3)
    #expect(plot.matches(of: /<path class="line s\d"/).count == result.curves.count)
    // A sign for every contender, and one for the ideal.
    #expect(plot.matches(of: /<path class="sign s\d" d="[^"]*"><title>/).count == result.contenders.count)
    #expect(plot.matches(of: /<path class="sign sn"/).count == 1 && plot.contains(">ideal</text>"))
    #expect(plot.contains("mult-vae, population: T 0.75</title>") && !plot.contains(">T 0.75</text>"))
    #expect(plot.contains("mult-vae, private, T 0.5: ε 3</title>") && !plot.contains(">ε 3</text>"))
    #expect(plot.contains(">T 0.5</text>") && plot.contains(">T 1</text>") && plot.contains(">ε 8</text>"))
    for curve in result.curves { #expect(plot.contains(">\(curve.name)</text>"), "\(curve.name)") }
    let text = try PageOutline(parsing: page.html).text
    #expect(text.contains("Up and to the left is better") && text.contains("membership (density)"))
    // What (ε, δ) leaves any attacker.
    #expect(text.contains("0.731 for ε = 1") && text.contains("no guarantee covers them"))
  }

  @Test("without utility, the classifier takes its place, and one temperature makes points without words")
  func points() throws {
    let result = SmallGenerators.result()
    let page = try SmallGenerators.page(result)
    let plot = try plot("Likeness against privacy", page)
    #expect(!plot.contains("<path class=\"line") && !plot.contains(">T 1</text>"))
    #expect(plot.matches(of: /<path class="sign s\d" d="[^"]*"><title>/).count == result.contenders.count)
    let outline = try PageOutline(parsing: page.html)
    #expect(outline.text.contains("Down and to the left is better"))
    #expect(!outline.text.contains("Lines join") && !outline.text.contains("0.731"))
    #expect(!page.sections.map(\.title).contains("Utility"))
    #expect(outline.text.contains("ae + fitted Gaussian"))
  }

  @Test("the table under the plot has the contenders line by line, with temperature, ε and the share of real users")
  func table() throws {
    let page = try SmallGenerators.page(
      SmallGenerators.result(temperatures: [0.5, 1], epsilons: [1, 8], utility: true))
    let html = page.html
    let start = try #require(html.range(of: "Values of “Utility against privacy”"))
    let end = try #require(html[start.upperBound...].range(of: "</table>"))
    let rows = html[start.upperBound..<end.lowerBound].split(separator: "<tr>").dropFirst(2).map { row in
      row.split(separator: "</t").compactMap { $0.split(separator: ">").last.map(String.init) }
    }
    // The ideal, two temperatures of four sources, and two ε at either temperature.
    #expect(rows.count == 1 + 2 * 4 + 2 * 2)
    let names = rows.map { $0.first ?? "" }
    #expect(names.first == "ideal" && names[1] == names[2] && names.last == "mult-vae, private, T 1")
    #expect(rows.allSatisfy { $0.contains { $0.hasSuffix("\u{A0}%") || $0.hasSuffix(" %") } })
  }
}
