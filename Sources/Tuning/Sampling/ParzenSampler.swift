public import Compute

/// A trial for the sampler: its point and its value.
public struct SearchPoint: Sendable, Equatable {
  /// Its coordinates: ``SearchSpace/point(of:)``.
  public let place: [Double]
  /// Its value, larger is better; `nil` if it failed.
  public let value: Double?

  /// Describes a trial.
  public init(_ place: [Double], value: Double?) { (self.place, self.value) = (place, value) }
}

/// A tree-structured Parzen estimator, which proposes the next point.
///
/// The trials so far are divided into the best ⌈0.15 n⌉, 25 at most, and the others. Of 24 draws from a density around the best,
/// the one with the largest ratio of this density to a density around the others is proposed. The first ten points are
/// a Latin hypercube: each tenth of every dimension has one of them.
///
/// Trials that are running count as others: this lowers the ratio near them, so that trials at the same time differ
/// (a constant liar whose lie is a bad value).
///
/// A proposal is a function of the seed, the number of the trial, the trials so far and the running ones, only.
///
/// Sources: Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011; Falkner, Klein &
/// Hutter, "BOHB", ICML 2018, for one density over all dimensions, and 15 %; Watanabe, arXiv 2304.11127, for the effect
/// of the constants; McKay, Beckman & Conover, Technometrics 21 (1979), for Latin hypercubes; Ginsbourger, Le Riche &
/// Carraro, "Kriging is well-suited to parallelize optimization" (2010), for constant liars.
public struct ParzenSampler: Sendable {
  /// The number of evenly spread points before the first proposal, unless another is set.
  public static let startUp = 10

  /// The number of evenly spread points before the first proposal.
  public var startUpTrials = ParzenSampler.startUp
  /// The number of draws that are compared.
  public var candidates = 24
  /// The share of the trials that counts as good.
  private static let goodShare = 0.15
  /// The space.
  public let space: SearchSpace

  /// Creates a sampler of a space.
  public init(_ space: SearchSpace) { self.space = space }

  /// The next point.
  ///
  /// - Parameters:
  ///   - trial: its number, for the draws.
  ///   - history: earlier trials, in order.
  ///   - pending: the points of running trials, in order.
  public func proposal(
    trial: Int, after history: [SearchPoint], pending: [[Double]] = [], seed: Seed
  ) -> [Double] {
    var random = seed.stream(for: SearchDraw.trial, trial)
    let choices = space.dimensions.map { $0.choices?.count }
    if history.count < startUpTrials {
      return choices.enumerated().map { dimension, count in
        var order = seed.stream(for: SearchDraw.startUp, dimension)
        let part = order.permutation(startUpTrials)[trial % startUpTrials]
        let place = (Double(part) + random.uniform()) / Double(startUpTrials)
        return count.map { Double(min($0 - 1, Int(place * Double($0)))) } ?? place
      }
    }
    let isGood = best(of: history)
    let good = ParzenEstimator(zip(history, isGood).filter(\.1).map(\.0.place), choices: choices)
    let bad = zip(history, isGood).filter { !$0.1 }.map(\.0.place)
    let others = ParzenEstimator(bad + pending, choices: choices)
    var best: (point: [Double], ratio: Double)?
    for _ in 0..<candidates {
      let point = good.draw(&random)
      let ratio = good.logDensity(point) - others.logDensity(point)
      if best.map({ ratio > $0.ratio }) ?? true { best = (point, ratio) }
    }
    return best?.point ?? []
  }

  /// Which trials are among the best; of equal values, the earlier one.
  private func best(of history: [SearchPoint]) -> [Bool] {
    let count = min(Int((Self.goodShare * Double(history.count)).rounded(.up)), 25)
    let order = history.indices.sorted {
      (-(history[$0].value ?? -.infinity), $0) < (-(history[$1].value ?? -.infinity), $1)
    }
    var isGood = [Bool](repeating: false, count: history.count)
    for place in order.prefix(count) where history[place].value != nil { isGood[place] = true }
    return isGood
  }
}
