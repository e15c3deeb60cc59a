import Compute
import Foundation

/// A density over a search space: a mixture of one kernel for each observed point and one broad kernel, the prior.
///
/// In every dimension of numbers a kernel is a Gaussian cut off at 0 and 1; in every dimension of choices it is a probability
/// for each choice. Sources: Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011,
/// section 4, for the bandwidths; Falkner, Klein & Hutter, "BOHB", ICML 2018, for kernels over all dimensions together; Watanabe,
/// "Tree-structured Parzen estimator", arXiv 2304.11127, for the effect of its parts.
struct ParzenEstimator {
  private enum Kernel {
    /// A Gaussian with the logarithm of its mass between 0 and 1.
    case normal(mean: Double, deviation: Double, logMass: Double)
    /// The logarithm of each choice's probability.
    case choice([Double])
  }

  /// The weight of each kernel, the prior's last; their sum is 1.
  private let weights: [Double]
  /// The kernels of each dimension, one for each weight.
  private let kernels: [[Kernel]]

  /// - Parameters:
  ///   - points: in the order in which they were tried.
  ///   - choices: for each dimension the number of choices, `nil` for numbers.
  init(_ points: [[Double]], choices: [Int?]) {
    let raw = Self.weights(points.count) + [1]
    let sum = raw.reduce(0, +)
    weights = raw.map { $0 / sum }
    kernels = choices.enumerated().map { dimension, choices in
      let places = points.map { $0[dimension] }
      if let choices { return Self.choices(places, of: choices) }
      // No narrower than the resolution of this many kernels.
      let least = 1 / Double(min(100, places.count + 2))
      let own = zip(places, Self.gaps(places)).map { Self.normal($0, min(max($1, least), 1)) }
      return own + [Self.normal(0.5, 1)]
    }
  }

  /// The newest 25 points have full weight, earlier ones decreasing weight (Bergstra, Yamins & Cox, ICML 2013).
  private static func weights(_ count: Int) -> [Double] {
    let early = count - 25
    return (0..<count).map { place in
      if place >= early { return 1 }
      let first = 1 / Double(count)
      return early == 1 ? first : first + (1 - first) * Double(place) / Double(early - 1)
    }
  }

  /// For each place the larger distance to a neighbour; the outermost have one neighbour, and a single place has the
  /// ends.
  private static func gaps(_ places: [Double]) -> [Double] {
    guard places.count > 1 else { return places.map { max($0, 1 - $0) } }
    let order = places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    var gaps = [Double](repeating: 0, count: places.count)
    for (one, other) in zip(order, order.dropFirst()) {
      let distance = places[other] - places[one]
      (gaps[one], gaps[other]) = (max(gaps[one], distance), max(gaps[other], distance))
    }
    return gaps
  }

  private static func normal(_ mean: Double, _ deviation: Double) -> Kernel {
    let mass = Statistics.normalBelow((1 - mean) / deviation) - Statistics.normalBelow(-mean / deviation)
    return .normal(mean: mean, deviation: deviation, logMass: log(max(mass, 1e-300)))
  }

  /// Weights of choices: one observation, plus one observation shared by all choices.
  private static func choices(_ places: [Double], of count: Int) -> [Kernel] {
    let share = 1 / Double(places.count + 1)
    return (places.map { Int($0) as Int? } + [nil]).map { place in
      let counts = (0..<count).map { $0 == place ? 1 + share : share }
      let sum = counts.reduce(0, +)
      return .choice(counts.map { log($0 / sum) })
    }
  }

  /// A draw from the mixture.
  func draw(_ random: inout RandomSource) -> [Double] {
    var left = random.fineUniform()
    let kernel = weights.firstIndex { weight in
      left -= weight
      return left < 0
    }
    return kernels.map { kernels in
      switch kernels[kernel ?? weights.count - 1] {
      case .normal(let mean, let deviation, _):
        // At least a third of the mass of every kernel is inside.
        while true {
          let place = mean + deviation * random.gaussian()
          if (0...1).contains(place) { return place }
        }
      case .choice(let logs):
        var left = random.fineUniform()
        let place = logs.firstIndex { logProbability in
          left -= exp(logProbability)
          return left < 0
        }
        return Double(place ?? logs.count - 1)
      }
    }
  }

  /// The logarithm of the density.
  func logDensity(_ point: [Double]) -> Double {
    let terms = weights.indices.map { kernel in
      zip(kernels, point).reduce(log(weights[kernel])) { sum, pair in
        switch pair.0[kernel] {
        case .normal(let mean, let deviation, let logMass):
          let distance = (pair.1 - mean) / deviation
          return sum - 0.5 * distance * distance - log(deviation * (2 * Double.pi).squareRoot()) - logMass
        case .choice(let logs): return sum + logs[Int(pair.1)]
        }
      }
    }
    let largest = terms.max() ?? 0
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }
}
