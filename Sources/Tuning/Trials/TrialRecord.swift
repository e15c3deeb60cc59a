public import FileFormats

/// What came of a trial, or of the part of one that has been run: a line of the journal.
///
/// There is no time in it: the same run gives the same bytes.
public struct TrialRecord: Codable, Sendable, Equatable {
  /// The model.
  public var model: String
  /// The number of the trial, counted from 0: the defaults.
  public var trial: Int
  /// The rung up to which it was run, counted from 0: ``TrialPlan/rungs``.
  public var rung: Int
  /// The searched settings.
  public var settings: [String: JSONValue]
  /// The number of epochs that were planned; `nil` for a model without epochs.
  public var plannedEpochs: Int?
  /// The epochs run so far.
  public var epochs: Int?
  /// The best of them.
  public var bestEpoch: Int?
  /// The epochs run since the trial's last record.
  public var newEpochs: Int?
  /// The value of the metric that is searched by, on the validation part; `nil` where the trial failed.
  public var value: Double?
  /// Its standard error.
  public var standardError: Double?
  /// Every metric measured, by key.
  public var metrics: [String: Double]
  /// Whether the training came to its end: there is nothing to go on with.
  public var isComplete: Bool
  /// Why there is no value.
  public var failure: String?

  private enum CodingKeys: String, CodingKey {
    case model, trial, rung, settings, plannedEpochs, epochs, bestEpoch, newEpochs, value, standardError, metrics
    case isComplete = "complete"
    case failure
  }

  /// Begins a record of a trial that has not been run.
  init(model: String, trial: Int, rung: Int, settings: [String: JSONValue]) {
    (self.model, self.trial, self.rung, self.settings) = (model, trial, rung, settings)
    metrics = [:]
    isComplete = false
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

  /// What a value is multiplied by so that larger is better.
  fileprivate let sign: Double

  /// The value of the best record, larger is better; `nil` where it failed.
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
      // Of equal values the one that took fewer epochs.
      let best = records.dropFirst().reduce(first) { best, record in
        guard let value = record.value else { return best }
        return best.value.map { sign * value > sign * $0 } ?? true ? record : best
      }
      return Trial(number: number, records: records, best: best, sign: sign)
    }
  }
}

extension [Trial] {
  /// From the best to the worst; of equal scores the earlier trial first, those that failed last.
  public var ranked: [Trial] {
    sorted { (-($0.score ?? -.infinity), $0.number) < (-($1.score ?? -.infinity), $1.number) }
  }
}
