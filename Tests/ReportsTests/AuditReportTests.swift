import Audit
import Autoencoders
import Compute
import Foundation
import InteractionData
import Plots
import Presentation
import Reports
import Testing

/// Audits that are run in a moment.
enum SmallAudit {
  static var run: RunFacts { RunFacts(seed: Seed(3), SmallModels.processor) }

  /// 300 users of a made-up population in three parts.
  static func result(utility: Bool = false, holdout: Bool = true, hostile: Bool = false) throws -> AuditResult {
    let all = try SmallModels.data()
    func part(_ part: Int, _ name: String) -> Interactions {
      let pairs = (0..<all.count).filter { Int(all.userIndices[$0]) % 3 == part }.map { place in
        let item = Int(all.itemIndices[place])
        return (
          user: "\(name) \(all.userIndices[place])",
          item: hostile && item < Hostile.ids.count ? Hostile.ids[item] : all.items[item]
        )
      }
      return Interactions(name: hostile ? Hostile.ids[part] : name, pairs: pairs)
    }
    var auditor = Auditor(seed: Seed(3), processor: SmallModels.processor)
    auditor.options.permutations = 19
    auditor.options.resamples = 10
    if utility { auditor.options.utility?.epochs = 2 } else { auditor.options.utility = nil }
    return try auditor.audit(
      AuditData(
        train: part(0, "train.tsv"), synthetic: part(1, "synthetic.tsv"),
        holdout: holdout ? part(2, "holdout.tsv") : nil))
  }
}

@Suite("The report of an audit")
struct AuditReportTests {
  private static let figures = [
    "Gaps to real users: fidelity", "Gaps to real users: utility, then privacy", "Popularity by rank",
    "Profile lengths", "Pairs of top items", "Map of users",
    "Distance to the closest record",
  ]

  @Test("has conclusions, three questions, notes and seven figures")
  func sections() throws {
    let result = try SmallAudit.result(utility: true)
    let page = AuditReport(result, run: SmallAudit.run).page
    #expect(page.sections.map(\.title) == ["Conclusions", "Fidelity", "Utility", "Privacy", "Notes"])
    let outline = try PageOutline(parsing: page.html)
    #expect(outline.count("svg") == Self.figures.count)
    for title in Self.figures { #expect(outline.text.contains(title)) }
    for sentence in result.conclusions { #expect(outline.text.contains(sentence)) }
    for measure in result.measures {
      #expect(outline.text.contains(measure.kind.title))
      #expect(outline.text.contains(measure.sentence), "\(measure.kind)")
    }
    for score in result.utility?.scores ?? [] {
      #expect(outline.text.contains(Number.text(score.value, decimals: 4)), "\(score)")
    }
  }

  @Test("shows all gaps before the tables, and every measure's sentence folded under them")
  func order() throws {
    let result = try SmallAudit.result()
    let html = AuditReport(result, run: SmallAudit.run, command: "doppel audit --real 'a b.tsv'").page.html
    let gaps = try #require(html.range(of: "Gaps to real users"))
    let table = try #require(html.range(of: "<caption>Fidelity: synthetic users"))
    let words = try #require(html.range(of: "<summary>Fidelity: every measure in words"))
    #expect(gaps.lowerBound < table.lowerBound && table.lowerBound < words.lowerBound)
    #expect(try PageOutline(parsing: html).text.contains("doppel audit --real 'a b.tsv'"))
  }

  @Test("without a holdout says other half, and holds nothing against unseen users")
  func withoutHoldout() throws {
    let page = AuditReport(try SmallAudit.result(holdout: false), run: SmallAudit.run).page
    #expect(page.sections.map(\.title) == ["Conclusions", "Fidelity", "Privacy", "Notes"])
    let text = try PageOutline(parsing: page.html).text
    #expect(text.contains("the other half of the training users"))
    #expect(text.contains("Not judged without --holdout: exact copies of holdout users; nearer to train"))
    #expect(!text.contains("synthetic to holdout"))
  }

  /// The values under a figure, as its table gives them.
  private func values(_ title: String, _ report: AuditReport) throws -> [[String]] {
    let html = report.page.html
    let start = try #require(html.range(of: "Values of “\(title)”"))
    let end = try #require(html.range(of: "</table>", range: start.upperBound..<html.endIndex))
    return html[start.upperBound..<end.lowerBound].components(separatedBy: "<tr>").dropFirst(2).map { row in
      row.replacing(/<[^>]*>/, with: "\u{1F}").split(separator: "\u{1F}").map(String.init).filter {
        !$0.allSatisfy(\.isWhitespace)
      }
    }
  }

  @Test("a histogram shows the shares of the audit, and not how many shares there are")
  func histograms() throws {
    var result = try SmallAudit.result()
    result.plots.lengths = [
      .init(source: .train, edges: [0, 10, 20, 30], shares: [0.5, 0.25, 0.25]),
      .init(source: .holdout, edges: [0, 10, 20, 30], shares: [0.125, 0.875, 0]),
      .init(source: .synthetic, edges: [0, 10, 20, 30], shares: [0, 0, 1]),
    ]
    result.plots.distances = [
      .init(from: .synthetic, to: .train, edges: [0, 0.5, 1], shares: [0.75, 0.25]),
      .init(from: .holdout, to: .train, edges: [0, 0.5, 1], shares: [0.375, 0.625]),
    ]
    let report = AuditReport(result, run: SmallAudit.run)
    #expect(
      try values("Profile lengths", report) == [
        ["train", "0 to 10", "0.5"], ["train", "10 to 20", "0.25"], ["train", "20 to 30", "0.25"],
        ["holdout", "0 to 10", "0.125"], ["holdout", "10 to 20", "0.875"], ["holdout", "20 to 30", "0"],
        ["synthetic", "0 to 10", "0"], ["synthetic", "10 to 20", "0"], ["synthetic", "20 to 30", "1"],
      ])
    #expect(
      try values("Distance to the closest record", report) == [
        ["synthetic to train", "0 to 0.5", "0.75"], ["synthetic to train", "0.5 to 1", "0.25"],
        ["holdout to train", "0 to 0.5", "0.375"], ["holdout to train", "0.5 to 1", "0.625"],
      ])
  }

  @Test("shares of the real histograms sum to one for every kind of user")
  func wholes() throws {
    let result = try SmallAudit.result()
    #expect(result.plots.lengths.map(\.source) == AuditSource.allCases)
    for shares in result.plots.lengths.map(\.shares) + result.plots.distances.map(\.shares) {
      #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
    }
    // Every user of a hundred is one hundredth in a bin of lengths.
    for share in result.plots.lengths.flatMap(\.shares) { #expect(abs(share * 100 - (share * 100).rounded()) < 1e-9) }
  }

  @Test("verdicts are words")
  func verdicts() throws {
    let result = try SmallAudit.result()
    let outline = try PageOutline(parsing: AuditReport(result, run: SmallAudit.run).page.html)
    for judgement in Set(result.measures.map(\.judgement)) where judgement != .notJudged {
      #expect(outline.text.contains(judgement.rawValue))
    }
  }

  @Test("names of files and items from outside stay names")
  func hostile() throws {
    let page = AuditReport(try SmallAudit.result(hostile: true), run: SmallAudit.run).page
    let outline = try PageOutline(parsing: page.html)
    for name in ["script", "img", "b-", "iframe", "object", "link"] { #expect(outline.count(name) == 0) }
    for (name, value) in outline.attributes {
      #expect(!name.lowercased().hasPrefix("on"), "\(name) would run a program")
      if name == "href" { #expect(value.hasPrefix("#")) }
    }
  }
}
