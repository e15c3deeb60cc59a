import Compute

/// The share of the variance over a search space that each dimension explains by itself.
///
/// A forest of regression trees is fitted to the trials. In each tree the value is constant in boxes, so its variance
/// over the space and the variance of its mean along one dimension are sums over boxes. The share is their quotient,
/// averaged over the trees. The rest up to 1 is due to interactions of dimensions.
///
/// Source: Hutter, Hoos & Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014.
///
/// Differences from the paper: 64 trees of bootstrapped trials, split while six trials are left; a dimension of choices
/// is cut between choices in the order of the list.
struct SettingImportance {
  /// One for each dimension.
  let shares: [Double]

  private static let trees = 64
  /// Fewer trials than this are not divided.
  private static let leastDivided = 6

  private struct Box {
    var low: [Double]
    var high: [Double]
    var value: Double

    /// The volume without one dimension, as a share of the space; with `nil`, the whole volume.
    func volume(without dimension: Int? = nil) -> Double {
      low.indices.reduce(1) { $1 == dimension ? $0 : $0 * (high[$1] - low[$1]) }
    }
  }

  init(_ points: [SearchPoint], choices: [Int?], seed: Seed) {
    let dimensions = choices.count
    // Choices become the centres of equal parts of the unit interval.
    let scaled = points.map { point in
      (
        place: zip(point.place, choices).map { place, count in count.map { (place + 0.5) / Double($0) } ?? place },
        value: point.value ?? 0
      )
    }
    var sums = [Double](repeating: 0, count: dimensions)
    var counted = 0
    for tree in 0..<Self.trees {
      var random = seed.stream(for: SearchDraw.tree, tree)
      let sample = scaled.map { _ in scaled[random.integer(below: scaled.count)] }
      var boxes: [Box] = []
      let all = Box(
        low: [Double](repeating: 0, count: dimensions), high: [Double](repeating: 1, count: dimensions), value: 0)
      Self.divide(sample, all, into: &boxes)
      let mean = boxes.reduce(0) { $0 + $1.volume() * $1.value }
      let variance = boxes.reduce(0) { $0 + $1.volume() * ($1.value - mean) * ($1.value - mean) }
      if variance <= 1e-300 { continue }
      counted += 1
      for dimension in 0..<dimensions { sums[dimension] += Self.variance(along: dimension, boxes, mean) / variance }
    }
    shares = sums.map { counted > 0 ? $0 / Double(counted) : 0 }
  }

  /// Splits a box at the point with the smallest squared error, while there are enough trials.
  private static func divide(_ points: [(place: [Double], value: Double)], _ box: Box, into boxes: inout [Box]) {
    let sum = points.reduce(0) { $0 + $1.value }
    let mean = points.isEmpty ? 0 : sum / Double(points.count)
    var best: (gain: Double, dimension: Int, cut: Double)?
    if points.count >= leastDivided {
      for dimension in box.low.indices {
        let order = points.map { ($0.place[dimension], $0.value - mean) }.sorted { $0.0 < $1.0 }
        var left = 0.0
        for place in 1..<order.count {
          left += order[place - 1].1
          let (count, rest) = (Double(place), Double(order.count - place))
          if order[place].0 <= order[place - 1].0 { continue }
          // The sums of both sides are opposite, because the mean has been subtracted.
          let gain = left * left * (1 / count + 1 / rest)
          if gain > best?.gain ?? 1e-15 {
            best = (gain, dimension, (order[place].0 + order[place - 1].0) / 2)
          }
        }
      }
    }
    guard let best else {
      var leaf = box
      leaf.value = mean
      boxes.append(leaf)
      return
    }
    var (lower, upper) = (box, box)
    lower.high[best.dimension] = best.cut
    upper.low[best.dimension] = best.cut
    divide(points.filter { $0.place[best.dimension] < best.cut }, lower, into: &boxes)
    divide(points.filter { $0.place[best.dimension] >= best.cut }, upper, into: &boxes)
  }

  /// The variance of the mean over all other dimensions, along one.
  private static func variance(along dimension: Int, _ boxes: [Box], _ mean: Double) -> Double {
    let cuts = Set(boxes.flatMap { [$0.low[dimension], $0.high[dimension]] }).sorted()
    return zip(cuts, cuts.dropFirst()).reduce(0) { sum, part in
      let middle = (part.0 + part.1) / 2
      let marginal = boxes.reduce(0) { sum, box in
        box.low[dimension] <= middle && middle < box.high[dimension]
          ? sum + box.volume(without: dimension) * box.value : sum
      }
      return sum + (part.1 - part.0) * (marginal - mean) * (marginal - mean)
    }
  }
}
