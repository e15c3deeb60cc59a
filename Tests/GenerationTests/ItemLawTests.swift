import Autoencoders
import Compute
import FileFormats
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

/// The laws by which items are drawn, held against all outcomes of tiny cases.
@Suite("Laws of items")
struct ItemLawTests {
  private static let processor = Processor(engine: .gsl, threads: 2)

  private func draws(
    _ weights: [Double], length: Int, law: ItemLaw = .withoutReplacement, temperature: Double = 1,
    count: Int = 200_000, seed: UInt64
  ) throws -> [[Int32]: Int] {
    let model = modelSaying(weights.map { Float(log($0)) })
    var generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: always(length))
    generator.law = law
    generator.temperature = try #require(Temperature(temperature))
    return frequencies(of: try generator.rows(users: count, seed: Seed(seed), processor: Self.processor))
  }

  /// The probability of every set of `length` items under Plackett and Luce: the sum over its orders of
  /// ∏ wᵢ / (what is left).
  private func plackettLuce(_ weights: [Double], length: Int) -> [[Int32]: Double] {
    var result: [[Int32]: Double] = [:]
    func go(_ chosen: [Int32], _ probability: Double) {
      if chosen.count == length {
        result[chosen.sorted(), default: 0] += probability
        return
      }
      let left = weights.indices.filter { !chosen.contains(Int32($0)) }
      let total = left.reduce(0) { $0 + weights[$1] }
      for item in left { go(chosen + [Int32(item)], probability * weights[item] / total) }
    }
    go([], 1)
    return result
  }

  /// The probability of every vector of counts: the multinomial coefficient times ∏ π^n.
  private func multinomial(_ weights: [Double], length: Int) -> [[Int32]: Double] {
    let total = weights.reduce(0, +)
    var result: [[Int32]: Double] = [:]
    func go(_ drawn: [Int32], _ probability: Double) {
      if drawn.count == length {
        result[drawn.sorted(), default: 0] += probability
        return
      }
      for item in weights.indices { go(drawn + [Int32(item)], probability * weights[item] / total) }
    }
    go([], 1)
    return result
  }

  private func expectLaw(_ found: [[Int32]: Int], _ law: [[Int32]: Double]) {
    #expect(abs(law.values.reduce(0, +) - 1) < 1e-12)
    #expect(Set(found.keys).isSubset(of: law.keys))
    let (statistic, degrees) = chiSquare(found, law)
    // Mean d and variance 2d: beyond four deviations only one run in several thousand of a correct sampler lies.
    #expect(statistic < Double(degrees) + 4 * (2 * Double(degrees)).squareRoot(), "χ² \(statistic) on \(degrees)")
  }

  @Test("without replacement the sets have the probabilities of Plackett and Luce", arguments: [11, 12, 13])
  func withoutReplacement(seed: UInt64) throws {
    let weights = [0.4, 0.25, 0.2, 0.1, 0.05]
    for length in 1...4 {
      expectLaw(try draws(weights, length: length, seed: seed), plackettLuce(weights, length: length))
    }
  }

  @Test("so they have where one item holds nearly everything and most come from the keys", arguments: [21, 22])
  func steep(seed: UInt64) throws {
    let weights = [0.98, 0.012, 0.004, 0.002, 0.0015, 0.0005]
    expectLaw(try draws(weights, length: 3, seed: seed), plackettLuce(weights, length: 3))
  }

  @Test("it is not the multinomial conditioned on no repeats")
  func notConditioned() throws {
    let weights = [0.6, 0.25, 0.1, 0.05]
    var conditioned = multinomial(weights, length: 2).filter { Set($0.key).count == 2 }
    let mass = conditioned.values.reduce(0, +)
    conditioned = conditioned.mapValues { $0 / mass }
    let found = try draws(weights, length: 2, count: 50_000, seed: 31)
    #expect(chiSquare(found, conditioned).statistic > 200)
    expectLaw(found, plackettLuce(weights, length: 2))
  }

  @Test("with replacement the counts are multinomial", arguments: [41, 42, 43])
  func counts(seed: UInt64) throws {
    let weights = [0.5, 0.3, 0.2]
    expectLaw(
      try draws(weights, length: 4, law: .multinomial, seed: seed), multinomial(weights, length: 4))
  }

  @Test("a temperature of 2 takes the square root of the weights, one half their square")
  func temperature() throws {
    let weights = [0.4, 0.3, 0.2, 0.1]
    expectLaw(
      try draws(weights, length: 2, temperature: 2, seed: 51), plackettLuce(weights.map { $0.squareRoot() }, length: 2))
    expectLaw(
      try draws(weights, length: 2, temperature: 0.5, seed: 52), plackettLuce(weights.map { $0 * $0 }, length: 2))
  }

  @Test("the smallest temperature leaves the likeliest items, a large one makes all alike")
  func temperatureLimits() throws {
    let weights = [0.1, 0.4, 0.2, 0.3]
    #expect(try draws(weights, length: 2, temperature: 1e-6, count: 1000, seed: 61) == [[1, 3]: 1000])
    let even = [Double](repeating: 0.25, count: 4)
    expectLaw(try draws(weights, length: 2, temperature: 1e9, seed: 62), plackettLuce(even, length: 2))
  }

  @Test("a temperature is a finite number of at least 10⁻⁶", arguments: [0, -1, 9e-7, .nan, .infinity])
  func noTemperature(value: Double) { #expect(Temperature(value) == nil) }

  @Test("probabilities far below 2⁻³² are drawn as often as they should be")
  func rare() throws {
    // Ten thousand items share one part in a hundred; each has a millionth.
    let weights = [0.99] + [Double](repeating: 1e-6, count: 10_000)
    let found = try draws(weights, length: 1, count: 20_000, seed: 71)
    let rare = found.filter { $0.key != [0] }
    let total = Double(rare.values.reduce(0, +))
    // Binomial(20000, 0.01): 200 ± 5 · 14.07.
    #expect(abs(total - 200) < 71)
    #expect(rare.count > 150)
  }

  @Test("edge cases: nothing, everything, more than there is, and a single item in the world")
  func edges() throws {
    let weights = [0.5, 0.3, 0.2]
    #expect(try draws(weights, length: 0, count: 10, seed: 81) == [[]: 10])
    #expect(try draws(weights, length: 0, law: .multinomial, count: 10, seed: 81) == [[]: 10])
    #expect(try draws(weights, length: 3, count: 10, seed: 81) == [[0, 1, 2]: 10])
    #expect(try draws(weights, length: 9, count: 10, seed: 81) == [[0, 1, 2]: 10])
    #expect(try draws([1], length: 1, count: 10, seed: 81) == [[0]: 10])
    #expect(try draws([1], length: 3, law: .multinomial, count: 10, seed: 81) == [[0, 0, 0]: 10])
    #expect(try draws(weights, length: 1, count: 0, seed: 81).isEmpty)
  }

  @Test("logits that are not numbers are an error, not a profile")
  func notNumbers() throws {
    for bad in [Float.nan, .infinity] {
      let model = modelSaying([0, bad, 1])
      let generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: always(1))
      #expect(throws: DataError.self) { try generator.rows(users: 1, seed: Seed(1), processor: Self.processor) }
    }
  }
}
