import Evaluation
import Testing

@Suite("Result table")
struct ResultTableTests {
  @Test("columns are aligned, the best of each metric is bold and what is unknown is a dash")
  func snapshot() {
    var table = ResultTable(
      columns: [.init(Metric(.ndcg, at: 100)), .init(.rmse), .init("epochs"), .init("parameters")])
    table.append("popularity", [.number(0.1914, standardError: 0.0021), .missing, .missing, .text("20108")])
    table.append(
      "mult-vae",
      [.number(0.42612, standardError: 0.0022), .number(0.85, decimals: 3), .text("87"), .text("24592508")])
    table.append("ae", [.number(.nan), .number(0.9, decimals: 3), .text("5"), .text("12")])
    #expect(
      table.markdown() == """
        | model      |            ndcg@100 |      rmse | epochs | parameters |
        | ---------- | ------------------: | --------: | -----: | ---------: |
        | popularity |     0.1914 ± 0.0021 |         – |      – |      20108 |
        | mult-vae   | **0.4261** ± 0.0022 | **0.850** |     87 |   24592508 |
        | ae         |                   – |     0.900 |      5 |         12 |

        """)
  }

  @Test("rows that print the same best number are all bold, a single value is not")
  func bold() {
    var table = ResultTable(columns: [.init("x", best: .largest), .init("y", best: .largest)])
    table.append("a", [.number(0.50001), .number(1)])
    table.append("b", [.number(0.50002), .missing])
    #expect(
      table.markdown(firstColumn: "run") == """
        | run |          x |      y |
        | --- | ---------: | -----: |
        | a   | **0.5000** | 1.0000 |
        | b   | **0.5000** |      – |

        """)
  }

  @Test("a bar or line break in a name cannot break the table")
  func escaping() {
    var table = ResultTable(columns: [.init("v")])
    table.append("a|b\nc", [.text("1")])
    #expect(table.markdown() == "| model  |   v |\n| ------ | --: |\n| a\\|b c |   1 |\n")
  }

  @Test("a metric's score fills its cell")
  func score() {
    var table = ResultTable(columns: [.init(Metric(.gini, at: 5))])
    table.append("a", [.init(MetricScore(Metric(.gini, at: 5), mean: [0.25, 0.75]), decimals: 2)])
    table.append("b", [.init(nil)])
    #expect(table.markdown().contains("| 0.50 ± 0.25 |"))
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

  @Test("says which models the best is ahead of, which it is not, and counts the rest")
  func full() {
    let sentences = Verdict.sentences(
      on: metric, models: [("popularity", 0.19), ("dae", 0.415), ("mult-vae", 0.426), ("mult-dae", 0.414)],
      comparisons: [
        pair("popularity", "dae", -0.225, -0.23, -0.22, p: 0),
        pair("dae", "mult-dae", 0.001, -0.004, 0.006, p: 0.7),
        pair("popularity", "mult-vae", -0.236, -0.24, -0.232, p: 0.000_000_1),
        pair("popularity", "mult-dae", -0.224, -0.23, -0.21, p: 0),
        pair("dae", "mult-vae", -0.011, -0.023, 0.001, p: 0.061),
        pair("mult-vae", "mult-dae", 0.012, 0.008, 0.016, p: 0.0003),
        pair("mult-vae", "mult-dae", 9, 9, 9, p: 0, metric: Metric(.ndcg, at: 10)),
      ])
    #expect(
      sentences == [
        "On ndcg@100, mult-vae is ahead of mult-dae by 0.0120 (95 % interval 0.0080 to 0.0160, "
          + "p = 0.0003 after Holm's correction) and of popularity by 0.2360 (0.2320 to 0.2400, p < 0.0001).",
        "No difference between mult-vae and dae (p = 0.0610) could be shown.",
        "Among the other models, 2 of 3 differences could be shown.",
      ])
  }

  @Test("claims nothing where nothing could be shown")
  func nothing() {
    #expect(
      Verdict.sentences(
        on: metric, models: [("a", 0.4), ("b", 0.5)], comparisons: [pair("a", "b", -0.1, -0.3, 0.1, p: 0.4)])
        == ["On ndcg@100, b has the best mean, but no difference from a (p = 0.4000) could be shown."])
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
        == ["On ndcg@100, there is one model and nothing to compare."])
    #expect(
      Verdict.sentences(on: metric, models: [("a", 1), ("b", 2)], comparisons: [])
        == ["On ndcg@100, differences were not tested."])
    let single = PairedComparison(a: "a", b: "b", metric: metric, difference: 1, interval: nil, pValue: nil)
    #expect(
      Verdict.sentences(on: metric, models: [("a", 1), ("b", 2)], comparisons: [single])
        == ["On ndcg@100, differences cannot be tested with fewer than two test users."])
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
