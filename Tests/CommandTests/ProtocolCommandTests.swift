import Foundation
import Testing

/// Repeated comparisons, tables for papers and splits by time on the command line.
@Suite("Protocols")
struct ProtocolCommandTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    var log = "user\titem\trating\ttimestamp\n"
    for time in 0..<600 {
      let (user, item) = (time * 7 % 40 + time / 100, (time * time + time / 7) % 30)
      log += "u\(user)\ti\(item)\t5\t\(900_000_000 + time)\n"
    }
    try folder.write(log, to: "log.tsv")
  }

  private func run(_ line: String, status: Int32 = 0) throws -> (output: String, errors: String) {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    try #require(outcome.status == status, "\(line): \(outcome.errors)")
    return (outcome.output, outcome.errors)
  }

  private func document(_ line: String) throws -> [String: Any] {
    let text = try run(line + " --json --quiet").output
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func values(_ document: [String: Any], _ metric: String) throws -> [Double] {
    try #require(document["models"] as? [[String: Any]]).compactMap {
      ($0["metrics"] as? [String: Any])?[metric] as? Double
    }
  }

  @Test("--seeds has every run in JSON, a run is repeated with its seed, and --per-user has a column of seeds")
  func seeds() throws {
    let line = "compare log.tsv --models popularity,mult-vae --epochs 2 --metrics ndcg@10"
    let all = try document(line + " --seeds 3 --per-user u.tsv")
    let runs = try #require(all["seeds"] as? [[String: Any]])
    #expect(runs.count == 3 && all["runs"] as? Int == 3)
    let last = try #require(runs[2]["seed"] as? Int)
    #expect(try values(document(line + " --seed \(last)"), "ndcg@10") == values(runs[2], "ndcg@10"))
    #expect(try values(document(line), "ndcg@10") == values(runs[0], "ndcg@10"))
    let perUser = try folder.text("u.tsv").split(separator: "\n")
    #expect(perUser[0] == "user\tmodel\tseed\tndcg@10")
    #expect(Set(perUser.dropFirst().map { $0.split(separator: "\t")[2] }).count == 3)
    let told = try run(line + " --seeds 2")
    #expect(told.output.contains("in the first of 2 runs; seed 42"))
    #expect(told.output.hasSuffix("are over 2 seeds: over users and runs, given these data.\n"))
  }

  @Test("the same bytes at any number of threads")
  func threads() throws {
    let line = "compare log.tsv --models ease,mult-vae --epochs 2 --metrics ndcg@10 --table csv --folds 3 --seeds 2"
    let texts = try [1, 3].map { try run("\(line) --threads \($0) --quiet").output }
    let tables = texts.map { $0.split(separator: "\n").filter { !$0.hasPrefix("#") } }
    #expect(tables[0] == tables[1] && tables[0].count == 3)
  }

  @Test("a table has the command under it")
  func table() throws {
    for (form, start, sign) in [
      ("latex", "% needs", "% "), ("csv", "model,ndcg@10", "# "), ("markdown", "| model", "`"),
    ] {
      let text = try run("compare log.tsv --models popularity,ease --metrics ndcg@10 --table \(form) --quiet").output
      #expect(text.hasPrefix(start), "\(text)")
      #expect(
        text.contains(
          "\(sign)doppel compare log.tsv --models popularity,ease --metrics ndcg@10 --table \(form) --quiet"))
    }
    #expect(try run("compare log.tsv --table word", status: 64).errors.contains("latex"))
  }

  @Test("a model trained up to a cut, evaluated after it, has the values of compare")
  func time() throws {
    let split = "--split time --cut 1998-07-09T16:08:20Z"
    let compared = try document("compare log.tsv --models ease --metrics ndcg@10,novelty@10 \(split)")
    #expect(try #require(compared["split"] as? [String: Any])["kind"] as? String == "time")
    let counts = try #require((compared["split"] as? [String: Any])?["time"] as? [String: Any])
    #expect(counts["cut"] as? Double == 900_000_500)
    #expect(
      (counts["before"] as? Int ?? 0) + (counts["after"] as? Int ?? 0) == (compared["dataset"] as? [String: Any])?[
        "interactions"] as? Int)
    _ = try run("train log.tsv --model ease --output m \(split)")
    let config = try #require(
      try JSONSerialization.jsonObject(with: Data(folder.text("m/config.json").utf8)) as? [String: Any])
    #expect((config["data"] as? [String: Any])?["cut"] as? Double == 900_000_500)
    let evaluated = try document("evaluate m log.tsv --split time --metrics ndcg@10,novelty@10")
    for metric in ["ndcg@10", "novelty@10"] {
      let (left, right) = (try values(compared, metric), try values(evaluated, metric))
      #expect(left.count == 1 && abs(left[0] - right[0]) < 1e-12, "\(metric)")
    }
    // Trained on everything, it has seen what is to be found, and nothing says where to cut.
    _ = try run("train log.tsv --model ease --output whole --split time")
    #expect(try run("evaluate whole log.tsv --split time", status: 64).errors.contains("--cut"))
    #expect(try run("evaluate whole log.tsv --split time --cut 0.9").errors.contains("without a time cut"))
  }

  @Test("evaluate tests the people who appear after the cut as compare does", arguments: ["ease", "cdae"])
  func newUsers(model: String) throws {
    // People of whom nothing is before the cut, with equal times, an item that nobody had before, and too few items.
    var log = try folder.text("log.tsv")
    for time in 600..<690 {
      log += "n\(time % 6)\ti\((time * 5 + time / 9) % 32)\t5\t\(900_000_000 + time / 4 * 4)\n"
    }
    log += "few\ti1\t5\t900000700\nfew\ti2\t5\t900000701\n"
    try folder.write(log, to: "late.tsv")
    let split = "--split time --cut 1998-07-09T16:08:20Z"
    let epochs = model == "ease" ? "" : " --epochs 2"
    let compared = try document(
      "compare late.tsv --models \(model) \(split) --new-users --metrics ndcg@10,recall@5" + epochs)
    let time = try #require((compared["split"] as? [String: Any])?["time"] as? [String: Any])
    #expect(time["newUsersTested"] as? Int == 6)
    _ = try run("train late.tsv --model \(model) --output m \(split)" + epochs)
    let evaluated = try document("evaluate m late.tsv --split time --new-users --metrics ndcg@10,recall@5")
    for metric in ["ndcg@10", "recall@5"] {
      let (left, right) = (try values(compared, metric), try values(evaluated, metric))
      #expect(left.count == 1 && abs(left[0] - right[0]) < 1e-12, "\(metric): \(left), \(right)")
    }
    let counts = try [compared, evaluated].map { try #require($0["split"] as? [String: Any])["testUsers"] as? Int }
    #expect(counts[0] != nil && counts[0] == counts[1])
    let known = try document("evaluate m late.tsv --split time --metrics ndcg@10,recall@5")
    #expect((known["split"] as? [String: Any])?["testUsers"] as? Int == counts[0].map { $0 - 6 })
    #expect(
      try run("evaluate m late.tsv --split time --new-users").errors.contains(
        "6 of \(time["newUsers"] as? Int ?? 0) users who appear after the cut are tested"))
    // Nobody is on both sides of a cut whose only people are new.
    let people = log.split(separator: "\n")
    let apart = people.dropFirst().filter { $0.hasPrefix("u") && (Int($0.suffix(9)) ?? 0) < 900_000_500 }
    try folder.write(
      ([people[0]] + apart + people.filter { $0.hasPrefix("n") }).joined(separator: "\n") + "\n", to: "apart.tsv")
    #expect(try run("evaluate m apart.tsv --split time", status: 65).errors.contains("to predict"))
    let onlyNew = try document("evaluate m apart.tsv --split time --new-users")
    #expect((onlyNew["split"] as? [String: Any])?["testUsers"] as? Int == 6)
  }

  @Test("doppel split writes what lies between the cuts, and what new users show")
  func files() throws {
    let text = try run("split log.tsv --output s --split time --cut 0.6 --new-users --json --quiet").output
    let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let time = try #require(document["time"] as? [String: Any])
    let (cut, earlier) = (try #require(time["cut"] as? Double), try #require(time["validationCut"] as? Double))
    func times(_ name: String) throws -> [Double] {
      try folder.text("s/\(name).tsv").split(separator: "\n").dropFirst().compactMap { $0.split(separator: "\t").last }
        .compactMap { Double($0) }
    }
    #expect(try times("train").allSatisfy { $0 < earlier } && times("validation").allSatisfy { earlier..<cut ~= $0 })
    #expect(try times("test").allSatisfy { $0 >= cut } && times("test_input").allSatisfy { $0 >= cut })
    #expect(try times("train").count + times("validation").count == time["before"] as? Int)
  }

  @Test(
    "what cannot be is named",
    arguments: [
      ("compare --split time", "has none"), ("compare log.tsv --split time --cut soon", "--cut soon"),
      ("compare log.tsv --seeds 1", "--seeds 1"), ("compare log.tsv --folds 1001", "--folds 1001"),
      ("evaluate m log.tsv --split interactions", "users, time"),
    ])
  func refused(line: String, told: String) throws {
    if line.hasPrefix("evaluate") { _ = try run("train log.tsv --model popularity --output m") }
    #expect(try run(line, status: 64).errors.contains(told))
  }
}
