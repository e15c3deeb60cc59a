import Foundation
import Testing

@Suite("Examples")
struct ExampleTests {
  private func lines(of name: String) throws -> [String] {
    let outcome = try Executable(name).run([], in: TemporaryFolder())
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.components(separatedBy: "\n")
  }

  @Test("compare-models prints one table, in which Mult-VAE beats popularity")
  func compareModels() throws {
    let lines = try lines(of: "compare-models")
    #expect(lines[0].hasPrefix("800 users, 200 items, "))
    func ndcg(_ model: String) throws -> Double {
      let row = try #require(lines.first { $0.hasPrefix("| \(model) ") })
      let cell = row.split(separator: "|")[1].filter { $0 != "*" }
      return try #require(cell.split(separator: " ").first.flatMap { Double($0) })
    }
    #expect(try ndcg("mult-vae") > ndcg("popularity"))
    #expect(try ndcg("ae") > 0)
    #expect(lines.contains { $0.hasPrefix("On ndcg@20") })
  }

  @Test("recommend-for-a-newcomer finds the genre of the newcomer, and nothing they have")
  func newcomer() throws {
    let lines = try lines(of: "recommend-for-a-newcomer")
    let titles = lines.filter { $0.hasPrefix("  ") }
    #expect(titles.count == 10 && Set(titles).count == 10)
    #expect(titles.suffix(5).count { $0.hasSuffix("(Western)") } >= 3)
  }

  @Test("point-or-distribution draws people only from the distribution, who like things of a kind")
  func pointOrDistribution() throws {
    let lines = try lines(of: "point-or-distribution")
    try expectSnapshot(
      lines.filter { !$0.contains(", ") }.joined(separator: "\n")
        .replacing(/( +-?\d+\.\d+)+/, with: " #").replacing(/all \d+/, with: "all #") + "\n",
      "point-or-distribution")
    #expect(lines.count { $0.contains(", ") } == 3)
  }
}
