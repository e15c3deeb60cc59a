import Compute
import Foundation

/// Climbs from one value of a setting to a neighbouring one as long as validation improves.
struct LinearSearch {
  private typealias Path = any WritableKeyPath<LinearValues, Double> & Sendable
  private static let grids: [(setting: any KeyPath<Linear, Double?> & Sendable, path: Path, values: [Double])] = [
    (\.l2, \.l2, [8, 16, 32, 64, 125, 250, 500, 1000, 2000, 4000, 8000]),
    (\.userExponent, \.userExponent, [0, 0.2, 0.4, 0.6, 0.8]),
    (\.dropout, \.dropout, [0, 0.1, 0.2, 0.33, 0.5]),
    (\.itemExponent, \.itemExponent, [0, 0.1, 0.2, 0.3, 0.4]),
    (\.relaxation, \.relaxation, [0, 0.15, 0.3, 0.5]),
  ]

  private var best: LinearValues
  private var bestWeights: Matrix<Float>?
  /// Those that are left to be chosen.
  private let free: [(path: Path, values: [Double])]
  private var solver: LinearSolver
  private let trainer: Trainer
  private var known: [LinearValues: Double] = [:]
  private var solved = 0
  private let most: Int

  init(of model: Linear, from start: LinearValues, on solver: LinearSolver, trainer: Trainer) {
    (best, self.solver, self.trainer) = (start, solver, trainer)
    free = Self.grids.filter { model[keyPath: $0.setting] == nil }.map { ($0.path, $0.values) }
    // 24 inverses of 4,000 rows or columns, fewer of more, four at the least.
    let side = Double(min(solver.rows.rowCount, solver.rows.columnCount))
    most = max(4, min(24, Int(24 * pow(4000 / max(1, side), 3))))
  }

  /// The best values found, with their weights.
  mutating func climb(
    _ validate: (Matrix<Float>) throws -> Double
  ) throws -> (LinearValues, (values: LinearValues, weights: Matrix<Float>)?) {
    guard var value = try value(of: best, validate) else { return (best, nil) }
    // Twice around: what suits one setting may no longer suit when another has moved.
    for _ in 0..<2 {
      let before = best
      for (path, grid) in free {
        for direction in [1, -1] {
          while let place = grid.firstIndex(of: best[keyPath: path]), grid.indices.contains(place + direction) {
            var next = best
            next[keyPath: path] = grid[place + direction]
            guard let found = try self.value(of: next, validate, above: value), found > value else { break }
            (best, value) = (next, found)
          }
        }
      }
      if best == before { break }
    }
    return (best, bestWeights.map { (best, $0) })
  }

  /// The validation value; `nil` where it would take one inverse too many.
  private mutating func value(
    of values: LinearValues, _ validate: (Matrix<Float>) throws -> Double, above least: Double = -.infinity
  ) throws -> Double? {
    if let known = known[values] { return known }
    if !solver.hasInverse(for: values) {
      if solved == most { return nil }
      solved += 1
      try trainer.tell(share: Double(solved) / Double(most + 1), rows: solver.rows.rowCount)
    }
    let weights = try solver.weights(values, trainer: trainer)
    let value = try validate(weights)
    known[values] = value
    if value > least { bestWeights = weights }
    return value
  }
}
