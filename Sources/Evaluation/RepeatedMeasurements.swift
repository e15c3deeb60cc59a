import Compute
import InteractionData

/// The user (or rating) and the run of every value of a repeated comparison, and the precision of their mean (N values,
/// U users, R runs).
///
/// A value is `μ + a_u + b_r + e_ur`: users differ, runs differ (by their seeds, and with them the training), and the
/// same user differs from run to run. A mean over all values has the variance `σ_a² Σ N_u² / N² + σ_b² Σ n_r² / N² +
/// σ_e² / N`, where N_u is the number of measurements of user u and n_r the number of users of run r. It is estimated
/// from the mean square between runs, which contains `σ_b²` and `σ_e²`, and the part of `σ_a²` that the runs share
/// because they measure the same users; the components are estimated by moments (Gao and Owen, "Efficient moment
/// calculations for variance components in large unbalanced crossed random effects models", Electronic Journal of
/// Statistics 2017), which take one pass over the values. The degrees of freedom are Satterthwaite's ("An approximate
/// distribution of estimates of variance components", Biometrics Bulletin 1946).
///
/// If every run measures the same users, this is the F″ of Clark ("The language-as-fixed-effect fallacy", Journal of
/// Verbal Learning and Verbal Behavior 1973), with users and runs in place of subjects and words; if no user is
/// measured twice, as on folds, it is the t-test of the means of the runs.
///
/// It covers other users of the same kind and other seeds, given these data. Runs on the same data share most of their
/// training rows, so the variation between data sets is not included.
public struct RepeatedMeasurements: Sendable {
  /// The user or rating of each value; shape: N.
  public let units: [Int32]
  /// The run of each value; shape: N.
  public let runs: [Int32]
  /// How often each user was measured; shape: U.
  private let counts: [Int]
  /// How many users each run measured; shape: R.
  private let sizes: [Int]

  /// Numbers the users of several runs.
  ///
  /// - Parameter runs: for each run the names of its users, in the order of its values.
  /// - Precondition: every run has a user.
  public init(_ runs: [[String]]) {
    precondition(runs.allSatisfy { !$0.isEmpty }, "a run without users")
    let names = Vocabulary(ids: runs.lazy.joined())
    units = runs.flatMap { $0.map { Int32(names.index(of: $0) ?? 0) } }
    self.runs = runs.enumerated().flatMap { run, users in [Int32](repeating: Int32(run), count: users.count) }
    var counts = [Int](repeating: 0, count: names.count)
    for unit in units { counts[Int(unit)] += 1 }
    self.counts = counts
    sizes = runs.map(\.count)
  }

  /// A mean with its standard error.
  public struct Estimate: Sendable, Equatable {
    /// The mean of all values.
    public let mean: Double
    /// Its standard error.
    public let standardError: Double
    /// The degrees of freedom of the standard error.
    public let degrees: Double
  }

  /// The mean of values in the order of ``units``, or `nil` for fewer than two runs.
  ///
  /// - Precondition: one value for each user of each run.
  /// - Complexity: O(N).
  public func estimate(_ values: [Double]) -> Estimate? {
    precondition(values.count == units.count, "\(values.count) values of \(units.count) measurements")
    guard sizes.count > 1 else { return nil }
    let total = Double(values.count)
    let (userCount, runCount) = (Double(counts.count), Double(sizes.count))
    let mean = Statistics.mean(values)
    var ofUsers = [Double](repeating: 0, count: counts.count)
    var ofRuns = [Double](repeating: 0, count: sizes.count)
    var squares = 0.0
    for (position, value) in values.enumerated() {
      let deviation = value - mean
      ofUsers[Int(units[position])] += deviation
      ofRuns[Int(runs[position])] += deviation
      squares += deviation * deviation
    }
    // Sums of squares: of the runs' means, within runs, within users.
    let between = zip(ofRuns, sizes).reduce(0) { $0 + $1.0 * $1.0 / Double($1.1) }
    let withinRuns = max(0, squares - between)
    let withinUsers = max(0, squares - zip(ofUsers, counts).reduce(0) { $0 + $1.0 * $1.0 / Double($1.1) })
    let sameUser = counts.reduce(0) { $0 + Double($1 * $1) } / (total * total)
    let sameRun = sizes.reduce(0) { $0 + Double($1 * $1) } / (total * total)

    // σ_a² + σ_e², and its part σ_e², estimated from users of several runs.
    let ofRun = total > runCount ? withinRuns / (total - runCount) : 0
    let shared = 1 - sameUser - sameRun + 1 / total
    var residual = ofRun
    if total > userCount && shared > 1e-9 {
      let ofUser = withinUsers / (total - userCount)
      let all = squares / total
      residual = min(max((ofRun * (1 - sameUser) + ofUser * (1 - sameRun) - all) / shared, 0), ofRun)
    }
    let users = ofRun - residual

    let scale = sameRun / (1 - sameRun)
    let runs = between / total * scale
    let rest =
      users * (sameUser - (runCount / total - sameUser) * scale) + residual * (1 - (runCount - 1) * scale) / total
    let variance = max(0, runs + rest)
    let repeated = Double(max(2, counts.count { $0 > 1 }))
    let spread = runs * runs / (runCount - 1) + rest * rest / (repeated - 1)
    return Estimate(
      mean: mean, standardError: variance.squareRoot(),
      degrees: spread > 0 && variance > 0 ? variance * variance / spread : runCount - 1)
  }
}
