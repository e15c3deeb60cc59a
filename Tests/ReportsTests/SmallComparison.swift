import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Plots
import Reports
import Testing

/// A comparison that is run in a moment.
enum SmallComparison {
  static func run(_ names: [String]) throws -> (comparison: Comparison, itemPopularity: [Int]) {
    let split = try RankingSplit.users(SmallModels.data(), heldOut: 0.2, seed: Seed(3))
    var experiment = Experiment(split, seed: Seed(3), processor: SmallModels.processor)
    experiment.metrics = [Metric(.ndcg, at: 100), Metric(.recall, at: 20), Metric(.coverage, at: 20)]
    let results = try names.map { name in
      let plain = try #require(Zoo.named(name))
      var changes: [String: JSONValue] = ["latent": 14, "epochs": 25, "batchSize": 32, "learningRate": 0.005]
      if plain.hyperparameters["hidden"] != nil { changes["hidden"] = .array([24]) }
      return try experiment.run(plain.setting(changes.filter { plain.has($0.key) })).result
    }
    return (Comparison(results, metrics: experiment.metrics), split.train.columnCounts())
  }

  static func page(_ names: [String], dataName: String) throws -> ReportPage {
    let (comparison, itemPopularity) = try run(names)
    let document = ResultDocument(
      try facts(dataName: dataName), comparison, seconds: .init(load: 0, total: 1), notes: ["a note about \(dataName)"])
    return ComparisonReport(
      document, itemPopularity: itemPopularity,
      command: "doppel compare --models \(names.joined(separator: ","))"
    ).page
  }

  /// Data and split as a comparison would describe them.
  static func facts(dataName: String) throws -> RunFacts {
    let summary = try JSONValue.object([
      "name": .string(dataName), "users": 300, "items": 160, "interactions": 5400, "density": 0.11,
    ]).decoded(as: DataSummary.self)
    let split = try JSONValue.object([
      "kind": "users", "train": 4400, "validation": 0, "test": 200, "testUsers": 30, "skippedUsers": 0,
      "hash": "0123456789abcdef",
    ]).decoded(as: SplitDescription.self)
    return RunFacts(seed: Seed(3), SmallModels.processor, dataset: summary, split: split)
  }
}

@Suite("The report of a comparison")
struct ComparisonReportTests {
  @Test("has a table, learning curves, intervals, users, popularity and cost")
  func sections() throws {
    let page = try SmallComparison.page(["popularity", "ae", "mult-dae", "mult-vae"], dataName: "data")
    #expect(
      page.sections.map(\.title) == [
        "Results", "Training", "Differences user by user", "Popularity of recommended items", "Cost", "Settings",
      ])
    let outline = try PageOutline(parsing: page.html)
    // Three metrics; validation, loss, divergence and β; two of users; one of popularity; two of cost.
    #expect(outline.count("svg") == 3 + 4 + 2 + 1 + 2)
    for name in ["popularity", "ae", "mult-dae", "mult-vae"] { #expect(outline.text.contains(name)) }
  }

  @Test("one model alone has no differences, and no latent models no divergence")
  func alone() throws {
    let page = try SmallComparison.page(["ae"], dataName: "data")
    #expect(page.sections.map(\.title) == ["Results", "Training", "Popularity of recommended items", "Settings"])
    #expect(try PageOutline(parsing: page.html).count("svg") == 2 + 1)
  }

  @Test("recommendations are counted as coverage counts them")
  func recommendations() throws {
    let (comparison, _) = try SmallComparison.run(["popularity", "ae"])
    for model in comparison.models {
      let ranking = try #require(model.ranking)
      let counted = try #require(ranking.recommendations)
      #expect(counted.cutoff == 20)
      #expect(counted.counts.reduce(0, +) == 20 * ranking.userIDs.count)
      let covered = Double(counted.counts.count { $0 > 0 }) / Double(counted.counts.count)
      #expect(model[Metric(.coverage, at: 20)]?.value == covered)
    }
  }

  @Test("opens with the result, shows plots before notes, and has the settings as used with the command line")
  func order() throws {
    let names = ["popularity", "ae", "cdae", "mult-vae"]
    let page = try SmallComparison.page(names, dataName: "data")
    let html = page.html
    #expect(page.lead == (try SmallComparison.run(names)).comparison.headline)
    #expect(!page.lead.isEmpty)
    let plot = try #require(html.range(of: "<figure"))
    let notes = try #require(html.range(of: "<summary>Notes ("))
    #expect(plot.lowerBound < notes.lowerBound)
    let settings = html[try #require(html.range(of: "id=\"settings\"")).lowerBound...]
    #expect(settings.contains("doppel compare --models popularity,ae,cdae,mult-vae"))
    #expect(!settings.contains("null") && !settings.contains("␊") && !settings.contains("["))
    func row(_ model: String, _ key: String, _ value: String) -> String {
      "<bdi>\(model)</bdi></th><td>\(key)</td><td><bdi>\(value)</bdi></td>"
    }
    for (model, key, value) in [
      ("mult-vae", "hidden", "24"), ("mult-vae", "batchSize", "32"), ("mult-vae", "beta", "1"),
      ("cdae", "corruptionScale", "2"),
    ] { #expect(settings.contains(row(model, key, value)), "\(model) \(key)") }
  }

  @Test("a batch size left open is shown as the number used")
  func batchSize() throws {
    let configuration = try #require(Zoo.named("ae"))
    #expect(configuration.hyperparameters["batchSize"] == .null)
    #expect(configuration.settingsUsed(rows: 1000).hyperparameters["batchSize"] == 50)
    for plain in Zoo.defaults {
      var used = plain.settingsUsed(rows: 1000).hyperparameters
      // Left out, it is another schedule, which no number stands for.
      used["annealingSteps"] = nil
      #expect(!used.values.contains(.null), "\(plain.name)")
    }
  }

  @Test("names from outside stay names", arguments: Hostile.ids)
  func hostile(name: String) throws {
    var report = ReportPage("Comparison on \(name)", lead: name)
    report.facts = [(name, name)]
    #expect(try PageOutline(parsing: report.html).count("script") == 0)
  }
}
