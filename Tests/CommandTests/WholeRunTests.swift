import Foundation
import Testing

@Suite("A whole run")
struct WholeRunTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12")
  }

  @discardableResult
  private func run(_ line: String, input: String? = nil) throws -> Executable.Outcome {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder, input: input)
    try #require(outcome.status == 0, "\(line): \(outcome.errors)")
    return outcome
  }

  @Test("simulate, train, evaluate, recommend and encode say what they did")
  func transcript() throws {
    var told = ""
    func show(_ line: String, mask: (String) -> String = { $0.masked }) throws {
      let outcome = try run(line)
      told += "$ doppel \(line)\n\(mask(outcome.errors))\(mask(outcome.output))\n"
    }
    try show("simulate --output q --users 4 --items 60 --tastes 3 --profile-length 12 --seed 7")
    try show("train p/interactions.tsv --model popularity --output pop")
    try show("evaluate pop p/interactions.tsv --metrics ndcg@10,recall@20,coverage@10,gini@10")
    try show("recommend pop --user user-001 --data p/interactions.tsv -k 3")
    try show("recommend pop --users q/interactions.tsv -k 2 --quiet")
    try show("train p/interactions.tsv --model mult-vae --hidden 8 --latent 2 --epochs 3 --output vae") {
      // Which epoch is the best, and so whether it is the last, depends on the last digits.
      $0.masked.withoutDecimals.replacing(/note: .* best epoch .*\n/, with: "").replacing(/epoch \d/, with: "epoch #")
        .replacing(/at epoch # of \d/, with: "at epoch # of 3")
    }
    try show("evaluate vae p/interactions.tsv --metrics ndcg@10,recall@20") { $0.masked.withoutDecimals }
    try show("encode vae q/interactions.tsv --output codes.tsv")
    try expectSnapshot(told, "whole-run")

    let codes = try folder.text("codes.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(codes[0] == ["user", "mean_1", "mean_2", "logvar_1", "logvar_2"])
    #expect(codes.count == 5)
    #expect(
      codes.dropFirst().allSatisfy { line in line.dropFirst().allSatisfy { Double($0)?.isFinite == true } })
    #expect(try run("encode vae q/interactions.tsv --output -").output == folder.text("codes.tsv"))
    #expect(try folder.names() == ["codes.tsv", "p", "pop", "q", "vae"])
  }

  @Test("evaluate takes one file, two files, and nobody the model has seen")
  func evaluateForms() throws {
    try run("train p/interactions.tsv --model popularity --output pop")
    let lines = try folder.text("p/interactions.tsv").split(separator: "\n").dropFirst()
    try folder.write(
      "user\titem\n" + lines.enumerated().filter { $0.offset % 3 > 0 }.map { $0.element + "\n" }.joined(),
      to: "known.tsv")
    try folder.write(
      "user\titem\n" + lines.enumerated().filter { $0.offset % 3 == 0 }.map { $0.element + "\n" }.joined(),
      to: "wanted.tsv")
    for (data, kind) in [
      ("p/interactions.tsv", "users"), ("--train known.tsv --test wanted.tsv", "files"), ("", "users"),
    ] {
      let document = try JSONSerialization.jsonObject(
        with: Data(run("evaluate pop \(data) --json").output.utf8))
      let members = try #require(document as? [String: Any])
      #expect((members["split"] as? [String: Any])?["kind"] as? String == kind)
    }
  }

  @Test("compare --json has the members of the contract, and no other kind of value")
  func compareJSON() throws {
    let outcome = try run(
      "compare p/interactions.tsv --models popularity,mult-vae --hidden 8 --latent 2 --epochs 2"
        + " --metrics ndcg@10 --json"
    )
    try expectSnapshot(Shape.of(outcome.output).joined(separator: "\n") + "\n", "compare-json-shape")
    let quiet = try run("compare p/interactions.tsv --models popularity --json --quiet")
    #expect(quiet.errors.isEmpty)
  }

  @Test("recommend --json is {users: [{user, items: [{item, score}]}]}")
  func recommendJSON() throws {
    try run("train p/interactions.tsv --model popularity --output pop")
    let outcome = try run("recommend pop --users p/interactions.tsv -k 2 --json")
    #expect(
      try Shape.of(outcome.output) == [
        "k: number", "model: string", "users[].items[].item: string", "users[].items[].score: number",
        "users[].user: string",
      ])
  }

  @Test("the same seed gives the same bytes on one thread and on two; another seed gives others")
  func reproducible() throws {
    let train = "train p/interactions.tsv --model mult-vae --hidden 8 --latent 2 --epochs 3 --output"
    try run("\(train) a --threads 1")
    try run("\(train) b --threads 1")
    try run("\(train) c --threads 2")
    try run("\(train) d --seed 43")
    let (a, b) = (try folder.data("a/model.safetensors"), try folder.data("b/model.safetensors"))
    #expect(a == b)
    #expect(try a == folder.data("c/model.safetensors"))
    #expect(try a != folder.data("d/model.safetensors"))
  }

  @Test("sample needs the model alone for the prior, and the users' data for what is theirs")
  func sample() throws {
    try run(
      "train p/interactions.tsv --model mult-vae --hidden 8 --latent 2 --epochs 3 --objective generate --output vae")
    #expect(try folder.text("vae/config.json").contains("\"objective\" : \"generate\""))
    #expect(try folder.text("vae/README.md").contains("nats by the mean and variance of each dimension"))
    func summary(_ line: String) throws -> [String: Any] {
      let output = try run("sample vae --output s.tsv --json \(line)").output
      return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
    let prior = try summary("--from prior --users 300")
    #expect((prior["lengths"] as? [String: Any])?["law"] as? String == "empirical")
    #expect(((prior["aggregatePosterior"] as? [String: Any])?["jointDivergence"] as? Double).map { $0 > 0 } == true)
    let lines = try folder.text("s.tsv").split(separator: "\n")
    #expect(lines[0] == "user\titem" && lines[1].hasPrefix("synthetic-000001\t") && lines.count > 300)
    #expect(lines.count - 1 == prior["interactions"] as? Int)
    let population = try summary("--data p/interactions.tsv --users 300 --threads 1")
    #expect(population["from"] as? String == "population")
    let bytes = try folder.data("s.tsv")
    _ = try summary("--data p/interactions.tsv --users 300 --threads 2")
    #expect(try folder.data("s.tsv") == bytes)
    let way = try summary("--data p/interactions.tsv --interpolate user-001 user-002 --steps 4")
    #expect(((way["interpolation"] as? [String: Any])?["steps"] as? [Any])?.count == 4)
    #expect(way["users"] as? Int == 4)
    let counted = try run("sample vae --from prior --users 3 --counts --temperature 0.5 --output -").output
    #expect(counted.hasPrefix("user\titem\tcount\nsynthetic-000001\t"))
    let sharp = try run("sample vae --from prior --users 300 --temperature 0.2 --output s.tsv")
    let kept = try run("sample vae --from prior --users 300 --temperature 0.2 --keep-popularity --output k.tsv")
    #expect(kept.output.contains("distance from temperature 1") && !sharp.output.contains("distance from"))
    #expect(try folder.data("s.tsv") != folder.data("k.tsv"))
    let correction = try #require(
      try summary("--from prior --temperature 0.2 --keep-popularity")["popularityCorrection"] as? [String: Any])
    #expect(Set(correction.keys) == ["uncorrected", "corrected", "passes"])
    try run("train p/interactions.tsv --model ae --latent 2 --epochs 2 --output ae")
    let fitted = try run("sample ae --from fitted --data p/interactions.tsv --users 5 --output s.tsv")
    #expect(fitted.errors.contains("ae has no latent distribution"))
    let item = try folder.text("vae/items.txt").split(separator: "\n")[0]
    let like = try doppel.run(
      ["sample", "vae", "--like", String(item), "--users", "2", "--spread", "0", "--output", "-"], in: folder)
    #expect(like.status == 0 && like.output.split(separator: "\n").count == 3, "\(like.errors)")
  }

  @Test("stdin, a byte-order mark, CR LF and blank lines give what the plain file gives")
  func dialects() throws {
    let text = try folder.text("p/interactions.tsv")
    try folder.write("\u{FEFF}" + text.replacing("\n", with: "\r\n\r\n"), to: "strange.tsv")
    let compare = "--models popularity --metrics ndcg@10"
    func table(_ outcome: Executable.Outcome) -> [Substring] {
      outcome.output.split(separator: "\n").filter { $0.hasPrefix("| pop") }
    }
    func seconds(_ rows: [Substring]) -> [String] {
      rows.map { String($0).replacing(/\d+\.\d \|/, with: "# |") }
    }
    let plain = seconds(table(try run("compare p/interactions.tsv \(compare)")))
    #expect(plain.count == 1)
    #expect(try seconds(table(run("compare strange.tsv \(compare)"))) == plain)
    #expect(try seconds(table(run("compare - \(compare)", input: text))) == plain)
  }

  @Test("ids with blanks, commas, HTML and other scripts come back unchanged")
  func identifiers() throws {
    var text = "user\titem\n"
    for user in 1...30 {
      for item in 0..<6 { text += "ü <b>\(user)\tThe, “映画” & \((user + item * item) % 15)\n" }
    }
    try folder.write(text, to: "ids.tsv")
    try run("train ids.tsv --model popularity --output pop")
    let outcome = try doppel.run(["recommend", "pop", "--user", "ü <b>1", "--data", "ids.tsv"], in: folder)
    let rows = outcome.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
    #expect(!rows.isEmpty)
    #expect(rows.allSatisfy { $0[0] == "ü <b>1" && $0[1].hasPrefix("The, “映画” & ") })
  }

  @Test("the command line wins over the config file; models have settings of their own")
  func configFile() throws {
    try folder.write(
      """
      epochs: 3
      learning_rate: 0.01
      models:
        ae: {latent: 4}
        mult-vae: {hidden: 8, latent: 3, beta: 0.3}
      """, to: "c.yaml")
    let output = try run("compare p/interactions.tsv --config c.yaml --epochs 2 --json --metrics ndcg@10")
      .output
    let document = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    let models = try #require(document["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["name"] as? String } == ["ae", "mult-vae"])
    let parameters = models.compactMap { $0["hyperparameters"] as? [String: Any] }
    #expect(parameters.map { $0["epochs"] as? Int } == [2, 2])
    #expect(parameters.map { $0["learningRate"] as? Double } == [0.01, 0.01])
    #expect(parameters.map { $0["latent"] as? Int } == [4, 3])
    #expect(parameters.last?["beta"] as? Double == 0.3)
  }
}

/// The members of a JSON document by path, with the kinds of their values.
private enum Shape {
  static func of(_ text: String) throws -> [String] {
    let document = try JSONSerialization.jsonObject(with: Data(text.utf8))
    var paths: Set<String> = []
    collect(document, "", &paths)
    return paths.sorted()
  }

  private static func collect(_ value: Any, _ path: String, _ paths: inout Set<String>) {
    switch value {
    case let members as [String: Any]:
      for (key, value) in members { collect(value, path.isEmpty ? key : "\(path).\(key)", &paths) }
    case let elements as [Any]: for element in elements { collect(element, path + "[]", &paths) }
    case is String: paths.insert("\(path): string")
    case is NSNull: paths.insert("\(path): null")
    default: paths.insert("\(path): number")
    }
  }
}
