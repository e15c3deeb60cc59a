import Autoencoders
import Compute
import Foundation
import Inspection
import InteractionData
import Reports
import Testing

/// Inspections that are run in a moment.
enum SmallInspection {
  /// An AE and a Mult-VAE of 14 dimensions, labelled as given.
  static func study(labels: [String] = ["ae", "second"]) throws -> InspectionStudy {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let subjects = try zip(labels, ["ae", "mult-vae"]).map { label, name in
      InspectionSubject(
        label: label,
        directory: ModelDirectory(
          configuration: try #require(Zoo.named(name)), model: try SmallModels.fit(name, rows),
          items: data.items))
    }
    var options = InspectionOptions()
    (options.draws, options.boundUsers, options.informationUsers) = (4, 50, 50)
    (options.priorDraws, options.discrepancyPoints) = (50, 50)
    return try InspectionStudy(
      subjects, on: data, options: options, seed: Seed(3), processor: SmallModels.processor)
  }

  static func page() throws -> ReportPage {
    InspectionReport(try study(), run: SmallAudit.run, command: "doppel inspect ae second").page
  }
}

@Suite("The report of an inspection")
struct InspectionReportTests {
  @Test("sets text columns to the left and number columns to the right, by their names")
  func columns() throws {
    let html = try SmallInspection.page().html
    for weight in ["variance", "KL"] {
      let start = try #require(html.range(of: "<caption>The 14 dimensions with the largest \(weight)</caption>"))
      let end = try #require(html.range(of: "</thead>", range: start.upperBound..<html.endIndex))
      let head = html[start.upperBound..<end.lowerBound]
      for title in ["dimension", "active", "up", "down"] {
        #expect(head.contains("<th scope=\"col\"><bdi>\(title)</bdi></th>"), "\(title)")
      }
      for title in ["mean", "variance"] + (weight == "KL" ? ["KL", "posterior variance"] : []) {
        #expect(head.contains("<th scope=\"col\" class=\"number\"><bdi>\(title)</bdi></th>"), "\(title)")
      }
    }
  }

  @Test("names a model once, and its kind only where the label differs")
  func headings() throws {
    let titles = try SmallInspection.page().sections.map(\.title)
    #expect(titles == ["Findings", "ae", "second (mult-vae)", "How this was measured"])
  }

  @Test("opens with what was found, then the plots, then the main measures, and folds the others")
  func findings() throws {
    let study = try SmallInspection.study()
    let html = try SmallInspection.page().html
    func place(_ text: String) throws -> String.Index { try #require(html.range(of: text), "\(text)").lowerBound }
    let places = try [
      place("ae encodes users to points"), place("Directions that users differ in"),
      place("Decoded draws and codes beside real profiles"), place("<caption>The main measures, over 300 users"),
      place("<summary>What it holds: all measures"), place("<summary>How well it gives users back: all measures"),
    ]
    #expect(places == places.sorted())
    let outline = try PageOutline(parsing: html)
    for sentence in study.sentences { #expect(outline.text.contains(sentence), "\(sentence)") }
    #expect(html.contains("doppel inspect ae second"))
  }
}
