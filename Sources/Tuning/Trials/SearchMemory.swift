public import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import InteractionData

/// The maximum memory of a search with halving: the largest training of its space, and the paused trainings.
///
/// A paused training keeps its weights, their moments, and the weights of its best epoch.
public struct SearchMemory: Sendable, Equatable {
  /// The largest training.
  public let training: TrainingMemory
  /// The maximum number of paused trainings while one runs.
  public let waiting: Int
  /// The maximum memory of a paused training, in bytes.
  public let state: Int

  /// Bytes.
  public var total: Int { training.total + waiting * state }
}

extension SearchMemory: CustomStringConvertible {
  /// The total and its parts, in megabytes.
  public var description: String {
    "\(TrainingMemory.megabytes(total)) (\(TrainingMemory.megabytes(training.total)) for the largest trial, and for "
      + "\(counted(waiting, "training")) that may continue, \(TrainingMemory.megabytes(state)) each)"
  }
}

/// A search needs more memory than is allowed, because of its paused trainings.
public struct TooLittleSearchMemory: Error, Equatable, CustomStringConvertible {
  /// The model.
  public let model: String
  /// The memory that its search needs.
  public let needed: SearchMemory
  /// The allowed memory, in bytes.
  public let allowed: Int
  /// Whether the limit was set by the user; otherwise it is the memory of the machine.
  public let isLimited: Bool

  /// What is wrong, in one sentence.
  public var description: String {
    "a search for \(model) may need \(needed), more than \(isLimited ? "the limit of" : "this machine's") "
      + "\(TrainingMemory.megabytes(allowed)); without halving, no training is paused"
  }
}

extension TrialFitter {
  /// The maximum memory of the search; `nil` if no training is ever paused.
  var memory: SearchMemory? {
    guard plan.mostWaiting > 0, let training = largestPaused else { return nil }
    return SearchMemory(training: training, waiting: plan.mostWaiting, state: training.state)
  }

  /// The maximum memory of each of several processes that share the trials of several models; `nil` for a model whose
  /// trainings are never paused.
  ///
  /// A process keeps at most its share of the trainings that a single process would keep, whatever their models.
  static func memories(of fitters: [TrialFitter], processes: Int) -> [SearchMemory?] {
    let largest = fitters.map(\.largestPaused)
    // The training that a single process continues at once can wait as well.
    let waiting = fitters.map { ($0.plan.mostWaiting + processes) / processes }.max() ?? 0
    let state = largest.compactMap { $0?.state }.max() ?? 0
    return largest.map { training in
      training.map { SearchMemory(training: $0, waiting: waiting, state: state) }
    }
  }

  /// Refuses a search whose paused trainings do not fit beside a running one.
  ///
  /// - Throws: ``TooLittleSearchMemory``.
  func verify(_ memory: SearchMemory?) throws(TooLittleSearchMemory) {
    guard let memory else { return }
    let allowed = memoryLimit ?? Int(ProcessInfo.processInfo.physicalMemory)
    if memory.total > allowed {
      throw TooLittleSearchMemory(
        model: model.name, needed: memory, allowed: allowed, isLimited: memoryLimit != nil)
    }
  }

  /// The largest training of the space; `nil` if none is ever paused.
  private var largestPaused: TrainingMemory? {
    guard plan.rungs.count > 1, plan.trials > 1 else { return nil }
    let (largest, training) = largest
    let rows = experiment.split.train.rowCount
    // A training that cannot continue keeps nothing.
    for candidate in [model, largest] {
      if case .fromState? = candidate.continuation(rows: rows) { return training }
    }
    return nil
  }

  /// The model of the space whose training needs the most memory.
  ///
  /// The memory is monotone in each setting, whatever the others are, so each can be set to its worst value in turn.
  private var largest: (model: any ZooModel, memory: TrainingMemory) {
    var largest = (model: model, memory: experiment.memory(of: model))
    for dimension in space.dimensions {
      for value in dimension.choices ?? [dimension.value(at: 0), dimension.value(at: 1)] {
        guard let other = try? largest.model.setting([dimension.name: value]) else { continue }
        let memory = experiment.memory(of: other)
        if memory.total > largest.memory.total { largest = (other, memory) }
      }
    }
    return largest
  }
}

extension TrainingMemory {
  /// The memory of a paused training, in bytes.
  fileprivate var state: Int { parameters + kept }
}
