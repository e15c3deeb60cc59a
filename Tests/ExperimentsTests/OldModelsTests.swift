import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Testing

/// Model directories written by earlier versions, with the lists and codes that those versions gave.
@Suite("Models of earlier versions")
struct OldModelsTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/models-0.1.0").path
  private static let names = [
    "popularity", "ae", "dae", "cdae", "mult-dae", "mult-vae", "user-autorec", "item-autorec",
  ]
  private let processor = Processor(engine: .gsl, threads: 1)

  /// Lines of tab-separated columns, without the header; `nil` where there is no such file.
  private func table(_ path: String) throws -> [[String]]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t").map(String.init)
    }
  }

  @Test("they load, and give the same lists and the same codes", arguments: names)
  func sameAnswers(_ name: String) throws {
    let path = Self.folder + "/" + name
    let directory = try ModelDirectory(contentsOf: path)
    #expect(directory.configuration.name == name)
    let audience = directory.audience(try InteractionReader().read(path: Self.folder + "/ratings.tsv"))
    if let expected = try table(path + "/lists.tsv") {
      var found: [(user: String, item: String, score: Float)] = []
      try directory.recommend(to: audience, k: 5, processor: processor) { user, list in
        found += list.map { (user, directory.items[$0.item], $0.score) }
      }
      #expect(found.map { [$0.user, $0.item] } == expected.map { Array($0.prefix(2)) })
      for (mine, line) in zip(found, expected) {
        let score = try #require(Float(line[2]))
        #expect(abs(mine.score - score) <= 1e-4 * max(1, abs(score)), "\(mine) beside \(line)")
      }
    } else {
      #expect(throws: DataError.self) { try directory.checkScores() }
    }
    if let expected = try table(path + "/codes.tsv") {
      var row = 0
      try directory.encode(audience, processor: processor) { user, code in
        #expect(user == expected[row][0] && code.count == expected[row].count - 1)
        for (mine, text) in zip(code, expected[row].dropFirst()) {
          #expect(abs(mine - (Float(text) ?? .nan)) <= 1e-4, "\(user): \(mine) beside \(text)")
        }
        row += 1
      }
      #expect(row == expected.count)
    }
  }

  @Test("what they say of their training is read, and what they do not say is not made up", arguments: names)
  func record(_ name: String) throws {
    let record = try ModelDirectory(contentsOf: Self.folder + "/" + name).record
    let isRanking = Zoo.named(name)?.task == .ranking
    #expect(record.facts?.version == "0.1.0" && record.facts?.seed == 42 && record.facts?.precision == .float32)
    #expect(record.facts?.dataset?.name == "ratings.tsv" && record.facts?.dataset?.users == 40)
    #expect(record.facts?.data == nil && record.facts?.threads == nil && record.facts?.split == nil)
    #expect(record.training?.objective == .recommend && record.training?.users == nil)
    #expect(record.training?.selection == (isRanking ? "ndcg@100" : "rmse"))
    #expect((record.training?.validation == nil) == (name == "popularity"))
    #expect(record.profileLengths?.values.reduce(0, +) == (isRanking ? 40 : nil))
    #expect((record.aggregatePosterior?.dimensions == 3) == (name == "mult-vae"))
    #expect(record.others.isEmpty)
  }

  @Test("every model that could be saved is there")
  func complete() throws {
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { !$0.contains(".") }
    #expect(Set(found) == Set(Self.names))
  }
}
