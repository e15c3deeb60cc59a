import Foundation
import Testing

/// Flags that cannot have an effect where they stand.
@Suite("A flag without an effect ends with 64 and says why")
struct IdleFlagTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    var good = "user\titem\n"
    for user in 1...40 { for item in 0..<8 { good += "u\(user)\ti\((user * 3 + item * item) % 20)\n" } }
    try folder.write(good, to: "good.tsv")
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("ready"), withIntermediateDirectories: false)
    try folder.write("uid,sid\n0,0\n", to: "ready/train.csv")
  }

  private func refuses(_ line: String, _ flag: String, _ told: String) throws {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    #expect(outcome.status == 64, "\(line): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("doppel: \(flag) ") && outcome.errors.contains(told), "\(outcome.errors)")
  }

  @Test(
    "of reading and splitting with a ready split",
    arguments: [
      "--core 50", "--cut 0.5", "--new-users", "--min-rating 4", "--min-user-items 2", "--min-item-users 2",
      "--split leave-one-out",
      "--held-out 0.4", "--user-column nosuch", "--item-column 2", "--rating-column none", "--timestamp-column 4",
      "--delimiter tab",
    ])
  func readySplit(words: String) throws {
    let flag = String(words.prefix { $0 != " " })
    try refuses("compare ready --models popularity \(words)", flag, "ready is a ready split")
    try refuses("train ready --model popularity --output m \(words)", flag, "ready is a ready split")
    guard !["--split", "--held-out", "--cut", "--new-users"].contains(flag) else { return }
    try refuses("evaluate m ready \(words)", flag, "ready is a ready split")
    try refuses("inspect m ready \(words)", flag, "ready is a ready split")
    try refuses("sample m --output s --data ready \(words)", flag, "ready is a ready split")
  }

  @Test(
    "of data, split, task, model and other flags",
    arguments: [
      ("compare --user-column 1", "--user-column", "built-in population"),
      ("compare --min-rating 4", "--min-rating", "built-in population"),
      ("train --model blend --output m --resume", "--resume", "blend is not"),
      ("train --model blend --output m --checkpoint-every 2", "--checkpoint-every", "blend is not"),
      ("train --model blend --output m --members ease --precision bf16 --delimiter tab", "--delimiter", "built-in"),
      ("train --model ae --output m --delimiter tab", "--delimiter", "built-in population"),
      ("encode m --output c.tsv --item-column 2", "--item-column", "built-in population"),
      ("evaluate m --core 2", "--core", "built-in population"),
      ("inspect m --min-rating 4", "--min-rating", "built-in population"),
      ("sample m --output s --core 2", "--core", "--data"),
      ("compare good.tsv --split interactions --held-out 0.2", "--held-out", "--split users"),
      ("compare good.tsv --split leave-one-out --held-out 0.1", "--held-out", "--split users"),
      ("compare --train good.tsv --test good.tsv --split users", "--split", "--train"),
      ("compare --train good.tsv --test good.tsv --held-out 0.1", "--held-out", "--train"),
      ("compare good.tsv --task rating --split interactions", "--split", "--task ranking"),
      ("compare good.tsv --task rating --save-split s", "--save-split", "--split users"),
      ("compare good.tsv --split interactions --save-split s", "--save-split", "--split users"),
      ("compare good.tsv --no-refit", "--no-refit", "--train without --validation"),
      ("compare --train good.tsv --validation good.tsv --test good.tsv --no-refit", "--no-refit", "has no effect"),
      ("compare good.tsv --models popularity --precision f32", "--precision", "epochs"),
      ("compare good.tsv --models popularity --memory-limit 1GB", "--memory-limit", "trained"),
      ("compare good.tsv --models ease --precision bf16", "--precision", "epochs"),
      ("compare good.tsv --models popularity,ease --tensorboard b", "--tensorboard", "epochs"),
      ("compare good.tsv --verbose --quiet", "--verbose", "--quiet"),
      ("compare good.tsv --generative --metrics ndcg@10", "--metrics", "--generative"),
      ("train good.tsv --model popularity --output m --resume", "--resume", "popularity"),
      ("train good.tsv --model popularity --output m --checkpoint-every 2", "--checkpoint-every", "popularity"),
      ("train good.tsv --model popularity --output m --selection ndcg@10", "--selection", "popularity"),
      ("train good.tsv --model user-autorec --output m --selection ndcg@10", "--selection", "RMSE"),
      (
        "train good.tsv --model mult-vae --output m --objective generate --selection ndcg@100", "--selection",
        "evidence lower bound"
      ),
      ("compare good.tsv --cut 0.5", "--cut", "--split time"),
      ("compare good.tsv --split users --new-users", "--new-users", "--split time"),
      ("compare good.tsv --split time --held-out 0.2", "--held-out", "--split users"),
      ("compare --train good.tsv --test good.tsv --cut 0.5", "--cut", "--train"),
      ("compare good.tsv --task rating --new-users", "--new-users", "--task ranking"),
      ("compare good.tsv --task rating --folds 3", "--folds", "--split users"),
      ("compare good.tsv --split time --folds 3", "--folds", "--split users"),
      ("compare --train good.tsv --test good.tsv --folds 3", "--folds", "--split users"),
      ("compare good.tsv --seeds 3 --save-split s", "--save-split", "--seeds"),
      ("compare good.tsv --table csv --json", "--table", "--json"),
      ("compare good.tsv --generative --seeds 3", "--seeds", "--generative"),
      ("compare good.tsv --generative --folds 3", "--folds", "--generative"),
      ("compare good.tsv --generative --table latex", "--table", "--generative"),
      ("compare good.tsv --generative --tensorboard b", "--tensorboard", "--generative"),
      ("compare good.tsv --temperatures 0.5,1", "--temperatures", "needs --generative"),
      ("compare good.tsv --keep-popularity", "--keep-popularity", "needs --generative"),
      ("compare good.tsv --generative --keep-popularity", "--keep-popularity", "no effect at temperature 1"),
      (
        "compare good.tsv --generative --temperatures 1 --keep-popularity", "--keep-popularity",
        "no effect at temperature 1"
      ),
      ("sample m --output s --keep-popularity", "--keep-popularity", "no effect at temperature 1"),
      ("sample m --output s --temperature 0.5 --like u1 --keep-popularity", "--keep-popularity", "--like draws near"),
      (
        "sample m --output s --temperature 0.5 --interpolate u1 u2 --keep-popularity", "--keep-popularity",
        "--interpolate draws near"
      ),
      ("compare good.tsv --utility", "--utility", "needs --generative"),
      ("compare good.tsv --shadows 4", "--shadows", "needs --generative"),
      ("compare good.tsv --private 1 --delta 1e-6", "--private", "needs --generative"),
      ("compare good.tsv --generative --utility-epochs 3", "--utility-epochs", "needs --utility"),
      ("compare good.tsv --generative --clip 2", "--clip", "needs --private"),
      ("compare good.tsv --split time --save-split s", "--save-split", "--split users"),
      ("train good.tsv --model ease --output m --split time --new-users", "--new-users", "train"),
      (
        "split good.tsv --train a.tsv --output s", "--train",
        "is for commands that take a split; split makes one of DATA"
      ),
      ("split --test - --train - --output s", "--train", "is for commands that take a split"),
      ("split good.tsv --validation a.tsv --output s", "--validation", "is for commands that take a split"),
      ("evaluate m good.tsv --cut 0.5", "--cut", "--split time"),
      ("evaluate m good.tsv --new-users", "--new-users", "--split time"),
      ("evaluate m --train good.tsv --test good.tsv --split time", "--split", "DATA"),
      ("recommend m --items i1 --core 2", "--core", "--items"),
      ("recommend m --items i1 --data good.tsv", "--data", "is for --user; --items reads no file of interactions"),
      ("recommend m --users good.tsv --data good.tsv", "--data", "is for --user; --users takes a file itself"),
      ("sample m --output s --titles t.csv", "--titles", "--with-titles"),
      ("sample m --output s --holdout good.tsv", "--holdout", "needs --temperature auto"),
      ("sample m --output s --temperature 0.5 --temperatures 0.5,1", "--temperatures", "needs --temperature auto"),
      ("sample m --output s --attack-limit 0.7", "--attack-limit", "needs --temperature auto"),
      ("sample m --output s --utility-epochs 3", "--utility-epochs", "needs --temperature auto"),
      ("compare good.tsv --titles t.csv", "--titles", "--report"),
      ("compare good.tsv --titles t.csv --report r.html --task rating", "--titles", "ranking"),
      ("compare good.tsv --titles t.csv --report r.html --generative", "--titles", "--generative"),
      ("inspect m good.tsv --steps 3", "--steps", "--traverse"), ("inspect m good.tsv -k 3", "-k", "--traverse"),
      ("inspect m good.tsv --traverse 1 --draws 20", "--draws", "--traverse"),
      ("inspect m good.tsv --traverse 1 --report r.html", "--report", "--traverse"),
      (
        "audit --real good.tsv --synthetic good.tsv --holdout good.tsv --no-utility --utility-epochs 3",
        "--utility-epochs", "--no-utility"
      ),
      ("audit --real good.tsv --synthetic good.tsv --utility-epochs 3", "--utility-epochs", "--holdout"),
      (
        "audit --canaries 100 --model m --real good.tsv --synthetic good.tsv", "--synthetic",
        "audits a training instead of a file"
      ),
      ("audit --canaries 100 --model m --min-rating 4", "--min-rating", "built-in population"),
      ("doctor --items 50", "--items", "--benchmark"),
    ])
  func others(line: String, flag: String, told: String) throws { try refuses(line, flag, told) }

  @Test("of a saved model that has nothing for it")
  func savedModel() throws {
    let train = "train good.tsv --model ae --latent 2 --epochs 1 --output ae".split(separator: " ").map(String.init)
    #expect(try doppel.run(train, in: folder).status == 0)
    try refuses("inspect ae good.tsv --draws 20", "--draws", "latent distribution")
  }

  @Test("of a config file too, with its name")
  func config() throws {
    try folder.write("held-out: 0.2\nsplit: interactions\n", to: "c.yaml")
    let outcome = try doppel.run(["compare", "good.tsv", "--config", "c.yaml"], in: folder)
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("doppel: c.yaml: --held-out is for --split users"), "\(outcome.errors)")
  }

  @Test(
    "ways to name the users of recommend exclude one another, and it is said what each is for",
    arguments: [
      (
        "--users good.tsv --user u1 --data good.tsv", "--users",
        "and --user exclude one another: --users FILE is for every user of a file, --user ID with --data DATA is for "
          + "one user of a file"
      ),
      (
        "--users good.tsv --items 1,2", "--items",
        "and --users exclude one another: --items A,B,C is for a new user who has these items, --users FILE is for "
          + "every user of a file"
      ),
      ("--user u1 --items 1,2 --data good.tsv", "--items", "and --user exclude one another"),
      ("--user u1 --items 1,2 --users good.tsv", "--items,", "--users and --user exclude one another"),
    ])
  func recommendWays(words: String, first: String, told: String) throws {
    try refuses("recommend m " + words, first, told)
  }

  @Test("where it has one, it is taken, also when its value is the default")
  func taken() throws {
    for line in [
      "compare good.tsv --split users --held-out 0.1 --core 2 --models popularity --metrics ndcg@10",
      "compare --train good.tsv --test good.tsv --models popularity --no-refit --core 2",
      "compare --models popularity --core 2 --metrics ndcg@10 --split users",
    ] {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status != 64, "\(line): \(outcome.errors)")
    }
  }
}
