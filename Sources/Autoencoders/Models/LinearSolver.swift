import Compute
import FileFormats
import Foundation

/// Values of all settings of ``Linear``.
struct LinearValues: Hashable, Sendable {
  var l2, dropout, relaxation, itemExponent, userExponent: Double

  /// Their form in files.
  var settings: [String: JSONValue] {
    [
      "l2": .number(l2), "dropout": .number(dropout), "relaxation": .number(relaxation),
      "itemExponent": .number(itemExponent), "userExponent": .number(userExponent),
    ]
  }
}

/// Solves ``Linear`` for one data set; changes of only ξ and α need no new inverse.
struct LinearSolver: Sendable {
  let rows: SparseRows
  private let itemCounts: [Double]
  private let userCounts: [Double]
  private let meanCount: Double
  private var last: (values: LinearValues, ridge: [Double], inverse: InverseGram<Float>)?

  init(_ rows: SparseRows) {
    self.rows = rows
    itemCounts = rows.columnCounts().map(Double.init)
    userCounts = (0..<rows.rowCount).map { Double(rows.count(ofRow: $0)) }
    let present = userCounts.count { $0 > 0 }
    meanCount = Double(rows.nonZeroCount) / Double(max(1, present))
  }

  /// Whether the inverse of the last call is also valid for these values.
  func hasInverse(for values: LinearValues) -> Bool {
    guard let last = last?.values else { return false }
    return last.l2 == values.l2 && last.dropout == values.dropout && last.userExponent == values.userExponent
  }

  /// W; shape: I × I.
  mutating func weights(_ values: LinearValues, trainer: Trainer) throws -> Matrix<Float> {
    let (ridge, inverse) = try inverse(values, trainer: trainer)
    let (xi, alpha) = (values.relaxation, values.itemExponent)
    let powers = itemCounts.map { pow(max(1, $0), alpha) }
    // Λ + μ, and the diagonal of W.
    var (factors, own) = (ridge, [Double](repeating: 0, count: ridge.count))
    for (item, entry) in inverse.diagonal.enumerated() {
      let share = 1 - ridge[item] * Double(entry)
      if share > xi { factors[item] = (1 - xi) / Double(entry) }
      own[item] = max(0, min(share, xi))
    }
    return try inverse.matrix(processor: trainer.processor) { [factors, own] item, row in
      for other in row.indices {
        row[other] = Float(-Double(row[other]) * factors[other] * powers[item] / powers[other])
      }
      row[item] = Float(own[item])
    }
  }

  private mutating func inverse(
    _ values: LinearValues, trainer: Trainer
  ) throws -> (ridge: [Double], inverse: InverseGram<Float>) {
    if hasInverse(for: values), let last { return (last.ridge, last.inverse) }
    last = nil
    let beta = values.userExponent
    let weights = userCounts.map { $0 > 0 ? pow($0, -beta) : 0 }
    let (base, noise) = (values.l2 * pow(meanCount, -beta), values.dropout / (1 - values.dropout))
    let ridge = itemCounts.map { base + noise * $0 }
    do {
      let inverse = try InverseGram<Float>(
        of: rows, weights: beta == 0 ? nil : weights, ridge: ridge, processor: trainer.processor
      ) { _ in if trainer.isInterrupted() { throw TrainingError.interrupted } }
      last = (values, ridge, inverse)
      return (ridge, inverse)
    } catch is GSLError {
      throw TrainingError.unsolvable(model: Linear.name, setting: "l2", value: values.l2)
    }
  }
}
