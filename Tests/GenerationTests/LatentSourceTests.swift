import Autoencoders
import Compute
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("Sources of latent vectors")
struct LatentSourceTests {
  private let model = variational()
  private let profiles = Profiles(items: randomRows(30, 50, density: 0.2, seed: 400))

  private func isOverPoints(_ source: Any) -> Bool { source is any LatentSource<PointLatent> }

  @Test("only the fitted density is a source over points")
  func types() throws {
    let near = PosteriorSource(of: model, near: profiles.selecting(0..<1), using: .gsl)
    #expect(!isOverPoints(PriorSource(of: model)))
    #expect(!isOverPoints(PopulationSource(of: model, over: profiles)))
    #expect(!isOverPoints(near))
    let processor = Processor(engine: .gsl, threads: 1)
    #expect(isOverPoints(try FittedGaussian(to: pointwise(), over: profiles, processor: processor)))
    #expect(!isOverPoints(try FittedGaussian(to: model, over: profiles, processor: processor)))
  }

  @Test("the prior is standard normal: five standard errors of 40,000 numbers")
  func prior() {
    let draws = PriorSource(of: model).draw(users: 0..<10_000, seed: Seed(3), engine: .gsl)
    let values = draws.vectors.elements.map { Double($0) }
    #expect(abs(Statistics.mean(values)) < 5 / 200)
    #expect(abs(Statistics.standardDeviation(values) - 1) < 5 / (2 * 40_000.0).squareRoot())
    #expect(draws.lengths == nil)
  }

  @Test("a learned prior is drawn from as it is: five standard errors of 20,000 numbers a dimension")
  func learnedPrior() throws {
    let (count, prior) = (20_000, try mixed().prior)
    let draws = PriorSource(of: try mixed()).draw(users: 0..<count, seed: Seed(3), engine: .gsl)
    for k in 0..<4 {
      let values = (0..<count).map { Double(draws.vectors[$0, k]) }
      #expect(abs(Statistics.mean(values) - prior.mean[k]) < 5 * (prior.variance[k] / Double(count)).squareRoot())
      let variance = pow(Statistics.standardDeviation(values), 2)
      #expect(abs(variance / prior.variance[k] - 1) < 5 * (3 / Double(count)).squareRoot())
    }
    let upper = Double((0..<count).count { draws.vectors[$0, 0] > 1 }) / Double(count)
    #expect(abs(upper - prior.above(1, dimension: 0)) < 5 * (0.25 / Double(count)).squareRoot())
  }

  @Test("an arc goes around the mean of the prior, and still from user to user")
  func centre() throws {
    let model = try mixed()
    let ends = profiles.selecting(0..<2)
    let codes = model.encode(ends, using: .gsl)
    let way = InterpolationSource(of: model, between: ends, steps: 5, users: 5, using: .gsl)
    #expect(Array(way.path[row: 0]) == Array(codes.mean[row: 0]))
    #expect(Array(way.path[row: 4]) == Array(codes.mean[row: 1]))
    func distance(_ row: ArraySlice<Float>) -> Double {
      zip(row, model.prior.mean).reduce(0) { $0 + pow(Double($1.0) - $1.1, 2) }.squareRoot()
    }
    // At the middle of an arc the distance is between those of the ends; a line would cut the corner.
    let (a, b) = (distance(codes.mean[row: 0]), distance(codes.mean[row: 1]))
    let angle = acos(
      zip(zip(codes.mean[row: 0], codes.mean[row: 1]), model.prior.mean).reduce(0) {
        $0 + (Double($1.0.0) - $1.1) * (Double($1.0.1) - $1.1)
      } / (a * b))
    let middle = (sin(angle / 2) / sin(angle)) * (a * a + b * b + 2 * a * b * cos(angle)).squareRoot()
    #expect(abs(distance(way.path[row: 2]) - middle) < 1e-5)
  }

  @Test("a draw depends on the seed and the user alone, not on who else is drawn")
  func streams() throws {
    for source in [
      PriorSource(of: model), PriorSource(of: try mixed()), PopulationSource(of: model, over: profiles),
    ]
      as [any LatentSource<GaussianLatent>]
    {
      func row(_ users: Range<Int>, _ place: Int, seed: UInt64 = 4) throws -> [Float] {
        Array(try source.draw(users: users, seed: Seed(seed), engine: .gsl).vectors[row: place])
      }
      #expect(try row(0..<10, 7) == row(7..<8, 0))
      #expect(try row(0..<10, 7) != row(0..<10, 6))
      #expect(try row(0..<10, 7) != row(0..<10, 7, seed: 5))
    }
  }

  @Test("the aggregate posterior has the moments that are said of it")
  func population() throws {
    let processor = Processor(engine: .gsl, threads: 2)
    let moments = try model.aggregatePosterior(of: profiles, processor: processor)
    let count = 40_000
    let draws = PopulationSource(of: model, over: profiles).draw(users: 0..<count, seed: Seed(6), engine: .gsl)
    for k in 0..<4 {
      let values = (0..<count).map { Double(draws.vectors[$0, k]) }
      let deviation = moments.variance[k].squareRoot()
      #expect(abs(Statistics.mean(values) - moments.mean[k]) < 5 * deviation / Double(count).squareRoot())
      // The fourth moment of a mixture of Gaussians this alike is near 3: variance of s ≈ σ² / (2n).
      #expect(abs(Statistics.standardDeviation(values) / deviation - 1) < 5 / (2 * Double(count)).squareRoot())
    }
    let lengths = try #require(draws.lengths)
    let real = (0..<30).map { profiles.items.count(ofRow: $0) }
    #expect(Set(lengths) == Set(real))
  }

  @Test("a spread of 0 gives the mean, and its logits are the model's scores; a spread of 2 doubles the deviation")
  func posterior() throws {
    let one = profiles.selecting(3..<4)
    let still = PosteriorSource(of: model, near: one, spread: 0, using: .gsl)
    let codes = model.encode(one, using: .gsl)
    let draws = still.draw(users: 0..<3, seed: Seed(7), engine: .gsl)
    for row in 0..<3 { #expect(Array(draws.vectors[row: row]) == Array(codes.mean[row: 0])) }
    #expect(draws.lengths == [Int](repeating: one.items.nonZeroCount, count: 3))
    let scores = try model.scores(for: one, using: .gsl)
    #expect(Array(model.decode(draws.vectors, using: .gsl)[row: 2]) == Array(scores[row: 0]))

    let wide = PosteriorSource(of: model, near: one, spread: 2, using: .gsl)
    let count = 20_000
    let spread = wide.draw(users: 0..<count, seed: Seed(8), engine: .gsl)
    for k in 0..<4 {
      let values = (0..<count).map { Double(spread.vectors[$0, k]) }
      let expected = 2 * exp(Double(codes.logVariance[0, k]) / 2)
      #expect(abs(Statistics.standardDeviation(values) / expected - 1) < 5 / (2 * Double(count)).squareRoot())
    }
  }

  @Test("both ways hit their ends exactly; the line is straight and the arc keeps the norm")
  func ways() {
    let (a, b): ([Float], [Float]) = ([1, 0, 2, -1], [0, 2, -1, 1])
    for way in Interpolation.allCases {
      #expect(way.between(a, b, at: 0) == a)
      #expect(way.between(a, b, at: 1) == b)
    }
    #expect(Interpolation.linear.between(a, b, at: 0.25) == [0.75, 0.5, 1.25, -0.5])
    for t in stride(from: 0.1, to: 1, by: 0.2) {
      let arc = Interpolation.spherical.between(a, b, at: t)
      #expect(abs(arc.reduce(0) { $0 + Double($1 * $1) } - 6) < 1e-5, "the squared norm of both ends")
    }
    // The middle of a right angle, by hand: (a + b) / √2.
    let middle = Interpolation.spherical.between([1, 0], [0, 1], at: 0.5)
    #expect(middle.allSatisfy { abs(Double($0) - 0.5.squareRoot()) < 1e-6 })
  }

  @Test("where no arc is determined the line is taken")
  func noArc() {
    for (a, b): ([Float], [Float]) in [
      ([0, 0], [1, 2]), ([1, 2], [2, 4]), ([1, 1], [-1, -1]), ([0, 0], [0, 0]),
    ] {
      #expect(Interpolation.spherical.between(a, b, at: 0.5) == Interpolation.linear.between(a, b, at: 0.5))
    }
  }

  @Test("users are spread evenly over the steps, from one user to the other")
  func interpolation() {
    let ends = Profiles(items: SparseRows(columnCount: 50, rows: [[0, 1, 2, 3], [10, 11, 12, 13, 14, 15, 16, 17]]))
    let source = InterpolationSource(of: model, between: ends, steps: 5, users: 12, using: .gsl)
    #expect((0..<12).map(source.step) == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4])
    #expect(source.lengths == [4, 5, 6, 7, 8])
    let draws = source.draw(users: 0..<12, seed: Seed(9), engine: .gsl)
    let codes = model.encode(ends, using: .gsl)
    #expect(Array(draws.vectors[row: 0]) == Array(codes.mean[row: 0]))
    #expect(Array(draws.vectors[row: 11]) == Array(codes.mean[row: 1]))
    let report = InterpolationReport(of: source, through: model, listLength: 10, using: .gsl)
    #expect(report.steps.map(\.place) == [0, 0.25, 0.5, 0.75, 1])
    #expect(report.steps[0].overlapWithFirst == 1 && report.steps[0].divergenceFromFirst == 0)
    #expect(report.steps[4].overlapWithLast == 1 && report.steps[4].divergenceFromFirst > 0)
  }

  @Test("a model that says the same everywhere changes nothing on the way")
  func sameEverywhere() {
    let model = modelSaying([0.1, 0.5, 0.2, 0.9])
    let ends = Profiles(items: SparseRows(columnCount: 4, rows: [[0], [1]]))
    let source = InterpolationSource(of: model, between: ends, steps: 3, users: 3, using: .gsl)
    let report = InterpolationReport(of: source, through: model, listLength: 2, using: .gsl)
    #expect(report.steps.allSatisfy { $0.overlapWithFirst == 1 && $0.divergenceFromFirst == 0 })
  }
}
