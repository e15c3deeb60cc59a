public import Autoencoders
public import Compute
public import Evaluation
public import FileFormats
import InteractionData

/// The result of a search for one model.
public struct TunedModel: Sendable {
  /// The model with its settings before the search.
  public let model: any ZooModel
  /// The search space.
  public let space: SearchSpace
  /// The planned trials and rungs.
  public let plan: TrialPlan
  /// The optimised metric.
  public let metric: Metric
  /// Every record, in order.
  public let records: [TrialRecord]
  /// Every trial, in order.
  public let trials: [Trial]

  init(_ model: any ZooModel, space: SearchSpace, plan: TrialPlan, metric: Metric, records: [TrialRecord]) {
    (self.model, self.space, self.plan, self.metric, self.records) = (model, space, plan, metric, records)
    trials = records.trials(largerIsBetter: metric.kind.largerIsBetter)
  }

  /// The name of the model.
  public var name: String { model.name }

  /// The best trial; `nil` if all failed or none was run.
  public var best: Trial? { trials.ranked.first.flatMap { $0.score == nil ? nil : $0 } }

  /// The trial of the defaults.
  public var defaults: Trial? { trials.first { $0.number == 0 } }

  /// The place of the defaults among all trials, counted from 1.
  public var placeOfDefaults: Int? { trials.ranked.firstIndex { $0.number == 0 }.map { $0 + 1 } }

  /// All epochs run.
  public var epochs: Int { trials.reduce(0) { $0 + $1.epochs } }

  /// The settings of the best trial that differ from the initial ones; empty if those were the best, or if all trials
  /// failed.
  public var bestSettings: [String: JSONValue] {
    guard let best, best.number > 0 else { return [:] }
    var settings = best.best.settings
    // A smaller number of epochs counts as a changed setting.
    if let planned = best.best.plannedEpochs, model.hyperparameters["epochs"] != .number(Double(planned)) {
      settings["epochs"] = .number(Double(planned))
    }
    return settings
  }

  /// The model with the best settings.
  public var tuned: any ZooModel { (try? model.setting(bestSettings)) ?? model }

  /// The settings of the best trial at an end of their range, with that end.
  public var atEnds: [(name: String, end: JSONValue)] {
    guard let best, best.number > 0, let point = space.point(of: best.best.settings) else { return [] }
    return zip(space.dimensions, point).compactMap { dimension, place in
      if dimension.choices != nil { return nil }
      let end: Double
      // Within a fiftieth of the range, or at the outermost whole numbers.
      if place < 0.02 || best.best.settings[dimension.name] == dimension.value(at: 0) {
        end = 0
      } else if place > 0.98 || best.best.settings[dimension.name] == dimension.value(at: 1) {
        end = 1
      } else {
        return nil
      }
      return (dimension.name, dimension.value(at: end))
    }
  }

  /// The share of the variance that each setting explains by itself; `nil` for fewer than ten trials.
  ///
  /// Trials that were stopped early are compared at the first rung, where all of them were measured. The defaults were
  /// run without pauses; they count only with a single rung.
  public func importance(seed: Seed) -> [(name: String, share: Double)]? {
    let sign = metric.kind.largerIsBetter ? 1.0 : -1.0
    let points = records.compactMap { record -> SearchPoint? in
      guard record.rung == 0, let value = record.value, let place = space.point(of: record.settings) else { return nil }
      return SearchPoint(place, value: sign * value)
    }
    guard points.count >= 10 else { return nil }
    let shares = SettingImportance(points, choices: space.dimensions.map { $0.choices?.count }, seed: seed).shares
    return zip(space.dimensions.map(\.name), shares).map { ($0, $1) }
  }

  /// Notes.
  public var notes: [String] {
    var notes: [String] = []
    if let best, best.number == 0 { notes.append("\(name): no trial was better than the initial settings") }
    for (name, end) in atEnds {
      notes.append(
        "\(self.name): the best \(name.kebabCased) lies at the end of its range (\(end.line)); a wider range may hold a better one"
      )
    }
    let failed = trials.filter { $0.score == nil }
    if let first = failed.first {
      notes.append(
        "\(name): \(counted(failed.count, "trial")) of \(trials.count) failed; the first: "
          + (first.records.compactMap(\.failure).first ?? "no value"))
    }
    return notes
  }
}
