import Foundation
import Testing

/// What users do wrong, and what they are told.
@Suite("Errors")
struct ErrorTests {
  @Test("of the command line end with 64 and name what is nearest")
  func commandLine() throws {
    let folder = try Self.folder()
    try check(
      [
        "compar", "--seed 1 compare", "compare --epoch 3", "compare --modles ae", "train --modl ae",
        "train --model ae",
        "train --model mult-va --output m", "train --model ae --output m --beta 1",
        "train --model ae --output m --epochs x", "train --model ae --output m --epochs 0",
        "train --model ae --output m --selection gini@10", "train --model ae --output m --task rating",
        "train --model ae --output m --split user", "compare --metrics ndgc@10", "compare --metrics rmse",
        "compare --models ,", "compare --models ae,ae", "compare --models user-autorec",
        "compare --task ratings",
        "compare --threads 0", "compare --threads -1",
        "sample vae --output s --threads 9223372036854775807", "compare --seed -1", "compare --seed 9007199254740992",
        "compare --held-out 0.5", "compare --held-out nan", "compare --test good.tsv",
        "compare good.tsv --train good.tsv --test good.tsv", "compare good.tsv --delimiter tabs", "compare --hidden a",
        "compare --hidden -5", "compare --models mult-vae --dropout 1",
        "compare --models mult-vae --dropout nan",
        "compare --latent 99999999999", "compare --likelihood poisson", "compare --min-rating nan",
        "compare --core -1", "compare --task rating --per-user p.tsv", "recommend m",
        "recommend m --items a -k 0",
        "recommend m --user u", "encode m good.tsv --output - --json", "simulate --output s --users 0",
        "simulate --output s --profile-length 5000", "doctor extra",
        "doctor --items 0", "compare --memory-limit 12", "compare --memory-limit much",
        "compare --models ae --memory-limit 1MB", "compare --models ease --memory-limit 1MB", "compare --precision f16",
        "train --model ae --output m --objective generate", "train --model mult-vae --output m --objective generat",
        "train --model mult-vae --output m --objective generate --beta 0.2",
        "train --model mult-vae --output m --objective generate --selection ndcg@10",
        "sample vae", "sample vae --output s --json --from pior", "sample vae --output - --json",
        "sample vae --output s --temperature 0", "sample vae --output s --temperature nan",
        "sample vae --output s --users 0", "sample vae --output s --from user", "sample vae --output s --spread 2",
        "sample vae --output s --from prior --like u1", "sample vae --output s --like u1 --spread -1",
        "sample vae --output s --interpolate u1", "sample vae --output s --interpolate u1 u2 --steps 1",
        "sample vae --output s --interpolate u1 u2 --users 3", "sample vae --output s --steps 3",
        "sample vae --output s --lengths short", "sample vae --output s --from prior --lengths own",
        "sample vae --output s", "sample vae --output s --from fitted",
        "sample vae --output s --from prior --lengths nearby",
        "audit --real good.tsv --synthetic good.tsv --tstr-only",
        "audit --real good.tsv --synthetic good.tsv --real-scores s.json",
      ], status: 64, in: folder, snapshot: "errors-64")
  }

  @Test("of data end with 65 and name file, line and what is accepted")
  func data() throws {
    let folder = try Self.folder()
    try check(
      [
        "compare empty.tsv", "compare header.tsv", "compare one.tsv", "compare text.csv", "compare nan.csv",
        "compare escape.tsv", "compare ragged.tsv", "compare nul.tsv", "compare few.tsv", "compare two.tsv",
        "compare cut.gz", "compare good.tsv --delimiter comma", "compare good.tsv --task rating",
        "compare good.tsv --user-column usr", "compare good.tsv --user-column 9",
        "compare good.tsv --core 99",
        "compare --train good.tsv --test unknown.tsv", "compare good.tsv --config scalar.yaml",
        "compare good.tsv --config broken.yaml", "recommend wrong-model --items a",
        "recommend popularity --items nothing", "recommend popularity --user nobody --data good.tsv",
        "recommend popularity --items i1 --only-items empty.tsv", "encode popularity good.tsv --output e.tsv",
        "encode cut good.tsv --output e.tsv", "encode mixed good.tsv --output e.tsv",
        "evaluate popularity unknown.tsv",
        "sample ae --output s", "sample ae --output s --from prior", "sample popularity --output s --from fitted",
        "sample vae --output s --like nobody --data good.tsv", "sample vae --output s --like nothing",
        "sample vae --output s --data unknown.tsv", "sample gaussian --output s --from prior",
        "sample crowded --output s --from prior", "sample vast --output s --from prior",
      ], status: 65, in: folder, snapshot: "errors-65")
  }

  @Test("of missing input end with 66")
  func missingInput() throws {
    let folder = try Self.folder()
    try check(
      [
        "compare nowhere.tsv", "compare population", "compare --train nowhere.tsv --test good.tsv",
        "compare --config nowhere.yaml", "evaluate nowhere", "recommend population --items a",
        "evaluate half good.tsv",
        "recommend popularity --users nowhere.tsv",
        "recommend popularity --items i1 --exclude-items nowhere.txt",
      ], status: 66, in: folder, snapshot: "errors-66")
  }

  @Test("of output end with 73, before any training")
  func output() throws {
    let folder = try Self.folder()
    try check(
      [
        "train good.tsv --model ae --output population", "train good.tsv --model ae --output good.tsv",
        "train good.tsv --model ae --output nowhere/m",
        "train good.tsv --model ae --output m --log nowhere/l.csv",
        "compare good.tsv --per-user nowhere/p.tsv", "simulate --output nowhere/s",
        "simulate --output popularity",
        "sample vae --output nowhere/s --from prior", "sample vae --output popularity --from prior",
        "encode ae good.tsv --output nowhere/e.tsv", "encode ae good.tsv --output popularity",
      ], status: 73, in: folder, snapshot: "errors-73")
  }

  @Test("in a config file are told with its name and line")
  func config() throws {
    let folder = try Self.folder()
    let files = [
      "epoch: 2", "json: true\nepochs: abc", "epochs: {a: 1}", "epochs: true", "json: 3", "help: true",
      "models: {mult-va: {}}", "models: {ae: {lerning-rate: 1}}", "models:\n  ae:\n    learning-rate: x",
      "models: {ae: 3}",
      "split: user", "beta: -1", "models: ae,mult-va",
    ]
    var told = ""
    for text in files {
      try folder.write(text, to: "c.yaml")
      let outcome = try Executable.doppel().run(["compare", "good.tsv", "--config", "c.yaml"], in: folder)
      #expect(outcome.status == 64)
      #expect(outcome.output.isEmpty)
      told += "# \(text.replacing("\n", with: " ↵ "))\n\(outcome.errors)"
    }
    try expectSnapshot(told, "errors-config")
  }

  private func check(_ lines: [String], status: Int32, in folder: TemporaryFolder, snapshot: String) throws {
    let before = try folder.names()
    var told = ""
    for line in lines {
      let outcome = try Executable.doppel().run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status == status, "\(line): \(outcome.errors)")
      #expect(outcome.output.isEmpty, "\(line) wrote to stdout")
      let message = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
      #expect(message.count == 1, "\(line): one line, not \(message)")
      #expect(outcome.errors.hasPrefix("doppel: ") || outcome.errors.hasPrefix("note: "))
      told += "$ doppel \(line)\n\(outcome.errors.masked)"
    }
    try expectSnapshot(told, snapshot)
    #expect(try folder.names() == before, "an error leaves nothing behind")
  }

  /// Good and bad data and models.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var good = "user\titem\n"
    for user in 1...40 { for item in 0..<8 { good += "u\(user)\ti\((user * 3 + item * item) % 20)\n" } }
    let rated = (1...9).map { "u1,i\($0),4\n" }.joined()
    let texts = [
      "good.tsv": good, "empty.tsv": "", "header.tsv": "user\titem\n", "one.tsv": "a\nb\n",
      "text.csv": "user,item,rating\n" + rated + "u2,i1,good\n",
      "nan.csv": "user,item,rating\n" + rated + "u2,i1,NaN\n",
      "escape.tsv": "user\titem\n\u{1B}[31mu\ti1\n", "ragged.tsv": "user\titem\nu1\ti1\nu2\n",
      "nul.tsv": "user\titem\nu1\ti\0\n",
      "few.tsv": "user\titem\n" + (1...50).map { "u\($0)\ti\($0 % 3)\n" }.joined(),
      "two.tsv": "user\titem\n" + (1...2).flatMap { user in (1...9).map { "u\(user)\ti\($0)\n" } }.joined(),
      "unknown.tsv": "user\titem\n" + (1...9).map { "u1\tother\($0)\n" }.joined(), "scalar.yaml": "epochs",
      "broken.yaml": "epochs: 2\n  a: [",
    ]
    for (name, text) in texts { try folder.write(text, to: name) }
    try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x2B]).write(
      to: folder.url.appendingPathComponent("cut.gz"))
    func run(_ line: String) throws {
      let outcome = try Executable.doppel().run(line.split(separator: " ").map(String.init), in: folder)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    try run("simulate --output population --users 20 --items 40 --tastes 2 --profile-length 10")
    try run("train good.tsv --model popularity --output popularity")
    try run("train good.tsv --model ae --latent 2 --epochs 1 --output ae")
    try run("train good.tsv --model mult-vae --hidden 4 --latent 2 --epochs 1 --output vae")
    try run("train good.tsv --model mult-vae --likelihood gaussian --hidden 4 --latent 2 --epochs 1 --output gaussian")
    try run("train good.tsv --model ae --latent 3 --epochs 1 --output other")
    func file(_ path: String) -> URL { folder.url.appendingPathComponent(path) }
    for name in ["cut", "mixed", "half", "wrong-model"] {
      try FileManager.default.copyItem(at: file("ae"), to: file(name))
    }
    try folder.data("ae/model.safetensors").dropLast(9).write(to: file("cut/model.safetensors"))
    try folder.data("other/model.safetensors").write(to: file("mixed/model.safetensors"))
    try FileManager.default.removeItem(at: file("half/items.txt"))
    try folder.write("{\"model\": \"transformer\"}", to: "wrong-model/config.json")
    // More users than can be numbered, and a length that would take memory for all below it.
    let lengths = #/"profileLengths" *: *\{[^}]*\}/#
    for (name, wrong) in [("crowded", "{\"8\": 9007199254740992}"), ("vast", "{\"16777216\": 1}")] {
      try FileManager.default.copyItem(at: file("vae"), to: file(name))
      let config = try folder.text("vae/config.json")
      try #require(config.contains(lengths))
      try folder.write(config.replacing(lengths, with: "\"profileLengths\": " + wrong), to: name + "/config.json")
    }
    return folder
  }
}
