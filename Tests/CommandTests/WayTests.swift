import Foundation
import Testing

/// Ways that exclude one another, one on the command line and another in a config file.
@Suite("Ways that exclude one another")
struct WayTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // The last two items of everybody are apart from the first four.
    for (name, places) in [("good.tsv", 0..<6), ("a.tsv", 0..<4), ("b.tsv", 4..<6)] {
      var text = "user\titem\n"
      for user in 1...40 { for place in places { text += "u\(user)\ti\((user * 3 + place * place) % 20)\n" } }
      try folder.write(text, to: name)
    }
  }

  /// The models that a line names.
  private func train(for line: String) throws {
    if line.contains(" pop") { try run("train good.tsv --model popularity --output pop") }
    guard line.contains(" vae") else { return }
    try run("train good.tsv --model mult-vae --hidden 4 --latent 2 --epochs 1 --output vae")
  }

  @Test(
    "the one on the command line is taken, as if the file had no other",
    arguments: [
      ("recommend pop --items i1", "users: good.tsv\ncore: 2"),
      ("recommend pop --items i1", "user: u1\ndata: good.tsv"), ("recommend pop --users good.tsv", "items: i1"),
      ("recommend pop --users good.tsv", "user: u1\ndata: good.tsv"),
      ("recommend pop --user u1 --data good.tsv -k 3", "users: a.tsv"),
      ("compare good.tsv --models popularity --metrics ndcg@10", "train: a.tsv\ntest: b.tsv"),
      ("compare --core 2 good.tsv --models popularity --metrics ndcg@10", "train: a.tsv\nvalidation: b.tsv"),
      ("compare --train a.tsv --test b.tsv --models popularity --metrics ndcg@10", "split: interactions"),
      ("compare --train a.tsv --test b.tsv --models popularity --metrics ndcg@10", "held-out: 0.2"),
      ("compare good.tsv --split interactions --models popularity --metrics ndcg@10", "held-out: 0.2"),
      ("compare good.tsv --folds 2 --models popularity --metrics ndcg@10", "tune: 30\nat-once: 2"),
      ("compare good.tsv --generative --models ae --epochs 1", "metrics: ndcg@10\nseeds: 2"),
      ("train good.tsv --model popularity --output m --force", "train: a.tsv"),
      (
        "train good.tsv --model mult-vae --hidden 4 --latent 2 --epochs 1 --objective generate --output m --force",
        "selection: ndcg@10"
      ),
      ("evaluate pop good.tsv --metrics ndcg@10", "train: a.tsv\ntest: b.tsv"),
      ("evaluate pop --train a.tsv --test b.tsv --metrics ndcg@10", "split: time\ncut: 0.5"),
      ("sample vae --from prior --users 3 --output -", "like: i1\nspread: 2"),
      ("sample vae --from prior --users 3 --output -", "json: true"),
      ("sample vae --from prior --temperature 0.5 --users 3 --output -", "temperature: auto\nholdout: b.tsv"),
      ("sample vae --like i1 --users 3 --output -", "from: prior"),
      ("sample vae --like i1 --users 3 --output -", "temperature: auto\nholdout: b.tsv\nattack-limit: 0.7"),
      ("sample vae --interpolate i1 i2 --steps 2 --output -", "like: i1\nspread: 2"),
      ("encode vae good.tsv --output -", "json: true"),
      ("inspect vae good.tsv --traverse 1 --steps 2", "draws: 20"),
      ("audit --real good.tsv --synthetic good.tsv --no-utility --model vae", "canaries: 100"),
      ("audit --real good.tsv --synthetic good.tsv --holdout good.tsv --no-utility", "utility-epochs: 3"),
    ])
  func taken(line: String, file: String) throws {
    try train(for: line)
    try folder.write(file, to: "c.yaml")
    let plain = try run(line)
    let outcome = try run(line + " --config c.yaml")
    #expect(outcome.errors.masked == plain.errors.masked)
    // Trainings tell how long they took.
    if !line.hasPrefix("compare") && !line.hasPrefix("train") { #expect(outcome.output == plain.output) }
  }

  @Test("what a file has for the way on the command line, or for none, is kept")
  func kept() throws {
    try train(for: " pop vae")
    func same(_ line: String, _ rest: String, _ file: String) throws {
      try folder.write(file, to: "c.yaml")
      #expect(try run(line + " --config c.yaml").output == run(line + rest).output, "\(line)")
    }
    try same("recommend pop --user u1", " --data a.tsv -k 2", "data: a.tsv\nk: 2\nusers: b.tsv")
    try same("recommend pop --users a.tsv", " --core 3", "core: 3\nitems: i1")
    try same("sample vae --from user --users 9 --output -", " --like i1,i2,i3 --spread 2", "like: i1,i2,i3\nspread: 2")
    let warm = "sample vae --like i1,i2,i3 --users 9 --output -"
    try same(warm, " --from user --temperature 0.5", "from: user\ntemperature: 0.5")
    #expect(try run(warm).output != run(warm + " --temperature 0.5").output)
  }

  @Test("of what is printed, the command line decides")
  func printed() throws {
    func outcome(_ words: String, _ file: String) throws -> Executable.Outcome {
      try folder.write(file, to: "c.yaml")
      return try run("compare good.tsv --models ae --epochs 1 --metrics ndcg@10 --config c.yaml " + words)
    }
    #expect(try outcome("--verbose", "quiet: true").errors.contains("ae epoch 1 "))
    #expect(try outcome("--quiet", "verbose: true").errors.isEmpty)
    #expect(try outcome("--json", "table: csv").output.hasPrefix("{"))
    #expect(try outcome("--table csv", "json: true").output.hasPrefix("model,"))
  }

  @Test(
    "two in the file are refused, and so are details on the command line, outputs and what --private forbids",
    arguments: [
      ("recommend m", "items: i1\nusers: good.tsv", "exclude one another"),
      ("recommend m --data good.tsv", "users: good.tsv", "--users takes a file itself"),
      ("compare good.tsv --metrics ndcg@10", "generative: true", "cannot be combined with --generative"),
      ("compare good.tsv --held-out 0.2", "split: interactions", "is for --split users"),
      ("compare good.tsv --generative", "save-split: s", "cannot be combined with --generative"),
      ("inspect m good.tsv --traverse 1", "report: r.html", "is for the whole space"),
      (
        "train good.tsv --model mult-vae --output m --private 1 --delta 1e-6", "patience: 5",
        "cannot be combined with --private"
      ),
    ])
  func refused(line: String, file: String, told: String) throws {
    try folder.write(file, to: "c.yaml")
    let errors = try run(line + " --config c.yaml", status: 64).errors
    #expect(errors.hasPrefix("doppel: c.yaml: ") && errors.contains(told), "\(errors)")
  }
}
