import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

private func isClose(_ a: Double, _ b: Double, tolerance: Double = 1e-12) -> Bool { abs(a - b) <= tolerance }

@Suite("A comparison over several runs")
struct RepetitionTests {
  private let metrics = [Metric(.ndcg, at: 10), Metric(.recall, at: 10), Metric(.coverage, at: 10)]

  private func comparison(seed: UInt64 = 5, names: [String] = ["popularity", "mult-vae", "ease"]) throws
    -> ComparisonRun
  {
    var run = ComparisonRun(
      try names.map { try SmallData.model($0, epochs: 3) }, seed: Seed(seed), processor: SmallData.processor())
    run.metrics = metrics
    return run
  }

  /// The small population as a file, which the same seed always reads alike.
  private func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryDirectory { root in
      let data = try SmallData.population(seed: 9)
      let lines = (0..<data.count).map {
        "\(data.users[Int(data.userIndices[$0])])\t\(data.items[Int(data.itemIndices[$0])])\n"
      }
      try lines.joined().write(toFile: root + "/d.tsv", atomically: false, encoding: .utf8)
      return try body(root + "/d.tsv")
    }
  }

  @Test("each run is the plain run with its seed, and the first has the seed of the comparison")
  func seeds() throws {
    try withFile { path in
      var run = try comparison()
      run.data.source = .file(path)
      let plain = try run.run().document
      run.repetition.seeds = 3
      let document = try run.run().document
      let runs = document.comparison.runs
      #expect(runs.map(\.seed) == (0..<3).map { Seed(5).ofRun($0) } && runs[0].seed == Seed(5))
      #expect(runs[0].models.map(\.scores) == plain.comparison.models.map(\.scores))
      #expect(runs[0].split == plain.facts.split)
      run.repetition.seeds = 1
      run.seed = runs[2].seed
      let third = try run.run().document
      #expect(runs[2].models.map(\.scores) == third.comparison.models.map(\.scores))
      #expect(runs[2].split.hash == third.facts.split?.hash && runs[2].split.hash != runs[0].split.hash)
      #expect(document.facts.runs == 3 && plain.facts.runs == nil)
    }
  }

  @Test("means are over all values of all runs, with the tests of users and runs")
  func means() throws {
    let comparison = try withFile { path in
      var run = try self.comparison(names: ["popularity", "ease"])
      (run.data.source, run.repetition.seeds) = (.file(path), 4)
      return try run.run().document.comparison
    }
    let metric = metrics[0]
    for (place, model) in comparison.models.enumerated() {
      let values = comparison.runs.flatMap { $0.models[place][metric]?.values ?? [] }
      #expect(model[metric]?.values == values)
      #expect(isClose(model[metric]?.value ?? -1, values.reduce(0, +) / Double(values.count)))
      // Coverage has no users: the mean over runs.
      let coverage = comparison.runs.compactMap { $0.models[place][metrics[2]]?.value }
      #expect(isClose(model[metrics[2]]?.value ?? -1, coverage.reduce(0, +) / 4))
      #expect(model[metrics[2]]?.values == nil && model[metrics[2]]?.standardError != nil)
    }
    let repeated = RepeatedMeasurements(comparison.runs.map { $0.models[0].ranking?.userIDs ?? [] })
    let models = comparison.models.map { (name: $0.name, values: $0[metric]?.values ?? []) }
    #expect(
      comparison.pairs.filter { $0.metric == metric }
        == PairedComparison.allPairs(of: models, metric: metric, repeated: repeated))
    #expect(
      comparison.sentences.last
        == "Means, errors, intervals and tests are over 4 seeds: over users and runs, given these data.")
  }

  @Test("on folds everybody is tested once for each seed")
  func folds() throws {
    let document = try withFile { path in
      var run = try self.comparison(names: ["popularity", "ease"])
      (run.data.source, run.repetition.seeds, run.repetition.folds) = (.file(path), 2, 4)
      return try run.run().document
    }
    let runs = document.comparison.runs
    #expect(runs.map { $0.fold?.index } == [0, 1, 2, 3, 0, 1, 2, 3])
    for half in [runs[..<4], runs[4...]] {
      let users = half.flatMap { $0.models[0].ranking?.userIDs ?? [] }
      #expect(users.count == document.facts.dataset?.users && Set(users).count == users.count)
    }
    #expect(runs.allSatisfy { $0.split.folds == 4 })
  }

  @Test("ratings are repeated over cells")
  func ratings() throws {
    try withTemporaryDirectory { root in
      let data = SmallData.ratings(seed: 3)
      let lines = (0..<data.count).map {
        "\(data.users[Int(data.userIndices[$0])])\t\(data.items[Int(data.itemIndices[$0])])\t\(data.ratings?[$0] ?? 0)\n"
      }
      try lines.joined().write(toFile: root + "/r.tsv", atomically: false, encoding: .utf8)
      var run = ComparisonRun(
        try ["mean", "user-autorec"].map { try SmallData.model($0, epochs: 2) }, seed: Seed(1),
        processor: SmallData.processor())
      (run.task, run.data.source, run.repetition.seeds) = (.rating, .file(root + "/r.tsv"), 3)
      let comparison = try run.run().document.comparison
      #expect(comparison.runs.count == 3 && comparison.pairs.allSatisfy { $0.pValue != nil })
      let rmse = comparison.runs.compactMap { $0.models[1][.rmse]?.value }
      #expect(isClose(comparison.models[1][.rmse]?.value ?? -1, rmse.reduce(0, +) / 3, tolerance: 1e-9))
      run.repetition.folds = 3
      #expect(throws: ImpossibleRepetition.self) { try run.run() }
    }
  }

  @Test("the document has every run under seeds, and no key of it where there is one run")
  func document() throws {
    var run = try comparison(names: ["popularity"])
    let plain = try JSONValue(encoding: run.run().document)
    #expect(plain.members?["seeds"] == nil && plain.members?["runs"] == nil)
    run.repetition.seeds = 2
    let members = try #require(JSONValue(encoding: run.run().document).members)
    guard case .array(let runs)? = members["seeds"] else {
      Issue.record("no seeds")
      return
    }
    #expect(runs.count == 2 && members["runs"] == 2)
    for run in runs { #expect(Set(run.members?.keys.map { $0 } ?? []) == ["seed", "split", "models", "notes"]) }
  }

  @Test("a split by time: nothing after the cut changes what is fitted")
  func noLeak() throws {
    let old = try SmallData.population(seed: 9)
    var random = Seed(2).stream(.simulation)
    let times = (0..<old.count).map { _ in Double(random.integer(below: 1000)) }
    func data(_ later: [(user: Int32, item: Int32)], newItems: Int) -> Interactions {
      let items = Vocabulary(ids: old.items.ids + (0..<newItems).map { "new\($0)" })
      return Interactions(
        name: "d", users: Vocabulary(ids: old.users.ids + (0..<newItems).map { "newcomer\($0)" }), items: items,
        userIndices: old.userIndices + later.map(\.user), itemIndices: old.itemIndices + later.map(\.item),
        timestamps: times + later.indices.map { 1000 + Double($0) })
    }
    let had = (0..<old.users.count).map { user in
      Set((0..<old.count).filter { old.userIndices[$0] == Int32(user) }.map { old.itemIndices[$0] })
    }
    // Everybody takes to new items and to the rarest old ones, and newcomers to the same.
    let (userCount, itemCount) = (Int32(old.users.count), Int32(old.items.count))
    var later: [(user: Int32, item: Int32)] = []
    for user in 0..<userCount + 50 {
      for item in (itemCount - 10)..<(itemCount + 50) where random.uniform() < 0.5 {
        if user < userCount && had[Int(user)].contains(item) { continue }
        later.append((user, item))
      }
    }
    let whole = try RankingSplit.time(data(later, newItems: 50), cut: .time(1000), newUsers: true, seed: Seed(1))
    let alone = try RankingSplit.time(data([], newItems: 50), seed: Seed(1), forTraining: true)
    for name in ["popularity", "ease", "mult-vae", "cdae"] {
      let model = try SmallData.model(name, epochs: 4)
      let fits = try [whole, alone].map {
        try Experiment($0, seed: Seed(1), processor: SmallData.processor()).fit(any: model)
      }
      #expect(fits[0].bestEpoch == fits[1].bestEpoch && fits[0].validation == fits[1].validation, "\(name)")
      let profiles = Profiles(items: whole.train.selecting(rows: 0..<20))
      let scores = try fits.map { try $0.model.scores(for: profiles, using: .gsl) }
      #expect(scores[0] == scores[1], "\(name)")
    }
    // Without a second fit, users of between the cuts are strangers to a model with a vector for each.
    var single = Experiment(whole, seed: Seed(1), processor: SmallData.processor())
    single.refits = false
    single.metrics = [metrics[0]]
    #expect(try single.run(SmallData.model("cdae", epochs: 2)).result[metrics[0]]?.value.isFinite == true)
  }
}

@Suite("Tables for papers")
struct PaperTableTests {
  private let metrics = [Metric(.ndcg, at: 100), Metric(.coverage, at: 20)]

  /// Four users; the second model is level with the first, the third is not.
  private func table(_ command: String? = "doppel compare 'a_b.tsv' --seed 7") throws -> PaperTable {
    let values = [
      ("mult-vae", [0.5, 0.6, 0.7, 0.8], 0.3), ("ease", [0.52, 0.55, 0.71, 0.78], 0.25),
      ("popularity", [0.1, 0.21, 0.29, 0.41], 0.1),
    ]
    let models = try values.map { name, values, coverage in
      ModelResult(
        configuration: try #require(Zoo.named(name)),
        scores: [
          MetricScore(metrics[0], mean: values),
          MetricScore(metric: metrics[1], value: coverage, standardError: nil, values: nil),
        ],
        ranking: RankingResult(userIDs: ["a", "b", "c", "d"], scores: []), history: [], bestEpoch: 0, parameters: 1,
        seconds: .init(train: 0, epoch: 0, evaluate: 0), notes: [])
    }
    let split = try JSONValue.object([
      "kind": "users", "train": 10, "validation": 2, "test": 4, "testUsers": 4, "skippedUsers": 0, "hash": "0123",
    ]).decoded(as: SplitDescription.self)
    let summary = try JSONValue.object([
      "name": "a_b.tsv", "users": 9, "items": 8, "interactions": 30, "density": 0.4,
    ]).decoded(as: DataSummary.self)
    var facts = RunFacts(seed: Seed(7), SmallData.processor(), dataset: summary, split: split)
    (facts.engine, facts.version) = ("GSL", "1.2.3")
    return PaperTable(ResultDocument(facts, Comparison(models, metrics: metrics)), command: command)
  }

  private let heading = "a_b.tsv: 9 users × 8 items, 30 interactions; 4 test users; seed 7, 2 threads, GSL"

  @Test("Markdown: the best bold, the second underlined, a dagger where it is level with the best")
  func markdown() throws {
    let lines = try table().text(.markdown).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines == [
        "| model      |                    ndcg@100 |       coverage@20 |",
        "| ---------- | --------------------------: | ----------------: |",
        "| mult-vae   |         **0.6500** ± 0.0645 |        **0.3000** |",
        "| ease       | <ins>0.6400</ins>† ± 0.0626 | <ins>0.2500</ins> |",
        "| popularity |             0.2525 ± 0.0654 |            0.1000 |", "",
        "± one standard error over 4 test users. Bold: the best, underlined: the second best of a column. †: no significant "
          + "difference from the best (p ≥ 0.05, paired t-test, Holm's correction for 3 pairs).  ",
        "\(heading)  ", "`doppel compare 'a_b.tsv' --seed 7`  ", "Doppel 1.2.3, GSL, f32, split users 0123", "",
      ])
  }

  @Test("LaTeX: rules of booktabs, signs of its own escaped, the command in comments")
  func latex() throws {
    let text = try table("doppel compare 'a\n\\end{table}_b.tsv'").text(.latex)
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.contains("\\begin{tabular}{@{}lrr@{}}") && lines.contains("Model & nDCG@100 & Coverage@20 \\\\"))
    #expect(lines.contains("mult-vae & \\textbf{0.6500} {\\scriptsize$\\pm$0.0645} & \\textbf{0.3000} \\\\"))
    #expect(
      lines.contains(
        "ease & \\underline{0.6400}$^{\\dagger}$ {\\scriptsize$\\pm$0.0626} & \\underline{0.2500} \\\\"))
    #expect(lines.contains { $0.hasPrefix("\\caption{a\\_b.tsv. $\\pm$ one standard error over 4 test users.") })
    let end = try #require(lines.firstIndex(of: "\\end{table}"))
    #expect(lines[(end + 1)...].allSatisfy { $0.hasPrefix("% ") } && lines.count == end + 5)
  }

  @Test("CSV: full numbers, errors and p-values, comments at the end")
  func csv() throws {
    let lines = try table().text(.csv).split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "model,ndcg@100,ndcg@100 standard error,ndcg@100 p against the best,coverage@20,coverage@20 standard error,"
        + "coverage@20 p against the best")
    let fields = lines.dropFirst().prefix(3).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(fields.allSatisfy { $0.count == 7 })
    #expect(fields[0][0] == "mult-vae" && fields[0][3].isEmpty && fields[0][6].isEmpty)
    #expect((Double(fields[1][3]) ?? 0) >= 0.05 && (Double(fields[2][3]) ?? 1) < 0.05)
    #expect(
      Array(lines.dropFirst(4)) == [
        "# \(heading)", "# doppel compare 'a_b.tsv' --seed 7", "# Doppel 1.2.3, GSL, f32, split users 0123",
      ])
  }
}
