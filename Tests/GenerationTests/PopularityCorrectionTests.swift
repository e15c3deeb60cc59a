import Autoencoders
import Compute
import FileFormats
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("Popularity at another temperature")
struct PopularityCorrectionTests {
  private static let items = 40
  private static let users = 4000
  private let model = modelWithTwoTastes(items: Self.items)
  private let processor = Processor(engine: .gsl, threads: 2)

  /// Ten items for everybody, drawn at a temperature.
  private func generator(
    at temperature: Double, correcting: Bool = false, law: ItemLaw = .withoutReplacement, threads: Int = 2
  ) throws -> ProfileGenerator<PriorSource> {
    var generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: always(10))
    generator.law = law
    generator.temperature = try #require(Temperature(temperature))
    if correcting {
      generator.correction = try PopularityCorrection(
        fitting: generator, seed: Seed(7), processor: Processor(engine: .gsl, threads: threads))
    }
    return generator
  }

  private func rows(_ generator: ProfileGenerator<PriorSource>) throws -> SparseRows {
    try generator.rows(users: Self.users, seed: Seed(7), processor: processor)
  }

  /// How often each item was drawn.
  private func counts(_ rows: SparseRows) -> [Double] {
    var counts = [Double](repeating: 0, count: rows.columnCount)
    for position in rows.indices.indices { counts[Int(rows.indices[position])] += Double(rows.value(at: position)) }
    return counts
  }

  /// Pearson's statistic of the counts in two samples of the same size.
  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { sum, pair in
      pair.0 + pair.1 > 0 ? sum + (pair.0 - pair.1) * (pair.0 - pair.1) / (pair.0 + pair.1) : sum
    }
  }

  /// The statistic exceeds this in one of several thousand pairs of samples with the same law.
  private static let bound = Double(items) + 4 * (2 * Double(items)).squareRoot()

  @Test("at T = 0.5 items have the shares of T = 1 within sampling error, which they do not have without it")
  func shares() throws {
    for law in ItemLaw.allCases {
      let plain = counts(try rows(generator(at: 1, law: law)))
      let sharp = counts(try rows(generator(at: 0.5, law: law)))
      let corrected = counts(try rows(generator(at: 0.5, correcting: true, law: law)))
      #expect(difference(corrected, plain) < Self.bound, "\(law): \(difference(corrected, plain))")
      #expect(difference(sharp, plain) > 5 * Self.bound, "\(law): \(difference(sharp, plain))")
    }
  }

  @Test("above T = 1 unpopular items do not become more popular")
  func flat() throws {
    let plain = counts(try rows(generator(at: 1)))
    let flat = counts(try rows(generator(at: 2)))
    let corrected = counts(try rows(generator(at: 2, correcting: true)))
    #expect(difference(corrected, plain) < Self.bound, "\(difference(corrected, plain))")
    #expect(difference(flat, plain) > 5 * Self.bound, "\(difference(flat, plain))")
  }

  @Test("the effect within a user stays: at T = 0.5 more of their items are of their taste")
  func withinUsers() throws {
    let source = PriorSource(of: model)
    let vectors = source.draw(users: 0..<Self.users, seed: Seed(7), engine: .gsl).vectors
    func ownShare(_ rows: SparseRows) -> Double {
      let own = (0..<rows.rowCount).reduce(0) { sum, user in
        sum + rows.indices(ofRow: user).count { ($0 % 2 == 0) == (vectors[user, 0] > 0) }
      }
      return Double(own) / Double(rows.nonZeroCount)
    }
    let plain = ownShare(try rows(generator(at: 1)))
    let corrected = ownShare(try rows(generator(at: 0.5, correcting: true)))
    // The share varies by less than 0.01 between samples of 4,000 users.
    #expect(corrected > plain + 0.05, "\(plain), \(corrected)")
  }

  @Test("the fit says how far shares are from those at T = 1, without and with the shifts")
  func distances() throws {
    for temperature in [0.5, 0.75, 2] {
      let correction = try #require(try generator(at: temperature, correcting: true).correction)
      #expect(correction.temperature.value == temperature && correction.shifts.columns == Self.items)
      #expect(correction.uncorrected > 0.03 && correction.corrected < 1e-3, "T \(temperature)")
      #expect(1...12 ~= correction.passes)
    }
  }

  @Test("at T = 1 nothing is shifted, and the users are those without a correction")
  func none() throws {
    let corrected = try generator(at: 1, correcting: true)
    let correction = try #require(corrected.correction)
    #expect(correction.uncorrected == 0 && correction.corrected == 0 && correction.passes == 0)
    #expect(correction.shifts == Matrix(rows: 1, columns: Self.items))
    #expect(try rows(corrected) == rows(generator(at: 1)))
  }

  @Test("shifts and users are the same at 1 and 3 threads, and others with another seed")
  func threads() throws {
    let one = try generator(at: 0.5, correcting: true, threads: 1)
    let three = try generator(at: 0.5, correcting: true, threads: 3)
    #expect(one.correction == three.correction)
    let users = try one.rows(users: 600, seed: Seed(7), processor: Processor(engine: .gsl, threads: 1))
    #expect(try three.rows(users: 600, seed: Seed(7), processor: Processor(engine: .gsl, threads: 3)) == users)
    #expect(try PopularityCorrection(fitting: one, seed: Seed(8), processor: processor) != one.correction)
  }

  @Test("an existing correction does not affect a new fit")
  func again() throws {
    let corrected = try generator(at: 0.5, correcting: true)
    #expect(try PopularityCorrection(fitting: corrected, seed: Seed(7), processor: processor) == corrected.correction)
  }

  @Test("items that nobody has, no items and all items leave finite shifts", arguments: [0, 1, 39, 50])
  func edges(length: Int) throws {
    let extreme = modelSaying((0..<Self.items).map { $0 < 20 ? Float($0) : -1000 })
    for temperature in [1e-6, 0.1, 1e300] {
      var generator = ProfileGenerator(model: extreme, source: PriorSource(of: extreme), lengths: always(length))
      generator.temperature = try #require(Temperature(temperature))
      let correction = try PopularityCorrection(fitting: generator, seed: Seed(1), processor: processor)
      #expect(correction.shifts.isFinite && correction.corrected <= correction.uncorrected)
      generator.correction = correction
      let rows = try generator.rows(users: 3, seed: Seed(1), processor: processor)
      #expect((0..<3).allSatisfy { rows.count(ofRow: $0) == min(length, Self.items) })
    }
  }

  @Test("logits that are not numbers are an error")
  func notNumbers() throws {
    let broken = modelSaying([0, .nan, 1])
    var generator = ProfileGenerator(model: broken, source: PriorSource(of: broken), lengths: always(1))
    generator.temperature = try #require(Temperature(0.5))
    #expect(throws: DataError.self) {
      try PopularityCorrection(fitting: generator, seed: Seed(1), processor: processor)
    }
  }

  @Test("expected numbers of users agree with 20,000 draws without replacement")
  func expectation() throws {
    let (count, draws, length) = (60, 20_000, 12)
    let logits = (0..<count).map { -log(Float(1 + $0)) }
    let world = modelSaying(logits)
    let found = counts(
      try ProfileGenerator(model: world, source: PriorSource(of: world), lengths: always(length))
        .rows(users: draws, seed: Seed(3), processor: processor)
    ).map { $0 / Double(draws) }
    var expected = ExpectedItems(items: count)
    try expected.add(length, logits: Matrix(rows: 1, columns: count, elements: logits), row: 0)
    #expect(abs(expected.sums.reduce(0, +) - Double(length)) < 1e-4)
    // Four standard errors are 0.014; the approximation was off by at most 0.006 in a simulation.
    for (a, b) in zip(expected.sums, found) { #expect(abs(a - b) < 0.02) }
    // N times the weight, which disregards that an item is drawn once, is off by more than a tenth.
    let total = logits.reduce(0) { $0 + Double(exp($1)) }
    let naive = logits.map { min(1, Double(length) * Double(exp($0)) / total) }
    #expect(zip(naive, found).contains { abs($0 - $1) > 0.1 })
  }

  @Test("expected numbers are exact for independent draws, one user after the other")
  func independent() throws {
    let logits = Matrix<Float>(rows: 2, columns: 2, elements: [0, 0, Float(log(3.0)), 0])
    var expected = ExpectedItems(items: 2)
    try expected.add(4, logits: logits, row: 0, law: .multinomial)
    try expected.add(8, logits: logits, row: 1, law: .multinomial)
    #expect(zip(expected.sums, [2.0 + 6.0, 2.0 + 2.0]).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
