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

  @Test("ae-against-vae says what both have, and what a point has not")
  func aeAgainstVAE() throws {
    let lines = try lines(of: "ae-against-vae")
    func cells(_ measure: String) throws -> [String] {
      let row = try #require(lines.first { $0.hasPrefix("| \(measure) ") })
      return row.split(separator: "|").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let divergences = try cells("KL to the prior")
    #expect(divergences.prefix(2).allSatisfy { $0 == "not defined" })
    #expect(divergences.dropFirst(2).compactMap { Double($0) }.count == 2)
    for column in 2..<4 {
      func value(_ measure: String) throws -> Double {
        let word = try #require(try cells(measure)[column].split(separator: " ").first)
        return try #require(Double(word.replacing("−", with: "-")))
      }
      #expect(try value("ELBO") < value("L_5") && value("L_5") < value("L_50"))
    }
    #expect(try cells("active dimensions").prefix(4).allSatisfy { $0.hasSuffix(" of 32") })
    #expect(lines.contains { $0.hasPrefix("   AE, run 1: ") } && lines.contains { $0.hasPrefix("   VAE, run 1: ") })
    for pair in ["AE, run 1 and AE, run 2", "VAE, run 1 and VAE, run 2"] {
      let procrustes = try #require(try cells(pair).first.flatMap { Double($0) })
      #expect(procrustes >= 0 && procrustes < 1)
    }
    let truth = try cells("truth")
    #expect(truth[0] == "4" && truth[1] == "1.0000" && truth[3] == "1.0000" && truth[4] == "1.0000")
    let probed = try #require(lines.last { $0.hasPrefix("| VAE, run 1 ") })
    #expect(probed.split(separator: "|").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }.count == 5)
  }

  @Test("your-own-model, a package of its own, compares, tests, reports, saves and loads its model by its metric")
  func yourOwnModel() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let build = URL(fileURLWithPath: try Executable.doppel().path).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "your-own-model")
    let folder = try TemporaryFolder()
    let outcome = try Executable(path: "/usr/bin/env").run(
      [
        ProcessInfo.processInfo.environment["SWIFT"] ?? "swift", "run", "-c", "release", "--package-path",
        root.appending(path: "examples/your-own-model").path, "--scratch-path", build.path, "your-own-model",
      ], in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.components(separatedBy: "\n")
    #expect(lines[0].contains("ndcg@20") && lines[0].contains("half-life@20"))
    #expect(lines.contains { $0.hasPrefix("| item-knn ") } && lines.contains { $0.hasPrefix("On ndcg@20, ") })
    #expect(lines.count { $0.hasPrefix("  ") } == 3)
    #expect(try folder.text("report.html").contains("item-knn"))
    #expect(try folder.text("item-knn/config.json").contains("\"neighbours\" : 50"))
  }
}
