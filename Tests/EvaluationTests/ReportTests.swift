import Evaluation
import Presentation
import Testing

@Suite("Columns and cells of metrics")
struct MetricColumnTests {
  @Test("the best of each metric is marked, by its direction, and a score fills its cell")
  func snapshot() {
    let gini = Metric(.gini, at: 5)
    var table = Table(columns: [.text("model"), .init(Metric(.ndcg, at: 100)), .init(.rmse), .init(gini)])
    table.append([.name("a"), .number(0.2, standardError: 0.02), .number(0.85, decimals: 3), .init(nil)])
    table.append([
      .name("b"), .number(0.3, standardError: 0.02), .number(0.9, decimals: 3),
      .init(MetricScore(gini, mean: [0.25, 0.75]), decimals: 2),
    ])
    #expect(
      table.markdown() == """
        | model |            ndcg@100 |      rmse |      gini@5 |
        | ----- | ------------------: | --------: | ----------: |
        | a     |     0.2000 ± 0.0200 | **0.850** |           – |
        | b     | **0.3000** ± 0.0200 |     0.900 | 0.50 ± 0.25 |

        """)
  }
}

@Suite("Verdict")
struct VerdictTests {
  private let metric = Metric(.ndcg, at: 100)

  private func pair(
    _ a: String, _ b: String, _ difference: Double, _ lower: Double, _ upper: Double, p: Double,
    metric: Metric = Metric(.ndcg, at: 100)
  ) -> PairedComparison {
    PairedComparison(
      a: a, b: b, metric: metric, difference: difference, interval: .init(lower: lower, upper: upper),
      pValue: p)
  }

  private let five: [(name: String, value: Double)] = [
    ("popularity", 0.19), ("ae", 0.41), ("dae", 0.415), ("mult-vae", 0.426), ("mult-dae", 0.414),
  ]

  /// All pairs of ``five``: the autoencoders tie, `popularity` is behind; `changed` has other p-values.
  private func pairs(changed: [String: Double] = [:]) -> [PairedComparison] {
    var pairs: [PairedComparison] = []
    for (place, a) in five.enumerated() {
      for b in five[(place + 1)...] {
        let (difference, isApart) = (a.value - b.value, a.name == "popularity")
        pairs.append(
          pair(
            a.name, b.name, difference, difference - 0.01, difference + 0.01,
            p: changed["\(a.name) \(b.name)"] ?? (isApart ? 0 : 0.31 + Double(place) / 10)))
      }
    }
    return pairs
  }

  @Test("names a tie first, then who is ahead of whom")
  func tie() {
    #expect(
      Verdict.sentences(on: metric, models: five, comparisons: pairs()) == [
        "On ndcg@100, mult-vae, dae, mult-dae and ae tie: no difference between them is significant "
          + "(smallest p = 0.4100 after Holm's correction).",
        "mult-vae is ahead of popularity by 0.2360 (95 % interval 0.2260 to 0.2460, p < 0.0001 after Holm's correction).",
        "Among the other models, dae, mult-dae and ae are ahead of popularity.",
      ])
    #expect(
      Verdict.headline(on: metric, models: five, comparisons: pairs())
        == "mult-vae, dae, mult-dae and ae tie on ndcg@100: no difference between them is significant. "
        + "All are ahead of popularity.")
  }

  @Test("is no tie where two of the models that the best is not ahead of differ")
  func partialTie() {
    let pairs = pairs(changed: ["ae dae": 0.01])
    #expect(
      Verdict.sentences(on: metric, models: five, comparisons: pairs) == [
        "On ndcg@100, mult-vae has the best mean, but does not differ significantly from dae (p = 0.5100 after Holm's "
          + "correction), mult-dae (p = 0.6100) or ae (p = 0.4100).",
        "mult-vae is ahead of popularity by 0.2360 (95 % interval 0.2260 to 0.2460, p < 0.0001 after Holm's correction).",
        "Among the other models, dae is ahead of ae and popularity; mult-dae and ae are ahead of popularity; "
          + "2 differences are not significant.",
      ])
    #expect(
      Verdict.headline(on: metric, models: five, comparisons: pairs)
        == "mult-vae has the best mean ndcg@100, but is not significantly ahead of dae, mult-dae or ae.")
  }

  @Test("says which models the best is ahead of, which it is not, and names the differences between the rest")
  func full() {
    let models = [("popularity", 0.19), ("dae", 0.415), ("mult-vae", 0.426), ("mult-dae", 0.414)]
    let comparisons = [
      pair("popularity", "dae", -0.225, -0.23, -0.22, p: 0),
      pair("dae", "mult-dae", 0.001, -0.004, 0.006, p: 0.7),
      pair("popularity", "mult-vae", -0.236, -0.24, -0.232, p: 0.000_000_1),
      pair("popularity", "mult-dae", -0.224, -0.23, -0.21, p: 0),
      pair("dae", "mult-vae", -0.011, -0.023, 0.001, p: 0.061),
      pair("mult-vae", "mult-dae", 0.012, 0.008, 0.016, p: 0.0003),
      pair("mult-vae", "mult-dae", 9, 9, 9, p: 0, metric: Metric(.ndcg, at: 10)),
    ]
    #expect(
      Verdict.sentences(on: metric, models: models, comparisons: comparisons) == [
        "On ndcg@100, mult-vae has the best mean, but its difference from dae is not significant (p = 0.0610 after Holm's "
          + "correction).",
        "mult-vae is ahead of mult-dae by 0.0120 (95 % interval 0.0080 to 0.0160, "
          + "p = 0.0003 after Holm's correction) and of popularity by 0.2360 (0.2320 to 0.2400, p < 0.0001).",
        "Among the other models, dae and mult-dae are ahead of popularity; one difference is not significant.",
      ])
  }

  @Test("claims nothing where nothing is significant")
  func nothing() {
    #expect(
      Verdict.sentences(
        on: metric, models: [("a", 0.4), ("b", 0.5)], comparisons: [pair("a", "b", -0.1, -0.3, 0.1, p: 0.4)])
        == [
          "On ndcg@100, b has the best mean, but its difference from a is not significant (p = 0.4000 after Holm's correction)."
        ])
  }

  @Test("smaller is better for errors, and the lead is positive all the same")
  func errors() {
    #expect(
      Verdict.sentences(
        on: .rmse, models: [("mean", 1.1), ("item-autorec", 0.85)],
        comparisons: [pair("mean", "item-autorec", 0.25, 0.2, 0.3, p: 0.01, metric: .rmse)])
        == [
          "On rmse, item-autorec is ahead of mean by 0.2500 (95 % interval 0.2000 to 0.3000, "
            + "p = 0.0100 after Holm's correction)."
        ])
  }

  @Test("says so when there is nothing to test")
  func untested() {
    #expect(
      Verdict.sentences(on: metric, models: [("a", 1)], comparisons: [])
        == ["There is only one model, so nothing is compared on ndcg@100."])
    #expect(
      Verdict.sentences(on: metric, models: [("a", 1), ("b", 2)], comparisons: [])
        == ["Differences on ndcg@100 were not tested."])
    let single = PairedComparison(a: "a", b: "b", metric: metric, difference: 1, interval: nil, pValue: nil)
    #expect(
      Verdict.sentences(on: metric, models: [("a", 1), ("b", 2)], comparisons: [single])
        == ["Differences on ndcg@100 cannot be tested with fewer than two test users."])
  }
}

@Suite("Per-user table")
struct PerUserTableTests {
  @Test("one line for each model and user, ids escaped, no value where a metric has none for a user")
  func lines() {
    let metrics = [Metric(.ndcg, at: 10), Metric(.coverage, at: 10), Metric(.recall, at: 10)]
    let result = RankingResult(
      userIDs: ["plain", "a\tb\\c\r\n"],
      scores: [
        MetricScore(metrics[0], mean: [0.1, 1.0 / 3]),
        MetricScore(metric: metrics[1], value: 0.5, standardError: nil, values: nil),
      ])
    #expect(
      PerUserTable.lines(of: [("m", result)], metrics: metrics) == [
        "user\tmodel\tndcg@10\tcoverage@10\trecall@10",
        "plain\tm\t0.1\t\t",
        "a\\tb\\\\c\\r\\n\tm\t0.3333333333333333\t\t",
      ])
  }
}
