import Compute
import Foundation

/// Chooses the open settings of ``Linear`` with few inverses.
struct LinearSearch {
  private typealias Path = any WritableKeyPath<LinearValues, Double> & Sendable
  private static let grids: [(setting: any KeyPath<Linear, Double?> & Sendable, path: Path, values: [Double])] = [
    (\.l2, \.l2, [8, 16, 32, 64, 125, 250, 500, 1000, 2000, 4000, 8000]),
    (\.userExponent, \.userExponent, [0, 0.2, 0.4, 0.6, 0.8]),
    (\.dropout, \.dropout, [0, 0.1, 0.2, 0.33, 0.5]),
    (\.itemExponent, \.itemExponent, [0, 0.1, 0.2, 0.3, 0.4]),
    (\.relaxation, \.relaxation, [0, 0.15, 0.3, 0.5]),
  ]

  private let start: LinearValues
  private let climb: SettingClimb<LinearValues>
  private var solver: LinearSolver
  private let trainer: Trainer
  private var solved = 0
  private let most: Int

  init(of model: Linear, from start: LinearValues, on solver: LinearSolver, trainer: Trainer) {
    (self.start, self.solver, self.trainer) = (start, solver, trainer)
    climb = SettingClimb(
      free: Self.grids.filter { model[keyPath: $0.setting] == nil }.map { .init(path: $0.path, values: $0.values) })
    // 24 inverses for 4,000 rows or columns, fewer for more, at least four.
    let side = Double(min(solver.rows.rowCount, solver.rows.columnCount))
    most = max(4, min(24, Int(24 * pow(4000 / max(1, side), 3))))
  }

  /// The best values found, with their weights.
  mutating func climb(
    _ validate: (Matrix<Float>) throws -> Double
  ) throws -> (LinearValues, (values: LinearValues, weights: Matrix<Float>)?) {
    var bestWeights: Matrix<Float>?
    let best = try climb.best(from: start) { values, least in
      if !solver.hasInverse(for: values) {
        // The limit of inverses is reached.
        if solved == most { return nil }
        solved += 1
        try trainer.tell(share: Double(solved) / Double(most + 1), rows: solver.rows.rowCount)
      }
      let weights = try solver.weights(values, trainer: trainer)
      let value = try validate(weights)
      if value > least { bestWeights = weights }
      return value
    }
    return (best, bestWeights.map { (best, $0) })
  }
}
