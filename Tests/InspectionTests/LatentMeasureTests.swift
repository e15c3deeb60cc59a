import Autoencoders
import Compute
import Foundation
import Inspection
import TestSupport
import Testing

@Suite("Latent measures")
struct LatentMeasureTests {
  private static var options: InspectionOptions {
    var options = InspectionOptions()
    (options.boundUsers, options.draws, options.informationUsers) = (20, 5, 300)
    (options.priorDraws, options.discrepancyPoints) = (40, 60)
    return options
  }

  /// 600 users, 12 items.
  private let rows = randomRows(600, 12, density: 0.4, seed: 3)

  private func encoder(_ columns: [(Int) -> Float]) -> [[Float]] {
    (0..<12).map { item in columns.map { $0(item) } }
  }

  @Test("identity, duplicate and constant dimensions: active units, rank and total correlation")
  func designed() throws {
    // One item each, the second again, and one that is always 0.
    let columns: [(Int) -> Float] = [
      { $0 == 0 ? 1 : 0 }, { $0 == 1 ? 1 : 0 }, { $0 == 1 ? 1 : 0 }, { _ in 0 },
    ]
    var design = try Toy.linear(encoder: encoder(columns), logVariances: [-4, -4, -4, 0])
    let inspector = Toy.inspector(rows, options: Self.options)
    let found = try inspector.inspect(design, label: "a", name: "mult-vae")
    #expect(found.codes.dimensions.map(\.isActive) == [true, true, true, false])
    #expect(found.codes.activeUnits == 3 && found.codes.rank == 2)
    #expect(found.codes.totalCorrelation == .infinity)
    #expect(found.distribution.dimensions.map(\.isCollapsed) == [false, false, false, true])
    #expect(found.distribution.dimensions[3].divergence == 0)
    #expect(found.distribution.collapsedShare == 0.25)
    #expect(found.codes.dimensions[3].up.isEmpty && found.codes.dimensions[3].down.isEmpty)
    #expect(found.codes.dimensions[0].up.first?.item == "item-0")

    // Without the copy the correlations are those of two independent items.
    design = try Toy.linear(encoder: encoder([columns[0], columns[1]]), logVariances: [-4, -4])
    let two = try inspector.inspect(design, label: "a", name: "mult-vae").codes
    let a = (0..<600).map { rows.indices(ofRow: $0).contains(0) ? 1.0 : 0 }
    let b = (0..<600).map { rows.indices(ofRow: $0).contains(1) ? 1.0 : 0 }
    let (ma, mb) = (Statistics.mean(a), Statistics.mean(b))
    let covariance = Statistics.mean(zip(a, b).map { ($0 - ma) * ($1 - mb) })
    let square = covariance * covariance / (Statistics.populationVariance(a) * Statistics.populationVariance(b))
    let expected = -0.5 * log(1 - square)
    #expect(abs(two.totalCorrelation - expected) < 1e-9)
    #expect(abs(two.dimensions[0].variance - Statistics.populationVariance(a)) < 1e-9)
  }

  @Test("a point has the rows a distribution has, where they exist, and they are equal")
  func pointRows() throws {
    let columns: [(Int) -> Float] = [{ $0 < 6 ? 0.3 : -0.2 }, { $0 % 2 == 0 ? 0.5 : 0 }]
    let inspector = Toy.inspector(rows, options: Self.options)
    let point = try inspector.inspect(Toy.points(encoder: encoder(columns)), label: "ae", name: "ae")
    let gaussian = try inspector.inspect(
      Toy.linear(encoder: encoder(columns), logVariances: [0, 0]), label: "vae", name: "mult-vae")
    for (a, b) in zip(point.codes.dimensions, gaussian.codes.dimensions) {
      #expect(a.mean == b.mean && a.variance == b.variance && a.isActive == b.isActive)
    }
    #expect(point.codes.rank == gaussian.codes.rank)
    #expect(point.codes.singularValues == gaussian.codes.singularValues)
    #expect(point.reconstruction == gaussian.reconstruction)
    #expect(point.distribution == NoDistribution())
    #expect(InspectedModel.point(point).distribution == nil)
  }

  @Test(
    "information between user and z is at most ln U, and reaches it when posteriors do not overlap",
    arguments: [1, 2, 3] as [UInt64])
  func information(seed: UInt64) throws {
    let wide = try Toy.linear(encoder: encoder([{ Float($0) * 0.1 }]), logVariances: [0])
    // A number in binary for every profile: no two users are nearer than 1 unless they have the same items.
    let narrow = try Toy.linear(encoder: encoder([{ Float(1 << $0) }]), logVariances: [-10])
    let unique = SparseRows(columnCount: 12, rows: (1...300).map { n in (0..<12).filter { n >> $0 & 1 == 1 } })
    let inspector = Toy.inspector(unique, options: Self.options, seed: seed)
    let loose = try inspector.inspect(wide, label: "a", name: "mult-vae").distribution.aggregate
    let tight = try inspector.inspect(narrow, label: "b", name: "mult-vae").distribution.aggregate
    #expect(loose.informationLimit == log(300.0))
    #expect(loose.mutualInformation.value < loose.informationLimit && loose.mutualInformation.value > -0.1)
    #expect(tight.mutualInformation.value <= tight.informationLimit + 1e-9)
    #expect(abs(tight.mutualInformation.value - tight.informationLimit) < 1e-3)
    // The surgery adds up: the divergence of the same users is information plus marginal divergence.
    #expect(tight.marginalDivergence > 0)
  }

  @Test("posteriors that ignore the user have collapsed; very narrow ones are nearly points")
  func states() throws {
    let inspector = Toy.inspector(rows, options: Self.options)
    func state(_ scale: Float, _ logVariance: Float) throws -> PosteriorState {
      let model = try Toy.linear(encoder: encoder([{ $0 == 0 ? scale : 0 }]), logVariances: [logVariance])
      return try inspector.inspect(model, label: "a", name: "mult-vae").distribution.state
    }
    #expect(try state(0, 0) == .collapsed)
    #expect(try state(0.05, 0) == .collapsed)
    #expect(try state(4, -8) == .nearlyPoint)
    #expect(try state(4, -0.5) == .healthy)
  }

  @Test("codes from N(0, I) are not told from it, shifted ones are")
  func discrepancy() throws {
    let standard = try Toy.linear(encoder: encoder([{ _ in 0 }, { _ in 0 }]), logVariances: [0, 0])
    let shifted = try Toy.linear(encoder: encoder([{ _ in 0.4 }, { _ in 0.4 }]), logVariances: [0, 0])
    let inspector = Toy.inspector(rows, options: Self.options)
    let same = try inspector.inspect(standard, label: "a", name: "mult-vae").codes
    let other = try inspector.inspect(shifted, label: "b", name: "mult-vae").codes
    #expect(same.discrepancy.mmd < same.discrepancy.critical)
    #expect(other.discrepancy.mmd > 5 * other.discrepancy.critical)
    #expect(abs(same.region.radius[1] - 0.83) < 0.1)  // the median of ‖z‖/√2 is √(ln 4 / 2) = 0.8326
    #expect(same.region.priorWithin > 0.8 && other.region.priorWithin < same.region.priorWithin)
  }

  @Test("codes are held against the model's own prior: draws, range, reach, moments and marginal divergence")
  func ownPrior() throws {
    var options = Self.options
    (options.informationUsers, options.discrepancyPoints) = (300, 200)
    let inspector = Toy.inspector(
      SparseRows(columnCount: 3, rows: [[Int]](repeating: [0, 1], count: 600)), options: options)
    // The posterior of every user is the prior, far from N(0, 1).
    let model = try Toy.constantPosterior(
      mean: 3, logVariance: Float(log(0.25)), prior: [(0.5, 3, 0.25), (0.5, 3, 0.25)])
    let found = try inspector.inspect(model, label: "own", name: "toy")
    #expect(found.prior.description == "a mixture of 2 Gaussians")
    #expect(found.codes.discrepancy.mmd < found.codes.discrepancy.critical)
    #expect(found.codes.region.priorWithin > 0.8 && found.codes.region.priorBeyondRange < 0.02)
    #expect(abs(found.distribution.divergence) < 1e-4 && found.distribution.divergenceError < 1e-4)
    #expect(abs(found.distribution.aggregate.marginalDivergence) < 1e-3)
    #expect(found.distribution.dimensions[0].isCollapsed && found.distribution.dimensions[0].divergence < 1e-6)
    #expect(found.distribution.dimensions[0].aggregateDivergence < 1e-6)
    #expect(found.distribution.aggregate.meanOffset < 1e-6)
    let density = try #require(found.plots.densities.first)
    #expect(abs((density.prior ?? []).reduce(0, +) * density.width - 1) < 0.05)
    #expect(zip(density.densities, density.prior ?? []).allSatisfy { abs($0 - $1) < 0.35 })

    // Half of the prior is where nobody is.
    let other = try Toy.constantPosterior(
      mean: 3, logVariance: Float(log(0.25)), prior: [(0.5, 3, 0.25), (0.5, -3, 0.25)])
    let missed = try inspector.inspect(other, label: "other", name: "toy")
    #expect(missed.codes.discrepancy.mmd > 5 * missed.codes.discrepancy.critical)
    #expect(abs(missed.codes.region.priorBeyondRange - 0.5) < 0.02)
    #expect(abs(missed.codes.region.priorWithin - 0.5) < 0.1)
    // log 2, of which nothing is information.
    #expect(abs(missed.distribution.divergence - log(2)) < 1e-3)
    #expect(abs(missed.distribution.aggregate.marginalDivergence - log(2)) < 1e-2)
    // N(3, 0.25) against the moments (0, 9.25).
    let expected = 0.5 * (0.25 / 9.25 + 9 / 9.25 - 1 - log(0.25 / 9.25))
    #expect(abs(missed.distribution.dimensions[0].divergence - expected) < 1e-5)
  }

  @Test("the same numbers at any number of threads")
  func threads() throws {
    let columns: [(Int) -> Float] = [{ $0 < 6 ? 0.3 : -0.2 }, { $0 % 2 == 0 ? 0.5 : 0 }]
    let model = try Toy.linear(encoder: encoder(columns), logVariances: [-1, -2])
    func found(_ threads: Int) throws -> Inspection<GaussianLatent> {
      try Toy.inspector(rows, options: Self.options, threads: threads)
        .inspect(model, label: "a", name: "mult-vae")
    }
    let (one, two) = (try found(1), try found(2))
    #expect(one.codes == two.codes && one.distribution == two.distribution)
    #expect(one.priorDraws == two.priorDraws && one.plots == two.plots && one.reconstruction == two.reconstruction)
  }
}
