import Compute
import Evaluation
import InteractionData
import Testing

private struct FixedPredictions: RatingPredictor {
  let values: [Float]
  func predictions(for cells: [RatingCell], using processor: Processor) throws -> [Float] { values }
}

@Suite("Rating evaluation")
struct RatingTests {
  private let cells = [(0, 0, 4), (0, 1, 2), (0, 2, 5), (1, 0, 3)].map { user, item, rating in
    RatingCell(user: user, item: item, rating: rating)
  }

  @Test("RMSE and MAE pool all cells: errors 1, 0, −2, 1 give √(6/4) and 4/4")
  func pooled() throws {
    let result = try Evaluator().evaluateRatings(
      FixedPredictions(values: [5, 2, 3, 4]), on: cells, processor: oneThread())
    #expect(result.errors == [1, 0, -2, 1])
    #expect(isClose(result[.rmse]?.value ?? 0, 1.5.squareRoot()))
    #expect(result[.mae]?.value == 1)
    #expect(result[.mae]?.values == [1, 0, 2, 1])
  }

  @Test("RMSE's standard error is that of the MSE divided by 2 · RMSE")
  func deltaMethod() throws {
    let result = try Evaluator().evaluateRatings(
      FixedPredictions(values: [5, 2, 3, 4]), on: cells, processor: oneThread())
    // Squared errors 1, 0, 4, 1 deviate from 1.5 by −1/2, −3/2, 5/2, −1/2: variance 9/3, over four cells.
    let squaredErrorSE = (3.0 / 4).squareRoot()
    #expect(isClose(result[.rmse]?.standardError ?? 0, squaredErrorSE / (2 * 1.5.squareRoot())))
    // |errors| 1, 0, 2, 1 deviate from 1 by 0, −1, 1, 0: variance 2/3, over four cells.
    #expect(isClose(result[.mae]?.standardError ?? 0, (2.0 / 3 / 4).squareRoot()))
  }

  @Test("the per-cell numbers of the RMSE average to the RMSE")
  func linearised() {
    let values = RMSE.linearised(errors: [1, 0, -2, 1])
    #expect(isClose(values.reduce(0, +) / 4, 1.5.squareRoot()))
    #expect(RMSE.linearised(errors: [0, 0]) == [0, 0])
  }

  @Test("perfect predictions have no error and no standard error")
  func perfect() throws {
    let result = try Evaluator().evaluateRatings(
      FixedPredictions(values: [4, 2, 5, 3]), on: cells, processor: oneThread())
    #expect(result[.rmse]?.value == 0 && result[.rmse]?.standardError == 0)
  }

  @Test("no cells, too few predictions, infinite ones and metrics of rankings are refused")
  func refusals() {
    #expect(throws: EvaluationError.noCells) {
      try Evaluator().evaluateRatings(FixedPredictions(values: []), on: [], processor: oneThread())
    }
    #expect(throws: EvaluationError.wrongShape("1 predictions", expected: "4")) {
      try Evaluator().evaluateRatings(FixedPredictions(values: [1]), on: cells, processor: oneThread())
    }
    #expect(throws: EvaluationError.notFinite(cell: cells[2])) {
      try Evaluator().evaluateRatings(
        FixedPredictions(values: [1, 1, .infinity, .nan]), on: cells, processor: oneThread())
    }
    #expect(throws: EvaluationError.notOfRatings(Metric(.ndcg, at: 5))) {
      try Evaluator().evaluateRatings(
        FixedPredictions(values: [1, 1, 1, 1]), on: cells, metrics: [Metric(.ndcg, at: 5)],
        processor: oneThread())
    }
  }
}
