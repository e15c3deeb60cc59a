import Foundation
import Testing

/// What `doppel compare --generative` prints and refuses.
@Suite("Compare as generators")
struct CompareGenerativeTests {
  @Test("--json has the ceiling, every contender with its measures, and the comparisons")
  func document() throws {
    let folder = try TemporaryFolder()
    let doppel = try Executable.doppel()
    func run(_ line: String) throws -> String {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      try #require(outcome.status == 0, "\(line): \(outcome.errors)")
      return outcome.output
    }
    _ = try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12")
    let line = "compare p/interactions.tsv --generative --models ae,mult-vae --latent 4 --epochs 3 --quiet"
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(try run(line + " --json").utf8)) as? [String: Any])
    #expect(
      Set(document.keys) == [
        "dataset", "split", "seed", "threads", "engine", "precision", "version", "seconds", "models", "comparisons",
        "conclusions", "notes", "ceiling", "contenders",
      ])
    let contenders = try #require(document["contenders"] as? [[String: Any]])
    #expect(contenders.map { $0["source"] as? String } == ["fitted", "prior", "population", "fitted"])
    let ceiling = try #require(document["ceiling"] as? [String: Any])
    for contender in contenders {
      #expect(contender["users"] as? Int == 60)
      let measures = try #require(contender["measures"] as? [[String: Any]])
      #expect(Set(measures.compactMap { $0["measure"] as? String }) == Set(ceiling.keys))
    }
    let comparisons = try #require(document["comparisons"] as? [[String: Any]])
    #expect(comparisons.count == 16)
    for comparison in comparisons {
      #expect(Set(comparison.keys) == ["a", "b", "metric", "difference", "interval", "pValue"])
    }
    let split = try #require(document["split"] as? [String: Any])
    #expect((split["trainUsers"] as? Int, split["testUsers"] as? Int) == (60, 60))

    let table = try run(line + " --report r.html")
    let page = try folder.text("r.html")
    #expect(page.contains("mult-vae, population") && page.contains("ae + fitted Gaussian") && page.contains("<svg"))
    #expect(table.contains("; 60 test users; seed 42, "))
    #expect(table.contains("60 training users, 60 held out, 60 drawn from each model"))
    #expect(table.contains("| held-out users "))
    #expect(table.contains("mult-vae, population against ae + fitted Gaussian: "))
  }

  @Test("--temperatures, --utility and --private: every contender says what it is, and the report draws curves")
  func curves() throws {
    let folder = try TemporaryFolder()
    let doppel = try Executable.doppel()
    func run(_ line: String) throws -> String {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      try #require(outcome.status == 0, "\(line): \(outcome.errors)")
      return outcome.output
    }
    _ = try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12")
    let line =
      "compare p/interactions.tsv --generative --models ae,mult-vae --latent 4 --epochs 2 --temperatures 1,0.5 "
      + "--private 2 --delta 1e-5 --utility --utility-epochs 1 --quiet --report r.html --json"
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(try run(line).utf8)) as? [String: Any])
    let contenders = try #require(document["contenders"] as? [[String: Any]])
    #expect(
      contenders.compactMap { $0["name"] as? String }
        == [
          "ae + fitted Gaussian", "mult-vae, prior", "mult-vae, population", "mult-vae + fitted Gaussian",
          "mult-vae, prior, ε 2",
        ].flatMap { ["\($0), T 0.5", "\($0), T 1"] })
    #expect(contenders.compactMap { $0["temperature"] as? Double } == (0..<5).flatMap { _ in [0.5, 1] })
    for (place, contender) in contenders.enumerated() {
      let isPrivate = place >= 8
      #expect(contender["epsilon"] as? Double == (isPrivate ? 2 : nil) && contender["epsilon"] != nil)
      #expect(contender["delta"] as? Double == (isPrivate ? 1e-5 : nil) && contender["delta"] != nil)
      let measures = try #require(contender["measures"] as? [[String: Any]])
      let utility = try #require(measures.first { $0["measure"] as? String == "tstr-mult-vae" })
      #expect(utility["value"] as? Double != nil && utility["ceiling"] as? Double != nil)
    }
    let models = try #require(document["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["name"] as? String } == ["ae", "mult-vae", "mult-vae, ε 2"])
    let notes = try #require(document["notes"] as? [String])
    #expect(notes.contains("not fitted privately: ae has no prior to draw from"))
    let page = try folder.text("r.html")
    #expect(page.contains("data-plot=\"Utility against privacy\"") && page.contains("mult-vae, ε 2"))
  }

  @Test(
    "What does not go together is named",
    arguments: [
      ("--task rating", "--task ranking"), ("--models popularity,ae", "popularity has no latent space"),
      ("--split interactions", "--split users"), ("--train a.tsv --test b.tsv", "divides users itself"),
      ("--metrics ndcg@10", "--metrics"), ("--max-users 9", "--max-users 9"),
      ("--models ease", "dae, cdae, mult-dae, mult-vae, "), ("--models ae --likelihood gaussian", "gaussian"),
      ("--generativ", "--generative"),
      ("--temperatures 0", "--temperatures 0 is out of range; accepted: numbers from 0.000001"),
      ("--temperatures 0.5,-1", "is out of range"), ("--temperatures ,", "--temperatures is empty"),
      ("--temperatures 0.5,warm", "--temperatures warm is not a number"),
      ("--temperatures 0.5,1,0.50", "--temperatures has 0.5 twice"),
      ("--utility --utility-epochs 0", "--utility-epochs 0 is too few"),
      ("--utility-epochs 3", "--utility-epochs needs --utility"), ("--delta 1e-5", "--delta needs --private"),
      ("--private 1", "--private needs --delta"), ("--private 0 --delta 1e-5", "--private 0 is out of range"),
      ("--private 1 --delta 1", "--delta 1 is out of range"), ("--private 1,x --delta 1e-5", "x is not a number"),
      ("--private 1,1 --delta 1e-5", "--private has 1 twice"), ("--shadows 5", "--shadows 5 is odd; accepted: an even"),
      ("--shadows 2", "--shadows 2 is out of range; accepted: an even number from 4 to 1000"),
      ("--private 1 --delta 1e-5 --models ae,mult-dae", "ae has no prior to draw from; mult-dae has no prior"),
      ("--private 1 --delta 1e-5 --models cdae", "cdae has a vector for every training user"),
    ])
  func errors(_ words: String, _ told: String) throws {
    let outcome = try Executable.doppel().run(
      ["compare", "--generative"] + words.split(separator: " ").map(String.init), in: try TemporaryFolder())
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(told), "\(outcome.errors)")
  }

  @Test("--max-users alone means nothing")
  func alone() throws {
    let outcome = try Executable.doppel().run(["compare", "--max-users", "200"], in: try TemporaryFolder())
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--generative"))
  }
}
