import Foundation
import Testing

/// What commands know of the data a model was trained on.
@Suite("A model remembers its data")
struct RememberTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// People with ratings from 1 to 5, their own columns and separator.
  private func writeRatings(_ name: String, users: Range<Int>, header: String = "user,item,rating") throws {
    var text = header + "\n"
    let separator = header.contains(";") ? ";" : ","
    for user in users {
      for place in 0..<12 {
        let line = ["u\(user)", "i\((user * 7 + place * (user % 3 + 1)) % 30)", "\(1 + (user + place) % 5)"]
        text += line.joined(separator: separator) + "\n"
      }
    }
    try folder.write(text, to: name)
  }

  @Test("a cdae is loaded again when users of the validation part were skipped")
  func skippedUsers() throws {
    var text = "user,item\n"
    for user in 0..<20 { for place in 0..<(user % 2 == 1 ? 6 : 3) { text += "u\(user),i\((user + place) % 10)\n" } }
    try folder.write(text, to: "short.csv")
    try run("train short.csv --model cdae --epochs 1 --latent 2 --output m")
    #expect(try folder.text("m/users.txt").split(separator: "\n").count == 20)
    let newcomer = "cdae learns a vector per training user; new users get the mean vector"
    #expect(try run("recommend m --items i0").errors.contains(newcomer))
    let known = try run("encode m short.csv --output e.tsv")
    #expect(!known.errors.contains("new users"))
    try folder.write("user,item\n" + (0..<6).map { "x,i\($0)\n" }.joined(), to: "x.csv")
    for line in [
      "encode m x.csv --output e.tsv", "evaluate m x.csv", "recommend m --users x.csv", "inspect m x.csv",
      "sample m --from fitted --data x.csv --users 2 --output s.tsv",
    ] {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.errors.contains(newcomer), "\(line): \(outcome.errors)")
    }
  }

  @Test("where nobody can be held out, all users are trained on for all epochs, and nothing else is said")
  func nothingToValidate() throws {
    var text = "user,item\n"
    for user in 0..<20 { for place in 0..<3 { text += "u\(user),i\((user + place) % 10)\n" } }
    try folder.write(text, to: "three.csv")
    for model in ["cdae", "ae", "mult-vae", "popularity"] {
      let outcome = try run(
        "train three.csv --model \(model) --force --output m" + (model == "popularity" ? "" : " --epochs 2 --latent 2"))
      #expect(outcome.output.contains("fitted to 20 users") && !outcome.output.contains("again"))
      let config = try folder.text("m/config.json")
      #expect(config.contains("\"refitted\" : false") && config.contains("\"3\" : 20"))
      #expect(try !folder.text("m/README.md").contains("again"))
      if model == "cdae" { #expect(try folder.text("m/users.txt").split(separator: "\n").count == 20) }
    }
    let outcome = try run("train three.csv --model ae --epochs 2 --latent 2 --no-refit --force --output m")
    #expect(outcome.output.contains("fitted to 18 users"))
    #expect(try folder.text("m/README.md").contains("18 of the users were trained on"))
  }

  @Test(
    "filters and columns are applied again, said, and overridden by flags; other data are told from the training data")
  func filters() throws {
    try writeRatings("own.csv", users: 0..<60, header: "customer;article;grade")
    try writeRatings("others.csv", users: 60..<90, header: "customer;article;grade")
    let columns = "--user-column customer --item-column article --rating-column grade"
    try run(
      "train own.csv \(columns) --min-rating 3 --min-user-items 4 --model mult-vae --hidden 4 --latent 2 --epochs 1 --output m"
    )
    let told = "\(columns) --min-rating 3, as in training"
    let different = "is not what the model was trained on"
    let evaluated = try run("evaluate m own.csv --metrics ndcg@10")
    #expect(evaluated.errors.contains(told) && evaluated.errors.contains("the results are too good"))
    let flagged = try run("evaluate m own.csv \(columns) --min-rating 3 --metrics ndcg@10")
    #expect(flagged.output == evaluated.output && !flagged.errors.contains("as in training"))
    #expect(try run("evaluate m own.csv --min-rating 1 --metrics ndcg@10").output != evaluated.output)
    let others = try run("evaluate m others.csv --metrics ndcg@10")
    #expect(others.errors.contains(told) && !others.errors.contains("too good"))

    #expect(try run("encode m others.csv --output c.tsv").errors.contains("others.csv \(different)"))
    #expect(try !run("encode m own.csv --output c.tsv").errors.contains(different))
    #expect(try run("recommend m --user u61 --data others.csv").errors.contains(told))

    let all = "\(columns) --min-rating 3 --min-user-items 4, as in training"
    let sampled = try run("sample m --data own.csv --users 20 --output s.tsv")
    #expect(sampled.errors.contains(all) && !sampled.errors.contains(different))
    #expect(try run("sample m --data others.csv --users 20 --output t.tsv").errors.contains("others.csv \(different)"))
    let unfiltered = try run("sample m --data own.csv --min-rating 1 --users 20 --output t.tsv")
    #expect(unfiltered.errors.contains("own.csv \(different)"))
    let inspected = try run("inspect m own.csv")
    #expect(inspected.errors.contains(all) && !inspected.errors.contains("was trained on"))
    #expect(try run("inspect m others.csv").errors.contains("others.csv is not what m was trained on"))

    // Synthetic users have neither these columns nor ratings.
    let synthetic = try run("encode m s.tsv --output c.tsv")
    #expect(
      synthetic.errors.contains("read without --delimiter") || synthetic.errors.contains("read without --user-column"))
    #expect(synthetic.output.hasPrefix("20 users"))
  }

  @Test("a model directory of before, without data in its config.json, behaves as before")
  func older() throws {
    try writeRatings("own.csv", users: 0..<60)
    try run("train own.csv --min-rating 3 --model ae --latent 2 --epochs 1 --output m")
    let config = try folder.text("m/config.json")
    let older = config.replacing(#/  "data" : \{[^}]*\},\n/#, with: "")
    try #require(older != config)
    try folder.write(older, to: "m/config.json")
    for line in [
      "evaluate m own.csv", "encode m own.csv --output c.tsv", "recommend m --users own.csv", "inspect m own.csv",
    ] {
      let errors = try run(line).errors
      #expect(!errors.contains("as in training") && !errors.contains("trained on"), "\(line): \(errors)")
    }
  }

  @Test("audit filters the real files, and takes the synthetic one as it is, columns included")
  func audit() throws {
    try writeRatings("real.csv", users: 0..<60, header: "customer,article,rating")
    try writeRatings("hold.csv", users: 60..<120, header: "customer,article,rating")
    var text = "user\titem\n"
    for user in 0..<40 { for place in 0..<5 { text += "synthetic-\(user)\ti\((user * 5 + place) % 30)\n" } }
    try folder.write(text, to: "synthetic.tsv")
    let outcome = try document(
      "audit --real real.csv --holdout hold.csv --synthetic synthetic.tsv --no-utility --user-column customer"
        + " --item-column article --min-rating 4 --min-item-users 2")
    func count(_ population: String) -> Int? { (outcome[population] as? [String: Any])?["interactions"] as? Int }
    #expect(count("synthetic") == 200)
    #expect(count("holdout").map { $0 < 12 * 60 && $0 > 200 } == true)
  }

  @Test("what filters remove and pairs merged is told by recommend and encode")
  func notes() throws {
    try folder.write("user,item,rating\na,i1,5\na,i2,2\na,i1,4\nb,i3,1\n", to: "q.csv")
    try writeRatings("own.csv", users: 0..<60)
    try run("train own.csv --model ae --latent 2 --epochs 1 --output m")
    for line in ["recommend m --users q.csv", "encode m q.csv --output c.tsv", "recommend m --user a --data q.csv"] {
      let errors = try run(line + " --min-rating 3").errors
      for told in ["1 repeated (user, item) pair merged", "removed 2 of 3", "1 of 2 users has no items left"] {
        #expect(errors.contains(told), "\(line): \(errors)")
      }
    }
    #expect(try run("recommend m --user b --data q.csv --min-rating 3", status: 65).errors.contains("no items left"))
  }

  @Test("a model of ratings takes items without ratings as rated with the mean, and says so")
  func itemsWithoutRatings() throws {
    try writeRatings("own.csv", users: 0..<60)
    try run("train own.csv --model user-autorec --latent 2 --epochs 2 --output ua")
    let config = try folder.text("ua/config.json")
    #expect(config.contains("\"meanRating\" : 3"))
    let outcome = try run("recommend ua --items i0,i2")
    #expect(outcome.errors.contains("each item counts as rated 3.00, the mean of the training ratings"))
    try folder.write("user,item,rating\nnew,i0,3\nnew,i2,3\n", to: "mean.csv")
    try folder.write("user,item\nnew,i0\nnew,i2\n", to: "bare.csv")
    #expect(try run("recommend ua --users mean.csv").output == outcome.output)
    let bare = try run("recommend ua --users bare.csv")
    #expect(bare.output == outcome.output && bare.errors.contains("the mean of the training ratings"))
  }

  @Test("the averages of mean are saved, and recommend from them")
  func mean() throws {
    try writeRatings("own.csv", users: 0..<60)
    try run("train own.csv --model mean --output m")
    #expect(try run("recommend m --items i0,i2").output.split(separator: "\n").count > 1)
    let encoding = try run("encode m own.csv --output c.tsv", status: 65)
    #expect(encoding.errors.contains("m: is mean, which has no latent space"))
    #expect(try run("train own.csv --model mean --epochs 3 --output n", status: 64).errors.contains("--epochs"))
  }

  @Test("--first-user numbers from there on, and runs joined are one long run")
  func firstUser() throws {
    try writeRatings("own.csv", users: 0..<60)
    try run("train own.csv --model mult-vae --hidden 4 --latent 2 --epochs 1 --output m")
    for from in ["--from prior", "--data own.csv", "--like i0,i1"] {
      let sample = "sample m \(from) --output"
      try run("\(sample) all.tsv --users 300")
      try run("\(sample) a.tsv --users 130")
      try run("\(sample) b.tsv --users 170 --first-user 131")
      let tail = try folder.text("b.tsv").drop { $0 != "\n" }.dropFirst()
      #expect(try folder.text("all.tsv") == folder.text("a.tsv") + tail)
    }
    try run("sample m --from prior --users 2 --first-user 999999 --output c.tsv")
    let users = Set(
      try folder.text("c.tsv").split(separator: "\n").dropFirst().compactMap { $0.split(separator: "\t").first })
    #expect(users == ["synthetic-999999", "synthetic-1000000"])
    try run("sample m --interpolate i0,i1 i5,i6 --steps 2 --users 4 --output w.tsv")
    try run("sample m --interpolate i0,i1 i5,i6 --steps 2 --users 4 --first-user 11 --output v.tsv")
    let renamed = try folder.text("w.tsv").replacing(#/synthetic-00000(\d)/#) { "synthetic-00001\($0.output.1)" }
    #expect(try folder.text("v.tsv") == renamed)
    for number in ["0", "-3", "1000000000001"] {
      #expect(
        try run("sample m --from prior --output x.tsv --first-user \(number)", status: 64).errors.contains(
          "--first-user"))
    }
  }

  @Test("split writes files that the other commands take")
  func split() throws {
    try writeRatings("own.csv", users: 0..<80)
    let users = try document("split own.csv --min-rating 2 --held-out 0.2 --output parts")
    #expect(users["kind"] as? String == "users" && users["seed"] as? Int == 42)
    let described = try JSONSerialization.jsonObject(with: folder.data("parts/split.json")) as? [String: Any]
    #expect(described?["hash"] as? String == users["hash"] as? String)
    let compared = try document("compare own.csv --min-rating 2 --held-out 0.2 --models popularity --metrics ndcg@10")
    #expect((compared["split"] as? [String: Any])?["hash"] as? String == users["hash"] as? String)
    #expect(try folder.text("parts/train.tsv").hasPrefix("user\titem\trating\n"))
    try run("train parts/train.tsv --model popularity --output pop")
    func ndcg(_ document: [String: Any]) throws -> Double {
      let models = try #require(document["models"] as? [[String: Any]])
      return try #require((models[0]["metrics"] as? [String: Any])?["ndcg@10"] as? Double)
    }
    let evaluated = try document("evaluate pop --train parts/test_input.tsv --test parts/test.tsv --metrics ndcg@10")
    #expect(try abs(ndcg(evaluated) - ndcg(compared)) < 1e-9)
    try run("audit --real parts/train.tsv --holdout parts/holdout.tsv --synthetic parts/train.tsv --no-utility")

    for kind in ["interactions", "leave-one-out"] {
      try run("split own.csv --split \(kind) --output parts")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/parts").sorted()
      #expect(names == ["split.json", "test.tsv", "train.tsv", "validation.tsv"])
      let whole = try document("compare own.csv --split \(kind) --models popularity --metrics ndcg@10")
      let files = "--train parts/train.tsv --validation parts/validation.tsv --test parts/test.tsv"
      let again = try document("compare \(files) --models popularity --metrics ndcg@10")
      #expect(try abs(ndcg(whole) - ndcg(again)) < 1e-9)
    }
    try run("split own.csv --task rating --output rated")
    try run(
      "compare --task rating --train rated/train.tsv --validation rated/validation.tsv --test rated/test.tsv --models mean"
    )
    let refused = try run("split --train own.csv --test own.csv --output x", status: 64).errors
    #expect(refused.hasPrefix("doppel: --train is for commands that take a split"), "\(refused)")
    #expect(try run("split own.csv --output pop", status: 73).errors.contains("pop"))
  }
}
