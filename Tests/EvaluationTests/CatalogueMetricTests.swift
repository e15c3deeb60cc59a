import Evaluation
import Testing

@Suite("Catalogue metrics")
struct CatalogueMetricTests {
  @Test("coverage is the share of items recommended to anyone")
  func coverage() {
    #expect(Coverage.value(recommendations: [3, 0, 1, 0]) == 0.5)
    #expect(Coverage.value(recommendations: []) == 0)
  }

  @Test("the Gini coefficient of 1, 2, 3, 4 is (−3·1 − 1·2 + 1·3 + 3·4) / (4 · 10) = 0.25")
  func gini() {
    #expect(Gini.value(recommendations: [4, 1, 3, 2]) == 0.25)
  }

  @Test("the Gini coefficient is 0 for equal counts and 1 − 1/I for all on one item")
  func giniExtremes() {
    #expect(Gini.value(recommendations: [5, 5, 5]) == 0)
    #expect(Gini.value(recommendations: [0, 9, 0, 0]) == 0.75)
    #expect(Gini.value(recommendations: [0, 0]) == 0)
  }

  @Test("novelty is the mean of −log2 of the share of users who have the item")
  func novelty() {
    let novelty = Novelty(itemPopularity: [8, 4, 1, 0], trainingUsers: 8)
    let list: [Int32] = [1, 2, 0]
    // −log2(4/8) = 1, −log2(1/8) = 3, −log2(8/8) = 0.
    #expect(novelty.value(of: list, at: 1) == 1)
    #expect(novelty.value(of: list, at: 2) == 2)
    #expect(isClose(novelty.value(of: list, at: 10), 4.0 / 3))
    #expect(novelty.value(of: [Int32](), at: 10) == 0)
  }

  @Test("an item nobody has counts as held by 1 in users + 1")
  func unknownItem() {
    let novelty = Novelty(itemPopularity: [0], trainingUsers: 7)
    #expect(novelty.value(of: [0], at: 1) == 3)
  }

  @Test("the evaluator counts over all users, without a standard error")
  func evaluated() throws {
    // Everyone is recommended the best two of items 0, 1, 2, 3 that they do not have.
    let users = population(items: 4, profiles: [[0], [], [3]], heldOut: [[1], [2], [0]])
    let popular = RuleRecommender(itemCount: 4) { _, item in Float(-item) }
    let result = try Evaluator().evaluate(
      popular, on: users, itemPopularity: [4, 2, 1, 0], trainingUsers: 4,
      metrics: [Metric(.coverage, at: 2), Metric(.gini, at: 2), Metric(.novelty, at: 2)],
      processor: oneThread())
    // Lists: 1 2 · 0 1 · 0 1, so the items are recommended 2, 3, 1 and 0 times.
    #expect(result.scores[0].value == 0.75)
    // Ascending 0, 1, 2, 3 with weights −3, −1, 1, 3: 10 / (4 · 6).
    #expect(result.scores[1].value == 10.0 / 24)
    #expect(result.scores[0].standardError == nil && result.scores[0].values == nil)
    // Bits: 1 and 2 · 0 and 1 · 0 and 1.
    #expect(result.scores[2].values == [1.5, 0.5, 0.5])
    #expect(result.scores[2].standardError != nil)
  }
}
