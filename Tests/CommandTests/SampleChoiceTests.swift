import Foundation
import Testing

/// `doppel sample --temperature auto`.
@Suite("Sample with chosen settings")
struct SampleChoiceTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A model of `t.tsv`, and `h.tsv` with as many other users.
  private func train() throws {
    try run("simulate --output p --users 160 --items 60 --tastes 3 --profile-length 12")
    let lines = try folder.text("p/interactions.tsv").split(separator: "\n")
    let users = Array(Set(lines.dropFirst().compactMap { $0.split(separator: "\t").first })).sorted()
    let training = Set(users.prefix(80))
    for (name, isTraining) in [("t.tsv", true), ("h.tsv", false)] {
      let kept = lines.dropFirst().filter { line in
        line.split(separator: "\t").first.map { training.contains($0) == isTraining } ?? false
      }
      try folder.write(([lines[0]] + kept).joined(separator: "\n") + "\n", to: name)
    }
    try run("train t.tsv --model mult-vae --hidden 8 --latent 2 --epochs 3 --output vae")
  }

  @Test("writes the bytes of the settings that it says it has chosen, and shows every candidate")
  func chosen() throws {
    try train()
    let auto = "sample vae --data t.tsv --holdout h.tsv --temperature auto --utility-epochs 1 --users 40"
    let outcome = try run(auto + " --temperatures 0.5,1 --output a.tsv --json")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let choice = try #require(document["choice"] as? [String: Any])
    #expect(Set(choice.keys) == ["objective", "attackLimit", "candidates", "chosen", "meetsLimit", "notes"])
    #expect(choice["attackLimit"] as? Double == 0.6)
    let candidates = try #require(choice["candidates"] as? [[String: Any]])
    #expect(candidates.count == 4)
    let settings = try #require(choice["chosen"] as? [String: Any])
    let temperature = try #require(settings["temperature"] as? Double)
    let lengths = try #require(settings["lengths"] as? String)
    #expect(document["temperature"] as? Double == temperature)
    #expect((document["lengths"] as? [String: Any])?["law"] as? String == lengths)
    #expect(outcome.errors.contains("warning: no candidate keeps") == (choice["meetsLimit"] as? Bool == false))
    let plain = try run(
      "sample vae --data t.tsv --temperature \(temperature) --lengths \(lengths) --users 40 --output b.tsv --json")
    #expect(try folder.data("a.tsv") == folder.data("b.tsv"))
    #expect(!plain.output.contains("\"choice\""))

    let told = try run(auto + " --temperatures 0.5,1 --output c.tsv --threads 1").output
    #expect(try folder.data("c.tsv") == folder.data("a.tsv"))
    #expect(told.split(separator: "\n").filter { $0.hasPrefix("|") }.count == 6)
    for part in ["Objective: ", "Chosen: temperature ", "somewhat optimistic", "40 users, ", "saved in c.tsv"] {
      #expect(told.contains(part), "\(told)")
    }
  }

  @Test("a single candidate is measured, on stderr beside users on stdout, and a holdout of training users is refused")
  func single() throws {
    try train()
    let auto = "sample vae --data t.tsv --temperature auto --temperatures 0.75 --lengths empirical --utility-epochs 1"
    let outcome = try run(auto + " --holdout h.tsv --users 5 --attack-limit 1 --output -")
    #expect(outcome.output.hasPrefix("user\titem\nsynthetic-000001\t"))
    #expect(outcome.errors.contains("Chosen: temperature 0.75 with empirical lengths"))
    let needs = try run("sample vae --temperature auto --holdout h.tsv --output s.tsv", status: 64).errors
    #expect(needs.contains("--temperature auto needs the users that vae was trained on"), "\(needs)")
    #expect(needs.contains("--data FILE"), "\(needs)")
    #expect(try run(auto + " --holdout nowhere.tsv --output s.tsv", status: 66).errors.contains("nowhere.tsv"))
    let same = try run(auto + " --holdout t.tsv --output s.tsv", status: 65).errors
    #expect(same.contains("80 of 80 users have the items of a training user"), "\(same)")
    let untitled = try run(auto + " --holdout h.tsv --with-titles --output s.tsv", status: 64).errors
    #expect(untitled.contains("--with-titles needs titles") && !untitled.contains("mult-vae on"), "\(untitled)")
    try folder.write("user\titem\na\tb\n", to: "few.tsv")
    #expect(try run(auto + " --holdout few.tsv --output s.tsv", status: 65).errors.contains("at least 10 users"))
    let lines = try folder.text("t.tsv").split(separator: "\n").filter { $0 == "user\titem" || $0.hasPrefix("user-00") }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "short.tsv")
    let short = try run(
      auto.replacing("--data t.tsv", with: "--data short.tsv") + " --holdout h.tsv --output s.tsv", status: 65
    ).errors
    #expect(short.contains("doppel: short.tsv: has 9 users with items of the model"), "\(short)")
    #expect(try !folder.names().contains("s.tsv"))
  }

  @Test("a holdout of other people is noted once, before the trainings and what they find")
  func otherPeople() throws {
    try train()
    let lines = try folder.text("h.tsv").split(separator: "\n")
    // Three quarters of the users, each with half of their items.
    let users = Array(Set(lines.dropFirst().compactMap { $0.split(separator: "\t").first })).sorted()
    let kept = Set(users.prefix(60))
    let short = lines.dropFirst().enumerated().filter { place, line in
      place % 2 == 0 && line.split(separator: "\t").first.map { kept.contains($0) } == true
    }
    try folder.write(([lines[0]] + short.map(\.element)).joined(separator: "\n") + "\n", to: "short.tsv")
    let told = try run(
      "sample vae --data t.tsv --holdout short.tsv --temperature auto --temperatures 0.75 --lengths empirical "
        + "--utility-epochs 1 --users 5 --output s.tsv"
    ).errors
    let parts = told.components(separatedBy: "note: the holdout (short.tsv) and the training users (t.tsv) look like ")
    #expect(parts.count == 2, "\(told)")
    #expect(parts.last?.contains("note: fidelity: 60 of 80 synthetic users drawn at random") == true, "\(told)")
  }

  @Test(
    "what does not go together is named",
    arguments: [
      ("--temperature auto --data t.tsv", "--temperature auto needs --holdout"),
      (
        "--temperature auto --holdout h.tsv --like i1",
        "--temperature auto cannot be combined with --like: it chooses for users from the whole latent space, and --like "
          + "draws near a place in it; accepted: --from prior, --from population, --from fitted, or --temperature with a "
          + "number\n"
      ),
      (
        "--temperature auto --holdout h.tsv --interpolate i1 i2",
        "--temperature auto cannot be combined with --interpolate: it chooses for users from the whole latent space, and "
          + "--interpolate draws near a place in it; accepted: --from prior"
      ),
      ("--temperature auto --holdout h.tsv --counts", "--temperature auto cannot be combined with --counts"),
      ("--temperature warm", "--temperature warm is not a number; accepted: a number from 0.000001, or auto"),
      ("--temperature Auto", "--temperature Auto is not a number"),
      ("--temperature auto --holdout h.tsv --attack-limit 0.5", "--attack-limit 0.5 is out of range"),
      ("--temperature auto --holdout h.tsv --attack-limit 1.5", "--attack-limit 1.5 is out of range"),
      ("--temperature auto --holdout h.tsv --temperatures 0.5,0", "--temperatures 0 is out of range"),
      ("--temperature auto --holdout h.tsv --utility-epochs 0", "--utility-epochs 0 is too few"),
      ("--temperature auto --holdout - --data -", "read only once"),
    ])
  func refusals(_ words: String, _ told: String) throws {
    let outcome = try run("sample m --output s.tsv " + words, status: 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(told), "\(outcome.errors)")
  }
}
