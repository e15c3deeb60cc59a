import Evaluation
import Foundation
import Testing

@Suite("Metric keys")
struct MetricKeyTests {
  @Test("every default metric reads back from its key")
  func roundTrip() throws {
    for metric in Metric.rankingDefaults + Metric.ratingDefaults {
      #expect(try Metric(key: metric.key) == metric)
    }
    #expect(try Metric(key: "recall-min@20") == Metric(.recallMin, at: 20))
    #expect(try Metric(key: "rmse") == .rmse)
  }

  @Test("the default is every ranking kind at 10, 20, 50 and 100")
  func defaults() {
    #expect(Metric.rankingDefaults.count == 10 * 4)
    #expect(
      Metric.rankingDefaults.prefix(4).map(\.key) == ["recall@10", "recall@20", "recall@50", "recall@100"])
    #expect(Metric.ratingDefaults.map(\.key) == ["rmse", "mae"])
  }

  @Test(
    "what is not a key is refused, naming the nearest valid one",
    arguments: [
      ("ndgc@100", "ndcg@100"), ("NDCG@10", "ndcg@10"), ("recal@20", "recall@20"),
      ("recall-mni@5", "recall-min@5"),
      ("ndcg", "ndcg@100"), ("ndcg@", "ndcg@100"), ("ndcg@0", "ndcg@100"), ("ndcg@-3", "ndcg@100"),
      ("ndcg@+5", "ndcg@100"), ("ndcg@05", "ndcg@100"), ("ndcg@5@5", "ndcg@100"), ("rmse@10", "rmse"),
      ("rsme", "rmse"), ("precison@50", "precision@50"), ("ndcg@99999999999999999999", "ndcg@100"),
    ])
  func unknown(key: String, nearest: String) throws {
    let error = #expect(throws: MetricKeyError.self) { try Metric(key: key) }
    #expect(error?.nearest == nearest)
    #expect(throws: Never.self) { try Metric(key: nearest) }
  }

  @Test("the message names the nearest key and all that are accepted")
  func message() {
    let error = #expect(throws: MetricKeyError.self) { try Metric(key: "ndgc@100") }
    #expect(
      error?.description
        == "unknown metric 'ndgc@100': did you mean 'ndcg@100'? Accepted: recall@k, recall-min@k, ndcg@k, "
        + "precision@k, hit@k, map@k, mrr@k, coverage@k, novelty@k, gini@k, rmse, mae, with k = 1, 2, 3 …")
  }

  @Test("JSON holds the key")
  func json() throws {
    let data = try JSONEncoder().encode([Metric(.ndcg, at: 100)])
    #expect(String(decoding: data, as: UTF8.self) == #"["ndcg@100"]"#)
    #expect(try JSONDecoder().decode([Metric].self, from: data) == [Metric(.ndcg, at: 100)])
    #expect(throws: MetricKeyError.self) {
      try JSONDecoder().decode([Metric].self, from: Data(#"["nothing"]"#.utf8))
    }
  }
}
