import Foundation
import Testing

/// What `doppel audit` prints, writes and refuses.
@Suite("Audit command")
struct AuditCommandTests {
  @Test("--json has every measure with its ceiling and verdict, --report one file that loads nothing")
  func document() throws {
    let folder = try Self.folder()
    let outcome = try Executable.doppel().run(
      [
        "audit", "--real", "t.tsv", "--synthetic", "s.tsv", "--holdout", "h.tsv", "--json", "--utility-epochs", "2",
        "--report", "a.html",
      ], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(
      Set(document.keys) == [
        "train", "holdout", "synthetic", "fidelity", "utility", "privacy", "guarantee", "scores", "copies",
        "conclusions", "notes",
        "seed", "threads", "engine", "version", "seconds",
      ])
    for (group, count) in [("fidelity", 13), ("utility", 4), ("privacy", 10)] {
      let measures = try #require(document[group] as? [[String: Any]])
      #expect(measures.count == count)
      for measure in measures {
        #expect(
          Set(measure.keys) == [
            "measure", "value", "standardError", "ceiling", "ceilingStandardError", "gap", "verdict", "details",
            "sentence",
          ])
      }
    }
    let html = try folder.text("a.html")
    #expect(html.hasPrefix("<!DOCTYPE html>"))
    for title in [
      "Popularity by rank", "Profile lengths", "Pairs of top items", "Map of users", "Distance to the closest",
    ] {
      #expect(html.contains(title))
    }
  }

  @Test("--real-scores keeps what training on real users gave, and the next audit says the same")
  func realScores() throws {
    let folder = try Self.folder()
    func scores(_ synthetic: String) throws -> [String: Double] {
      let outcome = try Executable.doppel().run(
        [
          "audit", "--real", "t.tsv", "--synthetic", synthetic, "--holdout", "h.tsv", "--json", "--utility-epochs", "2",
          "--tstr-only", "--real-scores", "r.json",
        ], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let document = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      let entries = try #require(document["scores"] as? [[String: Any]])
      return entries.reduce(into: [:]) { result, entry in
        result["\(entry["model"] ?? "") on \(entry["trainedOn"] ?? "")"] = entry["ndcg@100"] as? Double
      }
    }
    let first = try scores("s.tsv")
    #expect(first.keys.sorted() == ["mult-vae", "popularity"].flatMap { ["\($0) on real", "\($0) on synthetic"] })
    let kept = try folder.text("r.json")
    #expect(try scores("s.tsv") == first)
    #expect(try folder.text("r.json") == kept)
    // It is read, and not found out again: what stands there is believed, for other synthetic users too.
    let marked = kept.replacing(/(?m)^( +)\d[-.e\d]*(,?)$/) { "\($0.output.1)0.125\($0.output.2)" }
    #expect(marked != kept)
    try folder.write(marked, to: "r.json")
    let other = try scores("h.tsv")
    #expect(other["mult-vae on real"] == 0.125)
    #expect(other["mult-vae on synthetic"] != 0.125)
  }

  @Test("A warning on a model that measures utility says so, and advises no flag that audit does not have")
  func collapse() throws {
    let folder = try TemporaryFolder()
    for (place, name) in ["t", "s", "h"].enumerated() {
      var text = "user\titem\n"
      // Everybody lacks one item of two hundred, so that there is next to nothing to encode.
      for user in 0..<60 {
        for item in 0..<200 where item != (3 * user + place) % 200 { text += "\(name)\(user)\ti\(item)\n" }
      }
      try folder.write(text, to: name + ".tsv")
    }
    let outcome = try Executable.doppel().run(
      [
        "audit", "--real", "t.tsv", "--synthetic", "s.tsv", "--holdout", "h.tsv", "--tstr-only", "--utility-epochs",
        "1",
      ], in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let warnings = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
    #expect(warnings.count == 2, "\(outcome.errors)")
    for users in ["real", "synthetic"] {
      let start = "warning: utility: mult-vae on \(users) users, epoch 1, beta "
      #expect(warnings.contains { $0.hasPrefix(start) && $0.contains("the posterior has collapsed") }, "\(warnings)")
    }
    #expect(!outcome.errors.contains("--beta") && !outcome.errors.contains("different populations"))
  }

  @Test("Without a holdout nothing fails to run, and stderr says what cannot be judged")
  func withoutHoldout() throws {
    let outcome = try Executable.doppel().run(
      ["audit", "--real", "t.tsv", "--synthetic", "s.tsv"], in: try Self.folder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("no holdout"))
    #expect(outcome.output.contains("Not judged without --holdout: "))
  }

  @Test(
    "Errors name the file or the flag",
    arguments: [
      ("--synthetic s.tsv", 64, "--real"), ("--real t.tsv --synthetic s.tsv --max-users 3", 64, "--max-users 3"),
      ("--real t.tsv --synthetic s.tsv --utility-epochs 0", 64, "--utility-epochs 0"),
      ("--real t.tsv --synthetic s.tsv --no-utility --tstr-only", 64, "--tstr-only"),
      ("--real t.tsv --synthetic s.tsv --no-utility --real-scores r.json", 64, "--real-scores"),
      ("--real t.tsv --synthetic s.tsv --holdout h.tsv --real-scores t.tsv", 73, "would replace what --real reads"),
      ("--real t.tsv --synthetic s.tsv --holdout h.tsv --real-scores nowhere/r.json", 73, "nowhere"),
      ("--real t.tsv --synthetic s.tsv --real-scores r.json", 64, "--holdout"),
      ("--real t.tsv --synthetic s.tsv --tstr-only", 64, "--holdout"),
      ("--real - --synthetic -", 64, "read only once"), ("--real t.tsv --syntetic s.tsv", 64, "--synthetic"),
      ("--real t.tsv --synthetic few.tsv", 65, "at least 10 users"),
      ("--real t.tsv --synthetic empty.tsv", 65, "empty.tsv"),
      ("--real nowhere.tsv --synthetic s.tsv", 66, "nowhere.tsv"),
      ("--real t.tsv --synthetic s.tsv --report nowhere/a.html", 73, "nowhere"),
    ])
  func errors(_ words: String, _ status: Int, _ told: String) throws {
    let outcome = try Executable.doppel().run(
      ["audit"] + words.split(separator: " ").map(String.init), in: try Self.folder())
    #expect(outcome.status == Int32(status), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(told), "\(outcome.errors)")
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, first, count) in [("t", 0, 60), ("s", 60, 60), ("h", 120, 60), ("few", 0, 4)] {
      var text = "user\titem\n"
      for user in first..<first + count {
        for place in 0..<8 { text += "\(name)\(user)\ti\((user * 7 + place * (user % 3 + 1)) % 30)\n" }
      }
      try folder.write(text, to: name + ".tsv")
    }
    try folder.write("", to: "empty.tsv")
    return folder
  }
}
