import Compute
import Foundation

/// A classifier that tries to tell synthetic users from real ones (Lopez-Paz and Oquab, ICLR 2017).
///
/// Users are cut into quarters, equal profiles together. For each quarter in turn two others describe both kinds of users,
/// one fits a logistic regression, and the quarter itself is judged, so no user has a part in what judges them. The features
/// describe the items of profiles and their co-occurrence:
/// length; mean popularity of the items among real users, and its ratio to that among synthetic ones; mean similarity to
/// all described users of either kind and to the ten nearest; and how much more pairs of the user's items occur together in
/// either kind than by chance.
struct TwoSampleTest: Sendable {
  /// The mean area under the curve over the quarters; 0.5 is what guessing gets.
  let area: Double
  /// Its standard error.
  let standardError: Double

  static let least = 40

  init?(_ kernel: KernelMatrix, seed: Seed, _ processor: Processor) throws {
    if kernel.half < Self.least { return nil }
    let quarters = Self.quarters(kernel.rows, seed)
    let parts = try processor.map(count: 4) { quarter -> (value: Double, standardError: Double)? in
      let fitted = (quarter + 1) % 4
      let described = kernel.rows.rowCount
      let isDescribed = (0..<described).map { quarters[$0] != quarter && quarters[$0] != fitted }
      let features = ProfileFeatures(kernel, described: isDescribed)
      let training = quarters.indices.filter { quarters[$0] == fitted }
      let testing = quarters.indices.filter { quarters[$0] == quarter }
      // Where most profiles are the same, a quarter may be without one kind, or empty.
      guard Set(training.map { $0 >= kernel.half }).count == 2 else { return nil }
      let model = try LogisticRegression(
        training.map(features.values), isPositive: training.map { $0 >= kernel.half })
      func scores(_ isSynthetic: Bool) -> [Double] {
        testing.filter { ($0 >= kernel.half) == isSynthetic }.map { model.score(features.values(of: $0)) }
      }
      return ReceiverOperating.area(positives: scores(true), negatives: scores(false))
    }.compactMap(\.self)
    if parts.isEmpty { return nil }
    let count = Double(parts.count)
    area = parts.reduce(0) { $0 + $1.value } / count
    standardError = parts.reduce(0) { $0 + $1.standardError * $1.standardError }.squareRoot() / count
  }

  /// A quarter for every user: random, balanced between the kinds, the same for equal profiles.
  private static func quarters(_ rows: SparseRows, _ seed: Seed) -> [Int] {
    var random = seed.stream(for: AuditDraw.testQuarters)
    let half = rows.rowCount / 2
    var quarters = [Int](repeating: 0, count: rows.rowCount)
    var known: [ArraySlice<Int32>: Int] = [:]
    for start in [0, half] {
      for (place, offset) in random.permutation(half).enumerated() {
        let row = start + offset
        let profile = rows.indices(ofRow: row)
        let quarter = known[profile] ?? place % 4
        known[profile] = quarter
        quarters[row] = quarter
      }
    }
    return quarters
  }
}

/// What the classifier sees of a user.
struct ProfileFeatures: Sendable {
  private let kernel: KernelMatrix
  private let kinds: [(members: [Int], counts: [Int])]

  init(_ kernel: KernelMatrix, described: [Bool]) {
    self.kernel = kernel
    kinds = [0..<kernel.half, kernel.half..<2 * kernel.half].map { range in
      let members = range.filter { described[$0] }
      return (members, kernel.rows.selecting(rows: members).columnCounts())
    }
  }

  func values(of user: Int) -> [Double] {
    let profile = kernel.rows.indices(ofRow: user)
    let length = Double(profile.count)
    var features = [log(1 + length)]
    var popularity: [Double] = []
    for kind in kinds {
      let (size, counts) = (Double(max(1, kind.members.count)), kind.counts)
      popularity.append(profile.reduce(0) { $0 + log((Double(counts[Int($1)]) + 0.5) / size) } / max(1, length))
      var (total, pairs) = (0.0, 0.0)
      var near: [Float] = []
      for member in kind.members {
        let similarity = kernel.similarities[user, member]
        near.append(similarity)
        total += Double(similarity)
        // |x ∩ y| again from the quotient: a pair of x's items occurs once in y for each pair of common items.
        let sum = length + Double(kernel.rows.count(ofRow: member))
        let common = (Double(similarity) * sum / (1 + Double(similarity))).rounded()
        pairs += common * (common - 1) / 2
      }
      let nearest = JaccardIndex.top(10, near)
      features.append(total / size)
      features.append(nearest.isEmpty ? 0 : Double(nearest.reduce(0, +)) / Double(nearest.count))
      let (single, squares) = profile.reduce(into: (0.0, 0.0)) { sums, item in
        let count = Double(counts[Int(item)])
        sums.0 += count
        sums.1 += count * count
      }
      features.append(log((pairs + 0.5) / ((single * single - squares) / (2 * size) + 0.5)))
    }
    features += [popularity[0], popularity[1] - popularity[0]]
    return features
  }
}
