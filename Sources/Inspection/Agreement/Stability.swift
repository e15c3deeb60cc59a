import Compute

extension RunStability {
  /// Several runs together.
  ///
  /// - Parameter pairs: every pair of the runs once, by the places of the runs.
  init(model: String, runs: Int, pairs: [(a: Int, b: Int, agreement: LatentAgreement)]) {
    func interval(_ value: (LatentAgreement) -> Double) -> Interval {
      Interval(runs: runs, pairs: pairs.map { ($0.a, $0.b, value($0.agreement)) })
    }
    self.init(
      model: model, runs: runs, procrustes: interval(\.procrustes), unaligned: interval(\.unaligned),
      cka: interval(\.cka), scaleRatio: interval(\.scaleRatio))
  }
}

extension Interval {
  /// The mean of a value over all pairs of runs, with a jackknife interval over the runs.
  ///
  /// Pairs that share a run are not independent, so runs are left out, not pairs; Student's t with runs − 1 degrees of
  /// freedom. Source: Arvesen, "Jackknifing U-statistics", Annals of Mathematical Statistics 1969.
  init(runs: Int, pairs: [(a: Int, b: Int, value: Double)]) {
    let all = Statistics.mean(pairs.map(\.value))
    let pseudo = (0..<runs).map { left in
      let others = pairs.filter { $0.a != left && $0.b != left }.map(\.value)
      return Double(runs) * all - Double(runs - 1) * Statistics.mean(others)
    }
    let reach =
      runs < 3
      ? Double.infinity
      : Statistics.standardError(pseudo) * Statistics.studentCritical(alpha: 0.05, degrees: Double(runs - 1))
    self.init(value: all, low: all - reach, high: all + reach)
  }
}
