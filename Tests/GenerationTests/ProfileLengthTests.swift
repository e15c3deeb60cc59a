import Autoencoders
import Compute
import FileFormats
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("Profile lengths")
struct ProfileLengthTests {
  private let processor = Processor(engine: .gsl, threads: 2)

  /// The lengths that a generator gives, one item being as good as another.
  private func lengths(_ lengths: ProfileLengths, count: Int = 20_000, seed: UInt64 = 1) throws -> [Int] {
    let model = modelSaying([Float](repeating: 0, count: 400))
    let generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: lengths)
    let rows = try generator.rows(users: count, seed: Seed(seed), processor: processor)
    return (0..<count).map { rows.count(ofRow: $0) }
  }

  /// The Kolmogorov-Smirnov distance of a sample from a histogram.
  private func distance(_ sample: [Int], _ histogram: LengthHistogram) -> Double {
    let longest = max(sample.max() ?? 0, histogram.counts.count - 1)
    var counts = [Int](repeating: 0, count: longest + 1)
    for length in sample { counts[length] += 1 }
    var (a, b, worst) = (0.0, 0.0, 0.0)
    for length in 0...longest {
      a += Double(counts[length]) / Double(sample.count)
      if length < histogram.counts.count { b += Double(histogram.counts[length]) / Double(histogram.total) }
      worst = max(worst, abs(a - b))
    }
    return worst
  }

  @Test("empirical lengths come as often as in the data: Kolmogorov's 0.1 % bound")
  func empirical() throws {
    let histogram = try #require(LengthHistogram(counts: [0, 5, 0, 20, 1, 0, 0, 14]))
    #expect(histogram.total == 40 && histogram.least == 1 && histogram.mean == (5 + 60 + 4 + 98) / 40.0)
    let found = try lengths(.empirical(histogram))
    #expect(Set(found) == [1, 3, 4, 7])
    #expect(distance(found, histogram) < 1.95 / 20_000.0.squareRoot())
  }

  @Test("quantiles run through the users in order of length")
  func quantiles() throws {
    let histogram = try #require(LengthHistogram(counts: [0, 1, 0, 2, 1]))
    #expect([0, 0.24, 0.25, 0.74, 0.75, 1].map(histogram.quantile) == [1, 1, 3, 3, 4, 4])
  }

  @Test("a histogram is what a model remembers of lengths, and nothing that no users can have")
  func remembered() throws {
    let histogram = try #require(LengthHistogram(counts: [0, 5, 0, 20]))
    #expect(histogram.users == [1: 5, 3: 20])
    #expect(LengthHistogram(users: histogram.users, items: 3) == histogram)
    // The last ones are more people than can be drawn from.
    let bad: [[Int: Int]] = [
      [:], [1: -1], [1: 0], [-1: 1], [0: 5], [99_999_999_999: 1], [4: 1], [1: 4_294_967_296],
      [1: 4_294_967_295, 2: 1], [1: 9_007_199_254_740_992, 2: .max],
    ]
    for users in bad { #expect(LengthHistogram(users: users, items: 3) == nil, "\(users)") }
    #expect(LengthHistogram(counts: [0, .max, .max]) == nil)
    var random = Seed(1).stream(.sampling)
    #expect(LengthHistogram(counts: [0, 0, 4_294_967_295])?.draw(using: &random) == 2)
    #expect(LengthHistogram(counts: []) == nil && LengthHistogram(counts: [0, 0]) == nil)
    #expect(LengthHistogram(counts: [1, -1]) == nil)
    #expect(LengthHistogram(of: SparseRows(columnCount: 3, rows: [[], []])) == nil)
  }

  @Test("a shifted negative binomial is fitted to what exceeds the shortest profile, and drawn from")
  func negativeBinomial() throws {
    var random = Seed(5).stream(.simulation)
    let truth = NegativeBinomial(mean: 30, shape: 1.5)
    var counts = [Int](repeating: 0, count: 2000)
    for _ in 0..<20_000 { counts[10 + truth.draw(using: &random)] += 1 }
    let fitted = try ShiftedNegativeBinomial(fitting: try #require(LengthHistogram(counts: counts)))
    #expect(fitted.least == 10)
    // Standard error of the mean 0.18; that of the shape was found as 0.016 by simulation.
    #expect(abs(fitted.excess.mean - 30) < 0.9)
    #expect(abs((fitted.excess.shape ?? 0) - 1.5) < 0.08)
    let found = try lengths(.negativeBinomial(fitted)).map { Double($0) }
    // A profile has no more than the 400 items there are, which cuts off next to nothing.
    #expect(abs(Statistics.mean(found) - 10 - fitted.excess.mean) < 5 * 24.9 / 20_000.0.squareRoot())
  }

  /// Two kinds of users with items of their own, the second with three times as many.
  private static let twoKinds = Profiles(
    items: SparseRows(
      columnCount: 50,
      rows: (0..<200).map { user in
        user % 2 == 0 ? (0..<5).map { ($0 * 3 + user) % 20 } : (0..<15).map { 25 + ($0 + user) % 25 }
      }))

  @Test("where kinds of users lie apart, the place predicts the length; where lengths are shuffled it does not")
  func explained() throws {
    let (model, profiles) = (Self.trained(), Self.twoKinds)
    let near = Neighbourhood(of: model, over: profiles, seed: Seed(1), using: .gsl)
    #expect(near.explainedVariance > 0.9)
    // The same users, some of whose items are forgotten at random whatever their kind.
    var random = Seed(2).stream(.shuffle)
    let shuffled = Profiles(
      items: SparseRows(
        columnCount: 50,
        rows: (0..<200).map { row in
          Array(profiles.items.indices(ofRow: row).map(Int.init).prefix(1 + random.integer(below: 5)))
        }))
    let unrelated = Neighbourhood(
      of: modelSaying([Float](repeating: 0, count: 50)), over: shuffled, seed: Seed(1), using: .gsl)
    #expect(unrelated.explainedVariance < 0.5)
  }

  @Test("lengths near a place are those of its kind; calibrated, all have the training frequencies")
  func nearby() throws {
    let (model, profiles) = (Self.trained(), Self.twoKinds)
    let near = Neighbourhood(of: model, over: profiles, seed: Seed(1), using: .gsl)
    for (row, length) in [(0, 5), (1, 15)] {
      let source = PosteriorSource(of: model, near: profiles.selecting(row..<row + 1), using: .gsl)
      let generator = ProfileGenerator(model: model, source: source, lengths: .nearby(near))
      let rows = try generator.rows(users: 200, seed: Seed(3), processor: processor)
      #expect((0..<200).count { rows.count(ofRow: $0) == length } >= 195)
    }
    let histogram = try #require(LengthHistogram(of: profiles.items))
    let prior = PriorSource(of: model)
    let calibrated = try near.calibrated(to: histogram, by: prior, seed: Seed(4), processor: processor)
    let generator = ProfileGenerator(model: model, source: prior, lengths: .nearby(calibrated))
    let rows = try generator.rows(users: 4000, seed: Seed(4), processor: processor)
    // The pilot has 4,096 draws and the test 4,000: twice the error of one.
    #expect(distance((0..<4000).map { rows.count(ofRow: $0) }, histogram) < 1.95 * (2 / 4000.0).squareRoot())
  }

  @Test("the nearest of points, by hand")
  func points() throws {
    let model = pointwise()
    let profiles = Profiles(items: SparseRows(columnCount: 50, rows: [[0, 1], [20, 21, 22, 23, 24, 25]]))
    let near = Neighbourhood(of: model, over: profiles, neighbours: 1, seed: Seed(1), using: .gsl)
    #expect(near.lengths == [2, 6])
    let fitted = try FittedGaussian(to: model, over: profiles.selecting(1..<2), processor: processor)
    let generator = ProfileGenerator(model: model, source: fitted, lengths: .nearby(near))
    let rows = try generator.rows(users: 20, seed: Seed(1), processor: processor)
    #expect((0..<20).allSatisfy { rows.count(ofRow: $0) == 6 })
  }

  @Test("own lengths are those of the users drawn near, and the histogram's where there is nobody")
  func own() throws {
    let (model, profiles) = (Self.trained(), Self.twoKinds)
    let histogram = try #require(LengthHistogram(counts: [0, 0, 0, 1]))
    let population = PopulationSource(of: model, over: profiles)
    let rows = try ProfileGenerator(model: model, source: population, lengths: .own(otherwise: histogram))
      .rows(users: 300, seed: Seed(6), processor: processor)
    let origins = try #require(population.draw(users: 0..<300, seed: Seed(6), engine: .gsl).lengths)
    #expect((0..<300).map { rows.count(ofRow: $0) } == origins)
    let prior = try ProfileGenerator(model: model, source: PriorSource(of: model), lengths: .own(otherwise: histogram))
      .rows(users: 5, seed: Seed(6), processor: processor)
    #expect((0..<5).allSatisfy { prior.count(ofRow: $0) == 3 })
  }

  private static func trained() -> Autoencoder<GaussianLatent> {
    var configured = MultVAE()
    (configured.hidden, configured.latent, configured.beta) = ([], 4, 0.2)
    configured.training = TrainingOptions(epochs: 30, batchSize: 50, learningRate: 0.02, patience: 0)
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(1))
    do {
      return try trainer.fit(configured.design, to: twoKinds.items, options: configured.training).model
    } catch { preconditionFailure("\(error)") }
  }
}
