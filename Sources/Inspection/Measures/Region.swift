import Autoencoders
import Compute
import Foundation

extension LatentInspector {
  /// Where z's lie (U × L), next to a prior.
  func region(_ drawn: Matrix<Float>, _ prior: FittedPrior) -> RegionFindings {
    let width = Double(max(1, drawn.columns))
    var radii: [Double] = []
    for row in 0..<drawn.rows { radii.append((drawn.sumOfSquares(row: row) / width).squareRoot()) }
    var low = [Float](repeating: .infinity, count: drawn.columns)
    var high = [Float](repeating: -.infinity, count: drawn.columns)
    for row in 0..<drawn.rows {
      for (column, value) in drawn[row: row].enumerated() {
        low[column] = min(low[column], value)
        high[column] = max(high[column], value)
      }
    }
    let beyond = low.indices.map { column in
      prior.below(Double(low[column]), dimension: column) + prior.above(Double(high[column]), dimension: column)
    }
    let points = drawn.selecting(rows: sample(options.discrepancyPoints, of: drawn.rows))
    let others = priorPoints(points.rows, prior)
    let own = (0..<points.rows).map { points.nearest(to: $0, of: points, skipping: $0) }
    let reach = Statistics.quantiles(own, at: [0.95])[0]
    let within = (0..<others.rows).count { points.nearest(to: $0, of: others, skipping: nil) <= reach }
    return RegionFindings(
      smallest: Double(low.min() ?? 0), largest: Double(high.max() ?? 0),
      radius: Statistics.quantiles(radii, at: [0.05, 0.5, 0.95]), priorBeyondRange: Statistics.mean(beyond),
      priorWithin: others.rows == 0 ? 0 : Double(within) / Double(others.rows))
  }

  /// The same draws for every model with the same prior.
  private func priorPoints(_ count: Int, _ prior: FittedPrior) -> Matrix<Float> {
    var random = stream(.priorPoints)
    return prior.draw(count: count, using: &random)
  }

  /// Z's against a prior; see ``DiscrepancyFindings``.
  func discrepancy(_ drawn: Matrix<Float>, _ prior: FittedPrior) throws -> DiscrepancyFindings {
    let points = drawn.selecting(rows: sample(options.discrepancyPoints, of: drawn.rows))
    let count = points.rows
    guard count > 1 else { return DiscrepancyFindings(mmd: 0, critical: 0, points: count) }
    let all = Matrix(
      rows: 2 * count, columns: points.columns, elements: points.elements + priorPoints(count, prior).elements)
    let width = 2 * prior.variance.reduce(0, +)
    let kernel = try processor.map(count: all.rows) { row in
      (0..<all.rows).map { exp(-all.squaredDistance(row, to: $0, of: all) / width) }
    }
    let test = KernelTest(kernel: kernel, count: count)
    let found = test.discrepancy { $0 }
    let random = try processor.map(count: 200) { index in
      var random = stream(.permutation, index)
      let order = random.permutation(2 * count)
      return test.discrepancy { order[$0] }
    }
    return DiscrepancyFindings(mmd: found, critical: Statistics.quantiles(random, at: [0.95])[0], points: count)
  }
}

/// Two samples of one size, by the kernel between any two of their points.
private struct KernelTest: Sendable {
  /// Shape: 2 · count × 2 · count.
  let kernel: [[Double]]
  let count: Int

  /// MMD² of the points whose place is below `count` against the others.
  func discrepancy(place: (Int) -> Int) -> Double {
    let isFirst = kernel.indices.map { place($0) < count }
    var (same, other) = (0.0, 0.0)
    for (row, values) in kernel.enumerated() {
      var (own, cross) = (0.0, 0.0)
      for (column, value) in values.enumerated() {
        if isFirst[column] == isFirst[row] { own += value } else { cross += value }
      }
      same += own - values[row]
      other += cross
    }
    return same / Double(count * (count - 1)) - other / Double(count * count)
  }
}

extension Matrix<Float> {
  /// ‖a − b‖² for a row of this matrix and one of another.
  func squaredDistance(_ row: Int, to other: Int, of matrix: Matrix<Float>) -> Double {
    var sum = 0.0
    for (a, b) in zip(self[row: row], matrix[row: other]) {
      let difference = Double(a) - Double(b)
      sum += difference * difference
    }
    return sum
  }

  /// The distance from a row of another matrix to the nearest row of this one.
  func nearest(to row: Int, of matrix: Matrix<Float>, skipping own: Int?) -> Double {
    var least = Double.infinity
    for candidate in 0..<rows where candidate != own {
      least = Swift.min(least, squaredDistance(candidate, to: row, of: matrix))
    }
    return least.squareRoot()
  }
}
