public import FileFormats
import Presentation

/// The result of a trial, or of the part of it that has run: a line of the journal.
///
/// It contains no time, so that the same run gives the same bytes.
public struct TrialRecord: Codable, Sendable, Equatable {
  /// The model.
  public var model: String
  /// The number of the trial, counted from 0, which is the defaults.
  public var trial: Int
  /// The rung up to which it ran, counted from 0; see ``TrialPlan/rungs``.
  public var rung: Int
  /// The searched settings.
  public var settings: [String: JSONValue]
  /// The planned number of epochs; `nil` for a model without epochs.
  public var plannedEpochs: Int?
  /// The epochs run so far.
  public var epochs: Int?
  /// The best of them.
  public var bestEpoch: Int?
  /// The epochs run since the trial's last record.
  public var newEpochs: Int?
  /// The value of the optimised metric on the validation part; `nil` if the trial failed.
  public var value: Double?
  /// Its standard error.
  public var standardError: Double?
  /// Every metric measured, by key.
  public var metrics: [String: Double]
  /// Whether the training is complete and cannot continue.
  public var isComplete: Bool
  /// The reason for a missing value.
  public var failure: String?

  private enum CodingKeys: String, CodingKey {
    case model, trial, rung, settings, plannedEpochs, epochs, bestEpoch, newEpochs, value, standardError, metrics
    case isComplete = "complete"
    case failure
  }

  /// Begins a record of a trial that has not run.
  init(model: String, trial: Int, rung: Int, settings: [String: JSONValue]) {
    (self.model, self.trial, self.rung, self.settings) = (model, trial, rung, settings)
    metrics = [:]
    isComplete = false
  }
}

extension TrialRecord {
  /// The record in one line.
  ///
  /// - Parameters:
  ///   - trials: the number of trials of the model; `nil` for no number.
  ///   - metric: the name of the value.
  public func words(of trials: Int?, metric: String) -> String {
    var words = "\(model), trial \(trial)\(trials.map { " of \($0)" } ?? ""): "
    words += value.map { "\(metric) \(Number.decimal($0))" } ?? "failed: \(failure ?? "")"
    if let epochs, let bestEpoch, value != nil { words += " at epoch \(bestEpoch) of \(epochs)" }
    return words + (trial == 0 ? " (the defaults)" : "")
  }

  /// The value, if the trial has not failed, and the settings that are numbers, for curves over trials.
  ///
  /// - Parameter metric: the name of the value.
  public func scalars(metric: String) -> [(tag: String, value: Double)] {
    var scalars = value.map { [(tag: "metric/\(metric)", value: $0)] } ?? []
    for (name, setting) in settings.sorted(by: { $0.key < $1.key }) {
      if case .number(let value) = setting { scalars.append((tag: "setting/\(name)", value: value)) }
    }
    return scalars
  }
}

/// A trial with all its records.
public struct Trial: Sendable, Equatable {
  /// Its number.
  public let number: Int
  /// Its records, in order.
  public let records: [TrialRecord]
  /// The best of them.
  public let best: TrialRecord

  /// The factor that makes a larger value better.
  fileprivate let sign: Double

  /// The value of the best record, larger is better; `nil` if it failed.
  public var score: Double? { best.value.map { sign * $0 } }

  /// The epochs run.
  public var epochs: Int { records.reduce(0) { $0 + ($1.newEpochs ?? 0) } }
}

extension [TrialRecord] {
  /// The trials, in the order of their first records.
  ///
  /// - Parameter largerIsBetter: which of a trial's records is the best.
  public func trials(largerIsBetter: Bool) -> [Trial] {
    let sign = largerIsBetter ? 1.0 : -1.0
    var order: [Int] = []
    let grouped = Dictionary(grouping: self, by: \.trial)
    for record in self where !order.contains(record.trial) { order.append(record.trial) }
    return order.compactMap { number in
      guard let records = grouped[number], let first = records.first else { return nil }
      // Of equal values, the one with fewer epochs.
      let best = records.dropFirst().reduce(first) { best, record in
        guard let value = record.value else { return best }
        return best.value.map { sign * value > sign * $0 } ?? true ? record : best
      }
      return Trial(number: number, records: records, best: best, sign: sign)
    }
  }
}

extension [Trial] {
  /// From the best to the worst; of equal scores the earlier trial first, failed trials last.
  public var ranked: [Trial] {
    sorted { (-($0.score ?? -.infinity), $0.number) < (-($1.score ?? -.infinity), $1.number) }
  }
}
