/// Hill climbing: moves from one value of a setting to a neighbouring one while a measure improves.
struct SettingClimb<Values: Hashable> {
  /// The values that one setting may take, in order.
  struct Grid {
    let path: any WritableKeyPath<Values, Double> & Sendable
    let values: [Double]
  }

  /// The open settings; a setting that starts outside its grid is not changed.
  let free: [Grid]

  /// The best values found.
  ///
  /// - Parameter measure: the value of some settings, larger is better, or `nil` if no time is left. The second
  ///   argument is the value to exceed.
  func best(from start: Values, _ measure: (Values, Double) throws -> Double?) rethrows -> Values {
    var known: [Values: Double] = [:]
    func value(of values: Values, above least: Double) throws -> Double? {
      if let known = known[values] { return known }
      let value = try measure(values, least)
      known[values] = value
      return value
    }
    var best = start
    guard var highest = try value(of: start, above: -.infinity) else { return start }
    // Two rounds, because the best value of one setting may change when another has moved.
    for _ in 0..<2 {
      let before = best
      for grid in free {
        for direction in [1, -1] {
          while let place = grid.values.firstIndex(of: best[keyPath: grid.path]),
            grid.values.indices.contains(place + direction)
          {
            var next = best
            next[keyPath: grid.path] = grid.values[place + direction]
            guard let found = try value(of: next, above: highest), found > highest else { break }
            (best, highest) = (next, found)
          }
        }
      }
      if best == before { break }
    }
    return best
  }
}
