import Foundation
import Testing

/// `doppel train --private` as it is called, and what is left of the users in its model.
@Suite("Private training on the command line")
struct PrivateTrainingTests: CommandSuite {
  let folder: TemporaryFolder
  private static let train =
    "train data.tsv --model mult-vae --latent 6 --seed 3 --private 4 --delta 1e-5 --noise-seed 9"

  init() throws {
    folder = try TemporaryFolder()
    var text = "user\titem\n"
    for user in 1...150 {
      for item in 0..<(5 + user % 7) { text += "u\(user)\ti\((user * 3 + item * item * (user % 4 + 1)) % 60)\n" }
    }
    try folder.write(text, to: "data.tsv")
  }

  private func files(_ directory: String) throws -> [String: Data] {
    let url = folder.url.appendingPathComponent(directory)
    return try FileManager.default.contentsOfDirectory(atPath: url.path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: url.appendingPathComponent($1))
    }
  }

  @Test("the directory has the ledger, and nothing that users move beside what the ledger names")
  func directory() throws {
    _ = try run(Self.train + " --epochs 4 --output m")
    let found = try files("m")
    #expect(found.keys.sorted() == ["README.md", "config.json", "items.txt", "model.safetensors"])
    let json = try #require(found["config.json"])
    let config = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let privacy = try #require(config["privacy"] as? [String: Any])
    #expect(
      privacy["epsilon"] as? Double == 4 && privacy["delta"] as? Double == 1e-5 && privacy["clip"] as? Double == 1)
    #expect((privacy["steps"] as? Int ?? 0) % 4 == 0 && (privacy["noiseMultiplier"] as? Double ?? 0) > 0)
    let ledger = try #require(privacy["ledger"] as? [[String: Any]])
    let spent = ledger.compactMap { $0["epsilon"] as? Double }.reduce(0, +)
    #expect(ledger.count == 2 && spent <= 4 && spent > 3.9)
    for key in ["aggregatePosterior", "dataHash", "splitHash", "split", "itemPopularity"] {
      #expect(config[key] == nil, "\(key)")
    }
    #expect((config["data"] as? [String: Any])?["hash"] == nil)
    let text = String(decoding: found.values.joined(), as: UTF8.self)
    #expect(!text.contains("noiseSeed") && !text.contains("noise-seed"))
    let card = try folder.text("m/README.md")
    #expect(card.contains("differential privacy by user") && card.contains("| profile lengths |"))
  }

  @Test(
    "the same seeds give the same bytes at any number of threads, another noise seed gives others, and none is drawn anew"
  )
  func bytes() throws {
    _ = try run(Self.train + " --epochs 3 --threads 1 --output a")
    _ = try run(Self.train + " --epochs 3 --threads 3 --output b")
    #expect(try files("a") == files("b"))
    let line = Self.train.replacingOccurrences(of: " --noise-seed 9", with: "")
    _ = try run(line + " --epochs 3 --output c")
    _ = try run(line + " --epochs 3 --output d")
    #expect(try files("c")["model.safetensors"] != files("d")["model.safetensors"])
  }

  @Test("an interrupted training goes on to the same bytes")
  func resumed() throws {
    _ = try run(Self.train + " --epochs 300 --output whole")
    let words = (Self.train + " --epochs 300 --output m").split(separator: " ").map(String.init)
    let started = try doppel.start(words + ["--checkpoint-every", "1"], in: folder)
    let path = folder.url.appendingPathComponent("m/checkpoint.safetensors").path
    let deadline = Date(timeIntervalSinceNow: 300)
    while !FileManager.default.fileExists(atPath: path), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    started.process.interrupt()
    #expect(try started.outcome().status == 130)
    #expect(try files("m").keys.sorted() == ["checkpoint.safetensors"])
    let other = try doppel.run(words.map { $0 == "4" ? "8" : $0 } + ["--resume"], in: folder)
    #expect(other.status == 65 && other.errors.contains("privacy.epsilon is 4 there and 8 here"))
    _ = try run(words.joined(separator: " ") + " --resume")
    #expect(try files("m") == files("whole"))
  }

  @Test("users are drawn from the prior, and what reads the training users is refused")
  func samples() throws {
    _ = try run(Self.train + " --epochs 2 --output m")
    let sampled = try run("sample m --users 30 --output s.tsv")
    #expect(sampled.output.contains("from: prior"))
    _ = try run("sample m --users 3 --like i1,i2 --lengths empirical --output t.tsv")
    for line in [
      "--from population", "--from fitted", "--data data.tsv", "--from prior --data data.tsv",
      "--temperature auto --holdout data.tsv", "--temperature auto --data data.tsv --holdout data.tsv",
    ] {
      let refused = try run("sample m --users 3 --output u.tsv " + line, status: 64)
      #expect(refused.errors.contains("--private"), "\(line): \(refused.errors)")
    }
  }

  @Test(
    "what would break the guarantee or cannot be given is refused",
    arguments: [
      ("--model cdae --private 3 --delta 1e-6", "vector for every training user"),
      ("--model ease --private 3 --delta 1e-6", "--private cannot train ease"),
      ("--model mult-vae --private 3", "--private needs --delta"),
      ("--model mult-vae --private 0 --delta 1e-6", "accepted: ε above 0"),
      ("--model mult-vae --private 3 --delta 1", "between 0 and 1"),
      ("--model mult-vae --private 3 --delta 1e-6 --clip -1", "--clip"),
      ("--model mult-vae --private 3 --delta 1e-6 --no-refit", "--no-refit cannot be combined with --private"),
      (
        "--model mult-vae --private 3 --delta 1e-6 --selection ndcg@10", "--selection cannot be combined with --private"
      ),
      ("--model mult-vae --private 3 --delta 1e-6 --tensorboard t", "--tensorboard cannot be combined with --private"),
      ("--model mult-vae --private 3 --delta 1e-6 --verbose", "--verbose cannot be combined with --private"),
      ("--model mult-vae --delta 1e-6", "--delta needs --private"),
    ])
  func refused(_ flags: String, _ words: String) throws {
    let outcome = try run("train data.tsv --output m \(flags)", status: 64)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try folder.names() == ["data.tsv"])
  }

  @Test(
    "audit --model shows the guarantee with what it leaves an attacker, says where there is none, and refuses strangers"
  )
  func audit() throws {
    _ = try run(Self.train + " --epochs 4 --output m")
    _ = try run("sample m --users 150 --output s.tsv")
    let audit = "audit --real data.tsv --synthetic s.tsv --no-utility --model"
    let said = try run(audit + " m").output
    // ε 4 and δ 1e-5: the corner of the curve is at 1 / (1 + e⁴).
    #expect(said.contains("Guarantee: the model was trained with ε = 4 and δ = 1 × 10⁻⁵ by user."), "\(said)")
    #expect(said.contains("AUC above 0.982") && said.contains("more than 54.6 % at 1 % false positives"), "\(said)")
    let json = try run(audit + " m --json").output
    let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((document["guarantee"] as? [String: Any])?["epsilon"] as? Double == 4)

    _ = try run("train data.tsv --model mult-vae --latent 6 --epochs 2 --output plain")
    let plain = try run(audit + " plain")
    #expect(plain.errors.contains("plain was trained without a privacy guarantee"))
    #expect(plain.output.contains("These measures give no guarantee"))

    try folder.write(try folder.text("s.tsv") + "x\tunheard-of\n", to: "s.tsv")
    #expect(try run(audit + " m", status: 65).errors.contains("has the item \"unheard-of\", which m does not know"))
  }
}
