public import Compute

/// A trial as a sampler sees it: where it was, and what came of it.
public struct SearchPoint: Sendable, Equatable {
  /// Its coordinates: ``SearchSpace/point(of:)``.
  public let place: [Double]
  /// Its value, larger is better; `nil` where it failed.
  public let value: Double?

  /// Describes a trial.
  public init(_ place: [Double], value: Double?) { (self.place, self.value) = (place, value) }
}

/// A tree-structured Parzen estimator: proposes where to try next.
///
/// The trials so far are divided into the best ⌈n/10⌉, 25 at most, and the others. Of 24 draws from a density around the best,
/// the one is proposed where that density is largest in comparison with one around the others. The first ten points are drawn
/// evenly.
///
/// A proposal is a function of the seed, the number of the trial and the trials so far, and of nothing else.
///
/// Sources: Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011; Falkner, Klein &
/// Hutter, "BOHB", ICML 2018, for one density over all dimensions; Watanabe, arXiv 2304.11127, for what the constants do.
public struct ParzenSampler: Sendable {
  /// How many points are drawn evenly before any is proposed.
  public var startUpTrials = 10
  /// How many draws are compared.
  public var candidates = 24
  /// Whether all dimensions have one density together, or each its own.
  public var isJoint = true
  /// The space.
  public let space: SearchSpace

  /// Creates a sampler of a space.
  public init(_ space: SearchSpace) { self.space = space }

  /// Where to try next.
  ///
  /// - Parameters:
  ///   - trial: its number, for the draws.
  ///   - history: earlier trials, in order.
  public func proposal(trial: Int, after history: [SearchPoint], seed: Seed) -> [Double] {
    var random = seed.stream(for: SearchDraw.trial, trial)
    let choices = space.dimensions.map { $0.choices?.count }
    if history.count < startUpTrials {
      return choices.map { count in count.map { Double(random.integer(below: $0)) } ?? random.uniform() }
    }
    let bandwidth: ParzenEstimator.Bandwidth = isJoint ? .common : .neighbours
    let isGood = best(of: history)
    let good = ParzenEstimator(
      zip(history, isGood).filter(\.1).map(\.0.place), choices: choices, bandwidth: bandwidth)
    let others = ParzenEstimator(
      zip(history, isGood).filter { !$0.1 }.map(\.0.place), choices: choices, bandwidth: bandwidth)
    let parts = isJoint ? [choices.indices] : choices.indices.map { $0..<($0 + 1) }
    return parts.flatMap { part in
      var best: (point: [Double], ratio: Double)?
      for _ in 0..<candidates {
        let point = good.draw(part, &random)
        let ratio = good.logDensity(point, part) - others.logDensity(point, part)
        if best.map({ ratio > $0.ratio }) ?? true { best = (point, ratio) }
      }
      return best?.point ?? []
    }
  }

  /// Which trials are among the best tenth; of equal values the earlier.
  private func best(of history: [SearchPoint]) -> [Bool] {
    let count = min((history.count + 9) / 10, 25)
    let order = history.indices.sorted {
      (-(history[$0].value ?? -.infinity), $0) < (-(history[$1].value ?? -.infinity), $1)
    }
    var isGood = [Bool](repeating: false, count: history.count)
    for place in order.prefix(count) where history[place].value != nil { isGood[place] = true }
    return isGood
  }
}
