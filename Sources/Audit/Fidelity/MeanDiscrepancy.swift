import Compute
import Foundation

/// Maximum mean discrepancy of two sets of users with the Jaccard kernel (Gretton et al., JMLR 13, 2012).
///
/// The unbiased estimate: mean k(x, x′) over pairs within the first set, plus the same of the second, minus twice the mean of
/// k(x, y). It may dip below 0.
struct MeanDiscrepancy: Sendable {
  /// MMD².
  let value: Double
  /// What is expected to vary with the users drawn.
  let standardError: Double
  /// The share of relabellings with an MMD² at least as large, the observed one included.
  let pValue: Double
  /// The mean similarity of two users of the first set.
  let within: Double

  init(_ kernel: KernelMatrix, permutations: Int, seed: Seed, _ processor: Processor) {
    let (n, size) = (kernel.half, kernel.rows.rowCount)
    let k = kernel.similarities
    // Column 0 holds the observed labels, the others random ones with as many on each side.
    var labels = Matrix<Float>(rows: size, columns: permutations + 1)
    for row in 0..<size { labels[row, 0] = row < n ? 1 : 0 }
    for column in 1..<permutations + 1 {
      var random = seed.stream(for: AuditDraw.permutedLabels, column)
      for row in random.permutation(size)[..<n] { labels[row, column] = 1 }
    }
    var toFirst = Matrix<Float>(rows: size, columns: permutations + 1)
    processor.engine.multiply(k, labels, into: &toFirst)
    var totals = [Double](repeating: 0, count: size)
    for row in 0..<size { for value in k[row: row] { totals[row] += Double(value) } }
    let (pairs, cross) = (Double(n) * Double(n - 1), Double(n) * Double(n))
    func statistic(_ column: Int) -> Double {
      var (first, second, mixed) = (0.0, 0.0, 0.0)
      for row in 0..<size {
        let near = Double(toFirst[row, column])
        let own = Double(k[row, row])
        if labels[row, column] > 0 {
          first += near - own
          mixed += totals[row] - near
        } else {
          second += totals[row] - near - own
        }
      }
      return first / pairs + second / pairs - 2 * mixed / cross
    }
    let observed = statistic(0)
    let relabelled = (1..<permutations + 1).map(statistic)
    value = observed
    let allowance = 1e-9
    pValue = Double(1 + relabelled.count { $0 >= observed - allowance }) / Double(permutations + 1)
    // Hájek's projection: the mean of the kernel of the U-statistic, user by user; and where that vanishes, as for equal
    // populations, what relabelling shows.
    func projections(_ range: Range<Int>, _ isFirst: Bool) -> [Double] {
      range.map { row in
        let near = Double(toFirst[row, 0])
        let own = Double(k[row, row])
        let (within, across) = isFirst ? (near, totals[row] - near) : (totals[row] - near, near)
        return (within - own) / Double(n - 1) - across / Double(n)
      }
    }
    let first = Statistics.standardError(projections(0..<n, true))
    let second = Statistics.standardError(projections(n..<size, false))
    let null = Statistics.standardDeviation(relabelled)
    standardError = (4 * (first * first + second * second) + null * null).squareRoot()
    within = (0..<n).reduce(0.0) { $0 + Double(toFirst[$1, 0]) - Double(k[$1, $1]) } / pairs
  }
}
