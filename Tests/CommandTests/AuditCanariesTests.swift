import Foundation
import Testing

/// What `doppel audit --canaries` prints, writes and refuses.
@Suite("Canaries on the command line")
struct AuditCanariesTests: CommandSuite {
  let folder: TemporaryFolder
  private static let train = "train data.tsv --model mult-vae --latent 4 --epochs 3 --batch-size 1000"

  init() throws {
    folder = try TemporaryFolder()
    var text = "user\titem\n"
    for user in 1...120 {
      for item in 0..<(5 + user % 7) { text += "u\(user)\ti\((user * 3 + item * item * (user % 4 + 1)) % 60)\n" }
    }
    try folder.write(text, to: "data.tsv")
  }

  @Test(
    "a private training is audited at its ε and δ: as text, as a document, as a page; the same on any number of threads"
  )
  func guarantee() throws {
    _ = try run(Self.train + " --private 4 --delta 1e-5 --output m")
    let audit = "audit --canaries 200 --real data.tsv --model m"
    let said = try run(audit + " --report r.html")
    #expect(said.output.hasPrefix("The bound never exceeds ε: attackers prove at most "), "\(said.output)")
    for words in [
      "and the guarantee is ε = 4 at δ = 1 × 10⁻⁵.", "mult-vae, 3 epochs, ε = 4, δ = 1 × 10⁻⁵; 3 updates, q = 1,",
      "users      120 real, ", "canaries   200, each with an item of its own; ", "| every noisy update ",
      "| the finished model ", "| synthetic users from the prior ", "Steinke", "report saved in r.html",
    ] {
      #expect(said.output.contains(words), "\(words): \(said.output)")
    }
    #expect(!said.errors.contains("warning"), "\(said.errors)")
    let page = try folder.text("r.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("every noisy update") && page.contains("Attackers"))

    let json = try run(audit + " --json --threads 1").output
    let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(document["verdict"] as? String == "within the guarantee")
    #expect(document["canaries"] as? Int == 200 && document["users"] as? Int == 120)
    let planned = try #require(document["guarantee"] as? [String: Any])
    #expect(planned["epsilon"] as? Double == 4 && planned["delta"] as? Double == 1e-5)
    let attacks = try #require(document["attacks"] as? [[String: Any]])
    #expect(attacks.map { $0["attacker"] as? String } == ["updates", "model", "synthetic"])
    for attack in attacks { #expect((attack["epsilon"] as? Double ?? 9) <= 4 && attack["canaries"] as? Int == 200) }
    for key in ["seed", "engine", "threads", "version", "seconds", "conclusions", "largestBounds"] {
      #expect(document[key] != nil, "\(key)")
    }
    let again = try run(audit + " --json --threads 3").output
    let other = try #require(try JSONSerialization.jsonObject(with: Data(again.utf8)) as? [String: Any])
    #expect(NSArray(array: attacks) == NSArray(array: other["attacks"] as? [[String: Any]] ?? []))
  }

  @Test("without a guarantee the bound is shown alone; filters and columns are as in training")
  func plain() throws {
    _ = try run(Self.train + " --min-user-items 6 --output plain")
    let said = try run("audit --canaries 100 --real data.tsv --model plain")
    #expect(said.output.hasPrefix("No guarantee, and none below ε = "), "\(said.output)")
    #expect(said.output.contains("mult-vae, ") && said.output.contains("no guarantee"))
    #expect(!said.output.contains("every noisy update"))
    #expect(said.errors.contains("--min-user-items 6, as in training"), "\(said.errors)")
    let json = try run("audit --canaries 100 --real data.tsv --model plain --json --quiet")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(document["guarantee"] is NSNull && document["verdict"] as? String == "no guarantee")
    #expect(json.errors.isEmpty)
  }

  @Test("other users than those of the training are noted")
  func others() throws {
    _ = try run(Self.train + " --private 4 --delta 1e-5 --output m")
    let lines = try folder.text("data.tsv").split(separator: "\n").filter { !$0.hasPrefix("u7\t") }
    try folder.write(lines.map { $0 + "\n" }.joined(), to: "fewer.tsv")
    let said = try run("audit --canaries 50 --real fewer.tsv --model m")
    #expect(
      said.errors.contains("the model was trained on 120 users, and the audit trains on 119 beside the canaries"),
      "\(said.errors)")
  }

  @Test(
    "errors name the flag",
    arguments: [
      ("--canaries 100 --real data.tsv", 64, "--canaries needs --model"),
      ("--canaries 3 --real data.tsv --model m", 64, "--canaries 3 is out of range; accepted: a whole number from 20"),
      ("--canaries many --real data.tsv --model m", 64, "--canaries"),
      ("--canaries 100 --real data.tsv --model nowhere", 66, "nowhere"),
      ("--canaries 100 --real nowhere.tsv --model m", 66, "nowhere.tsv"),
      ("--canaries 100 --model m", 64, "--canaries needs --real: m was not trained on the built-in population"),
      ("--canaries 100 --real data.tsv --model ease", 64, "--canaries cannot audit ease"),
      ("--canaries 100 --real data.tsv --model m --synthetic data.tsv", 64, "--synthetic cannot be combined"),
      ("--canaries 100 --real data.tsv --model m --holdout data.tsv", 64, "--holdout cannot be combined"),
      ("--canaries 100 --real data.tsv --model m --max-users 500", 64, "--max-users cannot be combined"),
      ("--canaries 100 --real data.tsv --model m --no-utility", 64, "--no-utility cannot be combined"),
      ("--canaries 100 --real data.tsv --model m --tstr-only", 64, "--tstr-only cannot be combined"),
      ("--canaries 100 --real data.tsv --model m --precision bf16", 64, "--precision cannot be combined"),
      ("--canaries 100 --model m --delimiter tab", 64, "--delimiter is for files"),
      ("--canaries 100 --real data.tsv --model m --report nowhere/r.html", 73, "nowhere"),
      (
        "--real data.tsv --model m", 64,
        "--synthetic is missing; accepted: the file of the synthetic users, or --canaries"
      ),
    ])
  func errors(_ flags: String, _ status: Int32, _ told: String) throws {
    _ = try run(Self.train + " --output m")
    _ = try run("train data.tsv --model ease --output ease")
    let outcome = try run("audit " + flags, status: status)
    #expect(outcome.output.isEmpty && outcome.errors.contains(told), "\(outcome.errors)")
  }

  @Test("a model of the built-in population needs no file")
  func builtIn() throws {
    _ = try run("train --model mult-vae --latent 4 --epochs 1 --private 4 --delta 1e-5 --output m")
    let said = try run("audit --canaries 50 --model m --quiet")
    #expect(said.output.contains("users      4000 real, ") && said.errors.isEmpty, "\(said.output)")
  }
}
