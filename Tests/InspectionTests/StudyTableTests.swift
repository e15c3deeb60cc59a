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
  private static func study() throws -> InspectionStudy {
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
    return try InspectionStudy(
      [
        InspectionSubject(
          label: "a", directory: ModelDirectory(configuration: AE(), model: point, items: items)),
        InspectionSubject(
          label: "b", directory: ModelDirectory(configuration: MultVAE(), model: distribution, items: items)),
      ], on: Interactions(name: "toy", pairs: pairs), options: options, seed: Seed(1),
      processor: Processor(engine: .gsl, threads: 2))
  }

  private static func texts(_ table: Table) -> [[String]] {
    table.markdown().split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test("what a point has not is not defined, and every other cell is a number")
  func summary() throws {
    let study = try Self.study()
    let rows = Self.texts(study.summaryTable)
    #expect(rows[0] == ["measure", "a", "b"])
    for name in ["KL to the prior", "ELBO", "L_4", "mutual information", "collapsed dimensions"] {
      let row = try #require(rows.first { $0[0] == name }, "\(name)")
      #expect(row[1] == "not defined" && row[2] != "not defined", "\(row)")
    }
    #expect(rows.first { $0[0] == "dimensions" } == ["dimensions", "3", "3"])
    #expect(rows.first { $0[0] == "active dimensions" } == ["active dimensions", "2", "2"])
    #expect(study.recoveryTable == nil)
    #expect(Self.texts(study.mainTable).count == 9)
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
