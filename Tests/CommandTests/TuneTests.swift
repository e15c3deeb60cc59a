import Foundation
import Testing

/// `doppel tune` and `compare --tune` as they are called.
@Suite("Searches for settings on the command line")
struct TuneTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var text = "user\titem\n"
    for user in 1...120 {
      for item in 0..<9 { text += "u\(user)\ti\((user * 3 + item * item * (user % 4 + 1)) % 40)\n" }
    }
    try folder.write(text, to: "data.tsv")
  }

  @Test("the saved settings give compare the split, the settings and the validation value of the best trial")
  func output() throws {
    let tuned = try document(
      "tune data.tsv --models mult-dae,ease --epochs 12 --latent 4 --trials 11 --output best.yaml --report page.html")
    let models = try #require(tuned["models"] as? [[String: Any]])
    #expect(models.map { $0["name"] as? String } == ["mult-dae", "ease"])
    let best = try #require(models[0]["best"] as? [String: Any])
    let compared = try document("compare data.tsv --config best.yaml --metrics ndcg@10 --log epochs.csv")
    let used = try #require((compared["models"] as? [[String: Any]])?[0]["hyperparameters"] as? [String: Any])
    for (name, value) in try #require(best["settings"] as? [String: Double]) {
      #expect(used[name] as? Double == value, "\(name)")
    }
    #expect(used["latent"] as? Double == 4 && used["epochs"] as? Double == 12)
    let hashes = [compared, tuned].map { ($0["split"] as? [String: Any])?["hash"] as? String }
    #expect(hashes[0] != nil && hashes[0] == hashes[1])
    let value = try #require(best["value"] as? Double)
    let validated = try folder.text("epochs.csv").split(separator: "\n").compactMap { line in
      Double(line.split(separator: ",", omittingEmptySubsequences: false)[7])
    }
    #expect(validated.contains { abs($0 - value) < 1e-12 })
    #expect(try folder.text("page.html").contains("Trials of mult-dae"))
  }

  @Test("a journal is not lost, goes on with --resume, and one of another run is refused")
  func journal() throws {
    let line = "tune data.tsv --models ease --journal j.jsonl"
    _ = try run(line + " --trials 4")
    #expect(try run(line + " --trials 4", status: 73).errors.contains("--resume"))
    let before = try folder.text("j.jsonl")
    _ = try run(line + " --trials 6 --resume")
    let after = try folder.text("j.jsonl")
    #expect(after.hasPrefix(before) && after.split(separator: "\n").count == 7)
    #expect(try run(line + " --trials 6 --resume --seed 9", status: 65).errors.contains("j.jsonl:1"))
    #expect(try run(line + " --trials 12 --resume --at-once 2", status: 65).errors.contains("atOnce is missing there"))
  }

  @Test("a space file changes ranges; what it says wrong is told with file and line")
  func space() throws {
    try folder.write("models:\n  ease:\n    l2: {from: 10, to: 20}\n", to: "space.yaml")
    let found = try document("tune data.tsv --models ease --trials 5 --space space.yaml")
    let records = try #require((found["models"] as? [[String: Any]])?[0]["records"] as? [[String: Any]])
    for record in records.dropFirst() {
      let l2 = try #require((record["settings"] as? [String: Double])?["l2"])
      #expect((10...20).contains(l2))
    }
    for (text, told) in [
      ("models:\n  ease:\n    l2: {from: -5, to: 20}\n", "a number above 0"),
      ("models:\n  ease:\n    l3: false\n", "did you mean l2"),
      ("models:\n  cdae:\n    latent: false\n", "not among the models"), ("trials: 3\n", "unknown key 'trials'"),
    ] {
      try folder.write(text, to: "wrong.yaml")
      let errors = try run("tune data.tsv --models ease --space wrong.yaml", status: 64).errors
      #expect(errors.contains("wrong.yaml") && errors.contains(told), "\(errors)")
    }
  }

  @Test("flags that cannot have an effect, and models with nothing to search, are refused")
  func refused() throws {
    for (line, told) in [
      ("tune data.tsv --models popularity", "popularity has no setting to search"),
      ("tune data.tsv --models ease --l2 5", "ease has no setting to search"),
      ("tune data.tsv --models ease --resume", "--journal"), ("tune data.tsv --models ease --no-refit", "no effect"),
      ("tune data.tsv --models ease --trials 0", "--trials 0"), ("tune data.tsv --models ease --time 5", "30m"),
      ("tune data.tsv --models ease --selection gini@10", "gini@10"),
      ("tune data.tsv --models ease --at-once 0", "--at-once 0"),
      ("tune data.tsv --models ease --at-once 3 --trials 11", "--at-once has no effect"),
      ("compare data.tsv --models ease --at-once 3", "--at-once is for --tune"),
      ("compare data.tsv --models ease --at-once 3 --tune 5", "--at-once has no effect"),
      ("compare data.tsv --models ease --tune 0", "--tune 0"), ("compare - --models ease --tune 3", "twice"),
      ("compare data.tsv --models ease --tune five", "30"), ("compare data.tsv --models ease --tune 5x", "5m"),
      ("compare data.tsv --models ease --tune 3 --folds 2", "cannot be combined with --folds"),
      ("tune data.tsv --models mult-dae --memory-limit 1MB", "--no-halving"),
    ] {
      #expect(try run(line, status: 64).errors.contains(told), "\(line)")
    }
  }

  @Test("several trials at once are a number in the document, and the same search at any number of threads")
  func atOnce() throws {
    let line = "tune data.tsv --models ease --trials 14"
    let (one, three) = (try document(line), try document(line + " --at-once 3 --threads 1"))
    #expect(one["atOnce"] == nil && three["atOnce"] as? Int == 3)
    func records(_ document: [String: Any]) throws -> [[String: Any]] {
      try #require((document["models"] as? [[String: Any]])?[0]["records"] as? [[String: Any]])
    }
    let settings = try [one, three, document(line + " --at-once 3 --threads 2")].map {
      try records($0).map { ($0["settings"] as? [String: Double])?["l2"] }
    }
    #expect(settings[0].prefix(11) == settings[1].prefix(11) && settings[0] != settings[1])
    #expect(settings[1] == settings[2])
  }

  @Test("compare --tune shows the tuned model beside itself as it was, with the number of trials")
  func compare() throws {
    let found = try document("compare data.tsv --models popularity,ease --tune 6 --metrics ndcg@10,recall@10")
    let models = try #require(found["models"] as? [[String: Any]])
    #expect(models[0]["name"] as? String == "popularity" && models[0]["trials"] == nil)
    #expect(models[1]["name"] as? String == "ease" && models[1]["trials"] as? Int == 6)
    if models.count == 3 {
      #expect(models[2]["name"] as? String == "ease (untuned)" && models[2]["model"] as? String == "ease")
      #expect((models[2]["hyperparameters"] as? [String: Double])?["l2"] == 250)
    } else {
      #expect((models[1]["hyperparameters"] as? [String: Double])?["l2"] == 250)
    }
  }
  @Test("compare --tune with a time makes as many trials as begin in it, for each model")
  func time() throws {
    let found = try document(
      "compare data.tsv --models ease,mult-dae --epochs 2 --latent 4 --tune 1s --metrics ndcg@10 --quiet")
    let models = try #require(found["models"] as? [[String: Any]]).filter { !("\($0["name"] ?? "")".hasSuffix(")")) }
    #expect(models.count == 2)
    for model in models { #expect((1...1000).contains(try #require(model["trials"] as? Int))) }
  }

  @Test("compare --tune with --seeds searches once, and keeps its test users in every run")
  func seeds() throws {
    let line = "compare data.tsv --models popularity,mult-dae --epochs 4 --tune 4 --metrics ndcg@10,recall@10"
    let found = try document(line + " --seeds 3")
    let runs = try #require(found["seeds"] as? [[String: Any]])
    #expect(Set(try runs.map { try #require($0["seed"] as? Int) }).count == 3)
    let hashes = runs.compactMap { ($0["split"] as? [String: Any])?["hash"] as? String }
    #expect(hashes.count == 3 && Set(hashes).count == 1)
    func models(_ document: [String: Any]) throws -> [[String: Any]] {
      try #require(document["models"] as? [[String: Any]])
    }
    #expect(try models(found)[1]["trials"] as? Int == 4)
    // The first run is the comparison without seeds, and all have the same settings.
    let once = try document(line)
    let metrics = try [once, runs[0]].map { try models($0).map { $0["metrics"] as? [String: Double] } }
    #expect(metrics[0] == metrics[1])
    for run in runs {
      let settings = try [once, run].map { try models($0).map { $0["hyperparameters"] as? [String: AnyHashable] } }
      #expect(settings[0] == settings[1])
    }
    let conclusions = try #require(found["conclusions"] as? [String])
    #expect(conclusions.last?.contains("3 seeds for training on one split") == true)
  }
}
