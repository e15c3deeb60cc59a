import Evaluation
import Foundation
import Testing

@Suite("Accuracy metrics")
struct AccuracyMetricTests {
  /// Five ranks, hits at the first and the fourth.
  private let hits = [true, false, false, true, false]
  private var ofSeven: JudgedList { JudgedList(hits: hits, heldOutCount: 7) }
  private var ofTwo: JudgedList { JudgedList(hits: hits, heldOutCount: 2) }

  @Test("recall is 2 hits of 7 held out")
  func recall() {
    #expect(Recall.value(of: ofSeven, at: 5) == 2.0 / 7)
    #expect(isClose(Recall.value(of: ofSeven, at: 5), 0.2857142857))
  }

  @Test("min-recall is 2 hits of the 5 that could be found")
  func minRecall() {
    #expect(MinRecall.value(of: ofSeven, at: 5) == 2.0 / 5)
    #expect(MinRecall.value(of: ofTwo, at: 5) == 1)
  }

  @Test("nDCG divides 1/log2(2) + 1/log2(5) = 1.4306765581 by the ideal of min(k, n) ranks")
  func ndcg() {
    let gain = 1.4306765581
    // 1/log2(2) + 1/log2(3) + 1/log2(4) + 1/log2(5) + 1/log2(6)
    let idealOfFive = 1 + 0.6309297536 + 0.5 + 0.4306765581 + 0.3868528073
    #expect(isClose(NDCG.value(of: ofSeven, at: 5), gain / idealOfFive))
    #expect(isClose(NDCG.value(of: ofSeven, at: 5), 0.4852285551))
    #expect(isClose(NDCG.value(of: ofTwo, at: 5), gain / (1 + 0.6309297536)))
    #expect(isClose(NDCG.value(of: ofTwo, at: 5), 0.8772153153))
  }

  @Test("nDCG is neither the full-ideal (0.393) nor the own-hits (0.877) variant")
  func notAnotherNDCG() {
    #expect(NDCG.value(of: ofSeven, at: 5) > 0.48 && NDCG.value(of: ofSeven, at: 5) < 0.49)
  }

  @Test("nDCG of long lists is the sum, too", arguments: [1, 999, 1000, 1001, 1700])
  func longNDCG(length: Int) {
    let list = JudgedList(hits: (0..<length).map { $0 % 7 == 3 || $0 == length - 1 }, heldOutCount: 2000)
    func discount(_ rank: Int) -> Double { 1 / log2(Double(rank + 1)) }
    let gain = (1...length).reduce(0) { list.hits[$1 - 1] ? $0 + discount($1) : $0 }
    #expect(NDCG.value(of: list, at: length) == gain / (1...length).reduce(0) { $0 + discount($1) })
  }

  @Test("precision is 2 of 5, hit and reciprocal rank are 1")
  func listShares() {
    #expect(Precision.value(of: ofSeven, at: 5) == 2.0 / 5)
    #expect(Hit.value(of: ofSeven, at: 5) == 1)
    #expect(ReciprocalRank.value(of: ofSeven, at: 5) == 1)
  }

  @Test("average precision is (1/1 + 2/4) / 5")
  func averagePrecision() {
    #expect(isClose(MeanAveragePrecision.value(of: ofSeven, at: 5), 1.5 / 5))
    #expect(isClose(MeanAveragePrecision.value(of: ofTwo, at: 5), 1.5 / 2))
  }

  @Test("the reciprocal rank looks at the first hit alone, and no further than k")
  func reciprocalRank() {
    let late = JudgedList(hits: [false, false, true, true], heldOutCount: 3)
    #expect(ReciprocalRank.value(of: late, at: 4) == 1.0 / 3)
    #expect(ReciprocalRank.value(of: late, at: 2) == 0)
  }

  @Test("a cut-off leaves out the hits below it")
  func cutoff() {
    #expect(Recall.value(of: ofSeven, at: 3) == 1.0 / 7)
    #expect(MinRecall.value(of: ofSeven, at: 3) == 1.0 / 3)
    #expect(Precision.value(of: ofSeven, at: 3) == 1.0 / 3)
    #expect(isClose(NDCG.value(of: ofSeven, at: 3), 1 / (1 + 0.6309297536 + 0.5)))
    #expect(isClose(MeanAveragePrecision.value(of: ofSeven, at: 3), 1.0 / 3))
  }

  @Test("missing ranks of a short list count as misses")
  func shortList() {
    let short = JudgedList(hits: [true, false], heldOutCount: 3)
    #expect(Precision.value(of: short, at: 10) == 1.0 / 10)
    #expect(Recall.value(of: short, at: 10) == 1.0 / 3)
    #expect(isClose(NDCG.value(of: short, at: 10), 1 / (1 + 0.6309297536 + 0.5)))
    let empty = JudgedList(hits: [], heldOutCount: 1)
    #expect(NDCG.value(of: empty, at: 10) == 0 && ReciprocalRank.value(of: empty, at: 10) == 0)
  }

  @Test(
    "with one item held out, recall is the hit, nDCG 1/log2(rank + 1), AP and MRR 1/rank", arguments: 1...6)
  func leaveOneOut(rank: Int) {
    let list = JudgedList(hits: (1...6).map { $0 == rank }, heldOutCount: 1)
    let discounts = [1, 0.6309297536, 0.5, 0.4306765581, 0.3868528073, 0.3562071871]
    #expect(Recall.value(of: list, at: 6) == Hit.value(of: list, at: 6))
    #expect(isClose(NDCG.value(of: list, at: 6), discounts[rank - 1]))
    #expect(isClose(MeanAveragePrecision.value(of: list, at: 6), 1 / Double(rank)))
    #expect(ReciprocalRank.value(of: list, at: 6) == 1 / Double(rank))
  }

  @Test("a perfect list scores 1, whether k or n is larger", arguments: [(3, 5), (5, 3), (4, 4)])
  func perfect(k: Int, heldOut: Int) {
    let list = JudgedList(hits: (0..<k).map { $0 < heldOut }, heldOutCount: heldOut)
    #expect(MinRecall.value(of: list, at: k) == 1)
    #expect(NDCG.value(of: list, at: k) == 1)
    #expect(MeanAveragePrecision.value(of: list, at: k) == 1)
  }
}
