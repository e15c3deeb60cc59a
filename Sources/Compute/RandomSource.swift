import CGSL
import CKernels
import Foundation

/// The purpose of a stream of random numbers.
///
/// One seed per run; one stream per purpose, so that changes in one part do not affect the draws of others.
public enum RandomPurpose: String, Sendable, CaseIterable {
  case split, initialisation, shuffle, corruption, latentNoise, negatives, simulation, resampling, sampling
  case inspection, bound, search, repetition, privateBatches, privateNoise, lesson
}

/// The seed of a run, from which every stream is derived.
public struct Seed: Sendable, Equatable, Codable {
  /// The number the user gave.
  public let value: UInt64

  /// Creates a seed.
  public init(_ value: UInt64) { self.value = value }

  /// The seed of one of several runs: the first has this one, the others seeds derived from it, at most 2⁵³ − 1.
  ///
  /// A single run with the derived seed gives the same result.
  public func ofRun(_ index: Int) -> Seed {
    if index == 0 { return self }
    var random = stream(.repetition, index)
    let (high, low) = (UInt64(random.bits()), UInt64(random.bits()))
    return Seed(high << 21 | low >> 11)
  }

  /// The stream for a purpose and, if there are several, for one of them (epoch, batch, user …).
  ///
  /// Streams are keys of a counter-based generator: creating one costs nothing, and does not depend on other streams.
  public func stream(_ purpose: RandomPurpose, _ indices: Int...) -> RandomSource {
    RandomSource(key: key(purpose, indices))
  }

  /// The key of a stream.
  func key(_ purpose: RandomPurpose, _ indices: [Int]) -> UInt64 {
    var key = Self.mix(value ^ 0x9E37_79B9_7F4A_7C15)
    for byte in purpose.rawValue.utf8 { key = Self.mix(key ^ UInt64(byte)) }
    for index in indices { key = Self.mix(key &+ UInt64(bitPattern: Int64(index)) &+ 1) }
    return key
  }

  /// SplitMix64's finaliser (Steele, Lea & Flood, OOPSLA 2014): a bijection that spreads every bit.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Random numbers and draws from distributions, by GSL over a Philox4x32-10 generator.
///
/// Non-copyable, so that the C state has one owner and is freed once.
@safe public struct RandomSource: ~Copyable {
  private let generator: UnsafeMutablePointer<gsl_rng>

  /// Creates the stream of a 64-bit key.
  public init(key: UInt64) {
    GSL.prepare()
    guard let raw = unsafe dk_philox_alloc(key) else {
      preconditionFailure("no memory for a random generator")
    }
    unsafe generator = raw.assumingMemoryBound(to: gsl_rng.self)
  }

  deinit { unsafe gsl_rng_free(generator) }

  /// The next 32 random bits.
  public mutating func bits() -> UInt32 { UInt32(truncatingIfNeeded: unsafe gsl_rng_get(generator)) }

  /// A number in [0, 1).
  public mutating func uniform() -> Double { unsafe gsl_rng_uniform(generator) }

  /// Numbers in [0, 1), as ``uniform()`` would give them one by one.
  mutating func uniforms(_ count: Int) -> [Double] {
    unsafe [Double](unsafeUninitializedCapacity: count) { numbers, initialized in
      if let start = numbers.baseAddress { unsafe dk_philox_uniforms(generator, count, start) }
      initialized = count
    }
  }

  /// A number in (0, 1).
  public mutating func positiveUniform() -> Double { unsafe gsl_rng_uniform_pos(generator) }

  /// A number in [0, 1) with 53 random bits.
  ///
  /// It is for inverting a distribution over many outcomes, where the 32 bits of ``uniform()`` would miss the rarest.
  public mutating func fineUniform() -> Double {
    let (high, low) = (UInt64(bits() >> 5), UInt64(bits() >> 6))
    return Double(high << 26 | low) * 0x1p-53
  }

  /// A whole number in `0..<bound`, every one equally likely.
  ///
  /// - Precondition: `bound` is positive and below 2³².
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "no whole number below \(bound)")
    return Int(unsafe gsl_rng_uniform_int(generator, UInt(bound)))
  }

  /// A draw from N(0, 1).
  public mutating func gaussian() -> Double { unsafe gsl_ran_gaussian_ziggurat(generator, 1) }

  /// A draw from the gamma distribution with the given shape and scale.
  public mutating func gamma(shape: Double, scale: Double = 1) -> Double {
    unsafe gsl_ran_gamma(generator, shape, scale)
  }

  /// A draw from a Dirichlet distribution with equal concentration in every dimension.
  public mutating func dirichlet(concentrations: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: concentrations.count)
    unsafe gsl_ran_dirichlet(generator, concentrations.count, concentrations, &result)
    return result
  }

  /// A draw from the negative binomial distribution: failures before `successes` successes of probability `probability`.
  public mutating func negativeBinomial(probability: Double, successes: Double) -> Int {
    Int(unsafe gsl_ran_negative_binomial(generator, probability, successes))
  }

  /// A draw from the geometric distribution on 0, 1, 2, …: P(k) ∝ e^(−εk).
  ///
  /// - Precondition: ε is positive.
  public mutating func geometric(epsilon: Double) -> Int {
    precondition(epsilon > 0, "a geometric distribution with ε \(epsilon)")
    return Int(unsafe gsl_ran_geometric(generator, -expm1(-epsilon))) - 1
  }

  /// A draw from the Poisson distribution.
  public mutating func poisson(mean: Double) -> Int { Int(unsafe gsl_ran_poisson(generator, mean)) }

  /// Puts the elements in random order (Fisher and Yates).
  @inlinable
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    var index = elements.count - 1
    while index > 0 {
      elements.swapAt(index, integer(below: index + 1))
      index -= 1
    }
  }

  /// The numbers `0..<count` in random order.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Fills a matrix with draws from N(0, σ²).
  @specialized(where S == Float)
  public mutating func fillGaussian<S: Scalar>(_ matrix: inout Matrix<S>, deviation: Double = 1) {
    unsafe fill(&matrix) { source in unsafe gsl_ran_gaussian_ziggurat(source, deviation) }
  }

  /// Fills a matrix with draws from N(0, σ²) cut off at two standard deviations, as TensorFlow's `truncated_normal`.
  @specialized(where S == Float)
  public mutating func fillTruncatedGaussian<S: Scalar>(
    _ matrix: inout Matrix<S>, deviation: Double
  ) {
    unsafe fill(&matrix) { source in
      var draw = unsafe gsl_ran_gaussian_ziggurat(source, 1)
      while abs(draw) > 2 { draw = unsafe gsl_ran_gaussian_ziggurat(source, 1) }
      return draw * deviation
    }
  }

  /// Fills a matrix with draws from the uniform distribution on [−limit, limit).
  @specialized(where S == Float)
  public mutating func fillUniform<S: Scalar>(_ matrix: inout Matrix<S>, limit: Double) {
    unsafe fill(&matrix) { source in unsafe (2 * gsl_rng_uniform(source) - 1) * limit }
  }

  private func fill<S: Scalar>(
    _ matrix: inout Matrix<S>, _ draw: (UnsafeMutablePointer<gsl_rng>) -> Double
  ) {
    let count = matrix.count
    unsafe matrix.withMutablePointer { pointer in
      if S.self == Float.self {
        // A concrete loop, because generic conversions would cost more than the draws.
        let floats = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Float.self)
        for index in 0..<count { unsafe floats[index] = unsafe Float(draw(generator)) }
      } else {
        for index in 0..<count { unsafe pointer[index] = unsafe S(draw(generator)) }
      }
    }
  }
}
