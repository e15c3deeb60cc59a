import Compute
import Foundation

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
  ///
  /// - Parameter pairs: every pair of the runs once, by the places of the runs.
  public init(runs: Int, pairs: [(a: Int, b: Int, value: Double)]) {
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

extension Interval {
  /// The difference of two means over runs, by Welch's approximation of its degrees of freedom.
  static func difference(_ a: Interval, runs aRuns: Int, _ b: Interval, runs bRuns: Int) -> Interval {
    func error(_ interval: Interval, _ runs: Int) -> (error: Double, degrees: Int) {
      let reach = interval.high - interval.value
      return (reach / Statistics.studentCritical(alpha: 0.05, degrees: Double(runs - 1)), runs - 1)
    }
    let value = a.value - b.value
    let reach = Statistics.welchReach(error(a, aRuns), error(b, bRuns))
    return Interval(value: value, low: value - reach, high: value + reach)
  }
}

extension InspectionStudy {
  /// For each two kinds of model with several runs, whose spaces agree better, and by how much.
  var stabilitySentences: [String] {
    stabilities.indices.flatMap { first in
      stabilities.indices.filter { $0 > first }.map { second in
        let (a, b) = (stabilities[first], stabilities[second])
        let difference = Interval.difference(a.procrustes, runs: a.runs, b.procrustes, runs: b.runs)
        let numbers = String(
          format: "a difference of %.4f in the Procrustes residual (95 %% interval %.4f to %.4f)",
          abs(difference.value), min(abs(difference.low), abs(difference.high)),
          max(abs(difference.low), abs(difference.high)))
        if difference.low <= 0 && difference.high >= 0 {
          return "Runs of \(a.model) and runs of \(b.model) do not differ significantly in how well their spaces agree."
        }
        let (better, worse) = difference.value < 0 ? (a.model, b.model) : (b.model, a.model)
        return "Runs of \(better) agree better than runs of \(worse): \(numbers)."
      }
    }
  }
}
