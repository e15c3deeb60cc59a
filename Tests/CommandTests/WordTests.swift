import Foundation
import Testing

/// What words on the command line and in config files mean.
@Suite("Words")
struct WordTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    var good = "user\titem\n"
    for user in 1...40 { for item in 0..<8 { good += "u\(user)\ti\((user * 3 + item * item) % 20)\n" } }
    try folder.write(good, to: "good.tsv")
  }

  private func settings(_ line: String, _ key: String) throws -> [Int?] {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let models = document["models"] as? [[String: Any]] ?? [document]
    return models.map { ($0["hyperparameters"] as? [String: Any])?[key] as? Int }
  }

  @Test("what a config file says of one model wins over what it says of all; the command line over both")
  func precedence() throws {
    try folder.write(
      "epochs: 3\nlatent: 7\nbatch_size: 20\nmodels:\n  ae: {epochs: 1, latent: 4, batch-size: 10}\n  dae: {}\n",
      to: "c.yaml")
    let compare = "compare good.tsv --split interactions --config c.yaml --json --quiet --metrics ndcg@10"
    #expect(try settings(compare, "epochs") == [1, 3])
    #expect(try settings(compare, "latent") == [4, 7])
    #expect(try settings(compare, "batchSize") == [10, 20])
    #expect(try settings(compare + " --epochs 2", "epochs") == [2, 2])
    #expect(try settings(compare + " --models dae,ae", "epochs") == [3, 1])
    // The only hidden layer of an autoencoder is its code.
    #expect(try settings(compare + " --hidden 5", "latent") == [5, 5])
    try folder.write("hidden: 7\nmodels: {ae: {latent: 4}, dae: {}}\n", to: "d.yaml")
    #expect(try settings(compare.replacing("c.yaml", with: "d.yaml") + " --epochs 1", "latent") == [4, 7])
    let train = "train good.tsv --config c.yaml --json --quiet --output m --force --model"
    #expect(try settings(train + " ae", "epochs") == [1])
    #expect(try settings(train + " dae", "epochs") == [3])
    #expect(try settings(train + " ae --epochs 2", "epochs") == [2])
  }

  @Test("flags and config files reach the members of a blend; all models are a word; unknown members are named")
  func members() throws {
    func run(_ line: String) throws -> (status: Int32, output: String, errors: String) {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      return (outcome.status, outcome.output, outcome.errors)
    }
    try folder.write(
      """
      epochs: 3
      models:
        blend: {members: [ease, {model: ae, hyperparameters: {latent: 6}}, dae]}
        ae: {epochs: 1}
      """, to: "b.yaml")
    let compare = "compare good.tsv --split interactions --config b.yaml --json --quiet --metrics ndcg@10"
    let outcome = try run(compare + " --batch-size 9")
    try #require(outcome.status == 0, "\(outcome.errors)")
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let models = try #require(document?["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["name"] as? String } == ["blend", "ae"])
    let members = (models[0]["hyperparameters"] as? [String: Any])?["members"] as? [[String: Any]] ?? []
    let settings = members.map { $0["hyperparameters"] as? [String: Any] ?? [:] }
    #expect(members.compactMap { $0["model"] as? String } == ["ease", "ae", "dae"])
    #expect(settings.map { $0["epochs"] as? Int } == [nil, 1, 3])
    #expect(settings.map { $0["latent"] as? Int } == [nil, 6, 200])
    #expect(settings.map { $0["batchSize"] as? Int } == [nil, 9, 9])

    let all = try run("compare good.tsv --models all --epochs 1 --json --quiet --metrics ndcg@10")
    for name in ["popularity", "linear", "mix-vae", "blend"] {
      #expect(all.output.contains("\"\(name)\""), "\(all.errors)")
    }
    let more = try run("compare good.tsv --models all,ae")
    #expect(more.status == 64 && more.errors.contains("already names every model"))
    let unknown = try run("train good.tsv --model blend --members ease,mult-va --output n")
    #expect(unknown.status == 64 && unknown.errors.contains("unknown model 'mult-va'; did you mean mult-vae"))
    let none = try run("train good.tsv --model ease --members ae,dae --output n")
    #expect(none.status == 64 && none.errors.contains("ease has no hyper-parameter --members"))
  }

  @Test("ids with commas can be named")
  func identifiers() throws {
    try folder.write("u1,\"x,y\"\nu1,x\nu1,z\nu2,x\nu2,w\nu3,\"x,y\"\nu3,w\n", to: "commas.csv")
    let train = "train commas.csv --model popularity --split interactions --output m"
    #expect(try doppel.run(train.split(separator: " ").map(String.init), in: folder).status == 0)
    func items(_ text: String) throws -> (items: [String], errors: String) {
      let outcome = try doppel.run(["recommend", "m", "--items", text], in: folder)
      let lines = outcome.output.split(separator: "\n").dropFirst()
      return (lines.map { String($0.split(separator: "\t")[1]) }.sorted(), outcome.errors)
    }
    #expect(try items("x,y").items == ["w", "x", "z"])
    #expect(try items("x,y").errors.contains("not in the model") == false)
    #expect(try items("\"x,y\"").items == ["w", "x", "z"])
    #expect(try items("z,x,y,w").items == ["x"])
    #expect(try items("z, w").items == ["x", "x,y"])
    let apart = try items("\"x\",\"y\"")
    #expect(apart.items == ["w", "x,y", "z"] && apart.errors.contains("not in the model: y"))
    let half = try doppel.run(["sample", "m", "--like", "x,y", "--output", "-"], in: folder)
    #expect(half.status == 65 && half.errors.contains("no latent space"))
  }

  @Test("a misspelt word is answered with what it may mean")
  func spelling() throws {
    for (line, told) in [
      ("compare --models vae", "did you mean mix-vae, rec-vae or mult-vae?"),
      ("compare --models mult", "did you mean mult-dae or mult-vae?"),
      ("compare --models autorec", "did you mean user-autorec or item-autorec?"),
      ("compare --metrics min@10", "did you mean 'recall-min@10'?"),
      ("compare --split leave", "did you mean leave-one-out?"), ("compar", "did you mean compare?"),
      ("compare --epoch 3", "did you mean --epochs?"), ("split --tas rating", "did you mean --task"),
    ] {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status == 64 && outcome.errors.contains(told), "\(outcome.errors)")
    }
  }

  @Test("a best epoch that is the last one allowed is noted, where validation found it")
  func lastEpoch() throws {
    let told = "ae: best epoch 1 is the last of 1 allowed; more --epochs may be better"
    func run(_ line: String) throws -> Executable.Outcome {
      try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    }
    #expect(try run("train good.tsv --model ae --epochs 1 --output m").errors.contains("note: " + told))
    let json = try run("compare good.tsv --models ae --epochs 1 --metrics ndcg@10 --json")
    #expect(json.errors.contains("note: " + told) && json.output.contains(told))
    // Nobody has five items, so nothing chooses.
    try folder.write((0..<60).map { "u\($0 % 20)\ti\($0 / 20 + $0 % 20 % 7)\n" }.joined(), to: "short.tsv")
    let blind = try run("train short.tsv --model ae --epochs 1 --output n")
    #expect(blind.status == 0 && !blind.errors.contains("best epoch"), "\(blind.errors)")
  }

  @Test("the heading says how many users were tested; a narrow terminal gets the table in parts, a pipe whole")
  func table() throws {
    let words = "compare good.tsv --models popularity,ae --epochs 1 --quiet".split(separator: " ").map(String.init)
    let piped = try doppel.run(words, in: folder).output
    #expect(piped.hasPrefix("good.tsv: 40 users × 20 items, 240 interactions; 4 test users; seed 42, "))
    #expect(piped.split(separator: "\n").filter { $0.hasPrefix("| model") }.count == 1)
    let shown = try Terminal().run(doppel, words, in: folder, environment: ["COLUMNS": "80"])
      .replacing("\r\n", with: "\n")
    let lines = shown.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("|") }.allSatisfy { $0.count <= 80 })
    let headings = lines.filter { $0.hasPrefix("| model") }.flatMap { $0.split(separator: "|").dropFirst() }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let whole = piped.split(separator: "\n").first { $0.hasPrefix("| model") }?.split(separator: "|").dropFirst()
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(headings == whole)
  }

  @Test("--items without an id is a user who has none, and a note says so", arguments: ["", " , "])
  func noItems(items: String) throws {
    let train = "train good.tsv --model popularity --output m --quiet".split(separator: " ").map(String.init)
    #expect(try doppel.run(train, in: folder).status == 0)
    let outcome = try doppel.run(["recommend", "m", "-k", "2", "--items", items], in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: "\n").count == 3)
    #expect(outcome.errors == "note: --items names no item; the list is that of a user who has none\n")
    let some = try doppel.run(["recommend", "m", "-k", "2", "--items", "i1"], in: folder)
    #expect(some.errors.isEmpty, "\(some.errors)")
  }

  @Test(
    "a whole number that was given is told without .0",
    arguments: [
      ("compare good.tsv --held-out 1", "doppel: --held-out 1 is not a share"),
      ("explain good.tsv --beta -1", "doppel: --beta -1 is not a weight"),
      ("sample m --output s --temperature auto --holdout h --attack-limit 60", "doppel: --attack-limit 60 is out of"),
      ("sample m --output s --like i1 --spread 2000", "doppel: --spread 2000 is out of range"),
      ("compare good.tsv --min-rating 4", "so --min-rating 4 cannot be applied"),
    ])
  func numbers(line: String, told: String) throws {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains(told), "\(outcome.errors)")
  }

  @Test("what is told before a training and belongs to its result is told once")
  func notes() throws {
    let line = "train good.tsv --model mult-vae --hidden 8 --latent 2 --private 1 --delta 0.5 --epochs 1 --output m"
    let trained = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    #expect(trained.status == 0)
    #expect(trained.errors.components(separatedBy: "protects nobody").count == 2, "\(trained.errors)")
  }
}
