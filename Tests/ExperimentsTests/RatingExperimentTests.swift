import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import InteractionData
import TestSupport
import Testing

@Suite("Rating experiments")
struct RatingExperimentTests {
  private func experiment(_ split: RatingSplit, threads: Int = 2) -> Experiment<RatingSplit> {
    Experiment(split, seed: Seed(1), processor: SmallData.processor(threads: threads))
  }

  /// What predicting one number for all cells costs at best: the deviation of the ratings.
  private func constantRMSE(_ split: RatingSplit) -> Double {
    let ratings = (split.refit.values ?? []).map { Double($0) }
    let mean = Statistics.mean(ratings)
    let squares = split.test.map { (Double($0.rating) - mean) * (Double($0.rating) - mean) }
    return Statistics.mean(squares).squareRoot()
  }

  @Test(
    "both autorecs learn what a constant and the offsets of users and items cannot say",
    arguments: ["user-autorec", "item-autorec"])
  func learns(_ name: String) throws {
    let split = try RatingSplit(SmallData.ratings(seed: 220), seed: Seed(220))
    let result = try experiment(split).run(SmallData.model(name, epochs: 150, weightDecay: 0.005)).result
    let mean = try experiment(split).run(Mean()).result
    let (rmse, offsets, constant) = (
      result[.rmse]?.value ?? .infinity, mean[.rmse]?.value ?? 0, constantRMSE(split)
    )
    #expect(rmse < 0.7 * offsets && rmse < 0.7 * constant, "\(rmse) beside \(offsets) and \(constant)")
    #expect((result[.mae]?.value ?? .infinity) < rmse)
    #expect(result.bestEpoch >= 1 && result.bestEpoch <= 150)
  }

  @Test("a model whose weights have grown too large is told by name, with ids and what to do")
  func unusable() throws {
    let split = try RatingSplit(SmallData.ratings(seed: 223), seed: Seed(223))
    let huge = try SmallData.model("user-autorec", epochs: 1).setting(["learningRate": 1e38, "batchSize": 10_000])
    let error = #expect(throws: TrainingError.self) { try experiment(split).run(huge) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("user-autorec: its rating of item 'i"), "\(text)")
    #expect(text.hasSuffix("try a smaller learning rate than 1e+38"), "\(text)")
  }

  @Test("the same numbers on 1 and 2 threads", arguments: ["mean", "user-autorec", "item-autorec"])
  func threads(_ name: String) throws {
    let split = try RatingSplit(SmallData.ratings(seed: 221), seed: Seed(221))
    let one = try experiment(split, threads: 1).run(SmallData.model(name, epochs: 3)).result
    let two = try experiment(split, threads: 2).run(SmallData.model(name, epochs: 3)).result
    #expect(one.scores == two.scores)
  }

  /// Users 4 and items 5 have no ratings; the range is 1 to 4.
  private let ratings = SparseRows(
    columnCount: 6, offsets: [0, 3, 6, 9, 11, 11], indices: [0, 1, 2, 1, 2, 3, 0, 3, 4, 2, 4],
    values: [1, 4, 2, 4, 3, 4, 2, 4, 1, 2, 1])
  private var cold: [RatingCell] {
    [(4, 0), (0, 5), (4, 5)].map { RatingCell(user: $0.0, item: $0.1, rating: 3) }
  }

  private func predictor(_ side: AutoRecPredictor.Side, bias: Float) throws -> AutoRecPredictor {
    var model = UserAutoRec()
    model.latent = 3
    let rows = side == .users ? ratings : ratings.transposed()
    var network = Network<Float>(model.design, items: rows.columnCount, users: rows.rowCount, seed: Seed(1))
    for shard in network.shards.indices {
      for item in 0..<network.shards[shard].outputBias.columns {
        network.shards[shard].outputBias[0, item] += bias
      }
    }
    return AutoRecPredictor(Autoencoder(design: model.design, network: network), side: side, ratings: ratings)
  }

  @Test(
    "cells without a rated user or item get the middle of the range",
    arguments: [AutoRecPredictor.Side.users, .items])
  func coldCells(_ side: AutoRecPredictor.Side) throws {
    let predictions = try predictor(side, bias: 1).predictions(for: cold, using: SmallData.processor())
    #expect(predictions == [2.5, 2.5, 2.5])
  }

  @Test(
    "predictions are clipped to the range of the training ratings",
    arguments: [AutoRecPredictor.Side.users, .items])
  func clipped(_ side: AutoRecPredictor.Side) throws {
    let cells = (0..<4).flatMap { user in (0..<5).map { RatingCell(user: user, item: $0, rating: 3) } }
    let high = try predictor(side, bias: 1000).predictions(for: cells, using: SmallData.processor())
    let low = try predictor(side, bias: -1000).predictions(for: cells, using: SmallData.processor())
    #expect(high == [Float](repeating: 4, count: 20) && low == [Float](repeating: 1, count: 20))
    let free = try predictor(side, bias: 2.5).predictions(for: cells, using: SmallData.processor())
    #expect(free.allSatisfy { $0 > 1 && $0 < 4 })
  }

  @Test("predictions come in the order asked for, whatever it is")
  func order() throws {
    let cells = (0..<4).flatMap { user in (0..<5).map { RatingCell(user: user, item: $0, rating: 3) } }
    var random = Seed(222).stream(.shuffle)
    let order = random.permutation(cells.count)
    for predictor in [try predictor(.users, bias: 2.5), try predictor(.items, bias: 2.5)]
      as [any RatingPredictor]
    {
      let straight = try predictor.predictions(for: cells, using: SmallData.processor())
      let shuffled = try predictor.predictions(for: order.map { cells[$0] }, using: SmallData.processor())
      #expect(shuffled == order.map { straight[$0] })
    }
  }

  @Test("the mean is exact where ratings are a sum of offsets")
  func meanRating() throws {
    let rows = SparseRows(
      columnCount: 2, offsets: [0, 2, 4], indices: [0, 1, 0, 1], values: [1, 2, 3, 4])
    let cells = [(0, 0), (0, 1), (1, 0), (1, 1)].map { RatingCell(user: $0.0, item: $0.1, rating: 0) }
    #expect(try Mean.Fitted(rows: rows).predictions(for: cells, using: SmallData.processor()) == [1, 2, 3, 4])
  }

  /// Four million ratings add up to 2²⁴, beyond which a Float sum of single ratings moves in steps of 2.
  @Test("the mean of millions of ratings is not lost in a Float sum")
  func longMean() throws {
    let (users, items) = (2000, 2000)
    let values = (0..<users * items).map { $0 % 2 == 0 ? Float(4.3) : 5 }
    let rows = SparseRows(
      columnCount: items + 1, offsets: (0...users).map { $0 * items },
      indices: (0..<users).flatMap { _ in (0..<Int32(items)).map { $0 } }, values: values)
    let coldItem = [RatingCell(user: 7, item: items, rating: 0)]
    let predictions = try Mean.Fitted(rows: rows).predictions(for: coldItem, using: SmallData.processor())
    expectClose(
      predictions.map { Double($0) }, [4.65], within: 1e-5, "prediction for an item without ratings")
  }
}
