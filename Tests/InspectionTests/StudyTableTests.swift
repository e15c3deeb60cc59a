import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import Inspection
import InteractionData
import Presentation
import TestSupport
import Testing

@Suite("The tables and the document of a study")
struct StudyTableTests {
  /// A point and a distribution over the same eight items, by hand.
  private static func study(pointsOnly: Bool = false) throws -> InspectionStudy {
    let items = Vocabulary(ids: (0..<8).map { "item-\($0)" })
    let encoder: [[Float]] = (0..<8).map { [Float($0 % 4) - 1.5, $0 < 4 ? 1 : -1, 0] }
    let rows = randomRows(60, 8, density: 0.4, seed: 3)
    let pairs = (0..<rows.rowCount).flatMap { row in
      rows.indices(ofRow: row).map { (user: "user-\(row)", item: items[Int($0)]) }
    }
    var options = InspectionOptions()
    (options.draws, options.boundUsers, options.informationUsers) = (4, 20, 20)
    (options.priorDraws, options.discrepancyPoints) = (20, 20)
    let point = try Toy.points(encoder: encoder)
    let distribution = try Toy.linear(encoder: encoder, logVariances: [-1, -1, 0])
    let subjects = [
      InspectionSubject(
        label: "a", directory: ModelDirectory(configuration: AE(), model: point, items: items)),
      InspectionSubject(
        label: "b", directory: ModelDirectory(configuration: MultVAE(), model: distribution, items: items)),
    ]
    return try InspectionStudy(
      pointsOnly ? [subjects[0]] : subjects, on: Interactions(name: "toy", pairs: pairs), options: options,
      seed: Seed(1),
      processor: Processor(engine: .gsl, threads: 2))
  }

  @Test("a latent space too wide for its covariance is refused before anything is computed")
  func wide() throws {
    let width = AggregatePosterior.mostCorrelatedDimensions + 1
    let model = try Toy.points(encoder: [[Float]](repeating: [Float](repeating: 1, count: width), count: 8))
    let items = Vocabulary(ids: (0..<8).map { "item-\($0)" })
    let subject = InspectionSubject(
      label: "wide", directory: ModelDirectory(configuration: AE(), model: model, items: items))
    let error = #expect(throws: DataError.self) {
      try InspectionStudy(
        [subject], on: Interactions(name: "toy", pairs: [("user", "item-1")]), seed: Seed(1),
        processor: Processor(engine: .gsl, threads: 2))
    }
    #expect(error?.message.contains("has 1001 latent dimensions") == true, "\(String(describing: error))")
    #expect(error?.accepted == "a model with at most 1000")
  }

  private static func texts(_ table: Table) -> [[String]] {
    table.markdown().split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test("what does not apply to a point is not defined, every other cell is a number, and every row says what it means")
  func measures() throws {
    let study = try Self.study()
    #expect(
      study.tables.map(\.table.caption) == ["What it holds", "How it fits the prior", "How well it gives users back"])
    let rows = study.tables.flatMap { Self.texts($0.table).dropFirst(2) }
    for name in ["KL to the prior", "ELBO", "L_4", "mutual information", "collapsed dimensions"] {
      let row = try #require(rows.first { $0[0] == name }, "\(name)")
      #expect(row[1] == "not defined" && row[2] != "not defined", "\(row)")
    }
    for row in rows { #expect(row.count == 4 && row[3].contains(/[a-z]{3}/), "\(row)") }
    #expect(Set(rows.map { $0[0] }).count == rows.count)
    #expect(rows.first { $0[0] == "active dimensions" }?[1...2] == ["2 of 3", "2 of 3"])
    #expect(study.recoveryTable == nil)
    // The main rows are rows of the tables.
    let main = Self.texts(study.mainTable).dropFirst(2)
    #expect(main.count == 9 && main.allSatisfy(rows.contains))
  }

  @Test("measures that apply to none of the models have no row")
  func points() throws {
    let study = try Self.study(pointsOnly: true)
    let names = study.tables.flatMap { Self.texts($0.table).dropFirst(2) }.map { $0[0] }
    #expect(!names.contains("KL to the prior") && !names.contains("ELBO") && names.contains("effective rank"))
    #expect(
      study.dimensionTable(of: study.models[0], limit: 2).columns.map(\.title) == [
        "dimension", "mean", "variance", "active", "up", "down",
      ])
  }

  @Test("sentences say what each model holds and where draws land, with the numbers of the tables")
  func sentences() throws {
    let study = try Self.study()
    let sentences = study.sentences
    #expect(sentences[0] == "a encodes users to points: 2 directions of 3 carry 90 % of what differs between users.")
    for model in study.models {
      let land = try #require(sentences.first { $0.contains("within reach of \(model.label)'s codes") })
      #expect(land.contains("\(Number.decimal(model.priorDraws.prior.nearest, 2)) similar to the nearest real profile"))
      let isAlike = model.priorDraws.prior.nearest >= model.priorDraws.realNearest
      #expect(land.contains("decoded they look like users") == isAlike, "\(land)")
      let isAmong = model.codes.region.priorWithin >= 0.5
      #expect((land.hasPrefix("Only ") || land.hasPrefix("Hardly any ")) == !isAmong, "\(land)")
    }
    let distribution = try #require(study.models[1].distribution)
    let holds = try #require(sentences.first { $0.hasPrefix("b encodes users to distributions") })
    #expect(holds.contains("\(Number.decimal(distribution.divergence, 1)) nats (KL)"))
    #expect(
      sentences.last == "An AE encodes a user to a point, so KL, ELBO and posterior variance are not defined for it.")
  }

  @Test("directions are the fewest that carry a share", arguments: [0.01, 0.5, 0.9, 0.999, 1])
  func directions(share: Double) throws {
    for model in try Self.study().models {
      let variances = model.codes.singularValues.map { $0 * $0 }
      let count = model.codes.directions(carrying: share)
      let total = variances.reduce(0, +)
      #expect(variances.prefix(count).reduce(0, +) >= (share - 1e-12) * total)
      #expect(variances.prefix(count - 1).reduce(0, +) < share * total)
    }
  }

  @Test("dimensions are listed by what they say most of, with the items they raise as names")
  func dimensions() throws {
    let study = try Self.study()
    let table = study.dimensionTable(of: study.models[1], limit: 2)
    #expect(table.columns.map(\.isNumber) == [false, true, true, true, true, false, false, false])
    #expect(table.rows.count == 2)
    let found = try #require(study.models[1].distribution).dimensions
    let order = found.sorted { ($1.divergence, $0.number) < ($0.divergence, $1.number) }.map { "\($0.number)" }
    #expect(Self.texts(table).dropFirst(2).map { $0[0] } == Array(order.prefix(2)))
    guard case .names(let names) = table.rows[0][6] else {
      Issue.record("the items are no names")
      return
    }
    #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("item-") })
  }

  @Test("the document has the same members for a point and a distribution, null where there is nothing")
  func document() throws {
    let document = try JSONValue(encoding: Self.study()).members ?? [:]
    #expect(document["recovery"] == .null)
    guard case .array(let models)? = document["models"] else {
      Issue.record("no models")
      return
    }
    let (a, b) = (try #require(models[0].members), try #require(models[1].members))
    #expect(Set(a.keys) == Set(b.keys))
    #expect(a["distribution"] == .null && a["undefined"] == "not defined: an AE has no distribution")
    #expect(b["undefined"] == .null)
    guard case .array(let points)? = a["dimensions"], case .array(let gaussians)? = b["dimensions"] else {
      Issue.record("no dimensions")
      return
    }
    let keys: Set = [
      "number", "mean", "variance", "active", "up", "down", "kl", "posteriorVariance", "aggregateVariance",
      "aggregateKL", "collapsedUsers", "collapsed",
    ]
    for dimension in points + gaussians { #expect(Set(dimension.members?.keys.map(\.self) ?? []) == keys) }
    #expect(points[0].members?["kl"] == .null && gaussians[0].members?["kl"] != .null)
    #expect(b["reconstruction"]?.members?["perplexity"] != .null)
  }
}
