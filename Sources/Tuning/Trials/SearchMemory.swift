public import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import InteractionData

/// What a search with halving holds in memory at most: the largest training of its space, beside trainings that wait.
///
/// A training that waits keeps its weights, their moments, and the weights of its best epoch.
public struct SearchMemory: Sendable, Equatable {
  /// The largest training.
  public let training: TrainingMemory
  /// How many trainings wait at most while one runs.
  public let waiting: Int

  /// What a training that waits keeps at most, in bytes.
  public var state: Int { training.parameters + training.kept }

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

/// A search would need more memory than it may have, for the trainings that it may go on with.
public struct TooLittleSearchMemory: Error, Equatable, CustomStringConvertible {
  /// The model.
  public let model: String
  /// What its search needs.
  public let needed: SearchMemory
  /// What it may have, in bytes.
  public let allowed: Int
  /// Whether that is a limit that somebody set, not all that the machine has.
  public let isLimited: Bool

  /// What is wrong, in one sentence.
  public var description: String {
    "a search for \(model) may need \(needed), more than \(isLimited ? "the limit of" : "this machine's") "
      + "\(TrainingMemory.megabytes(allowed)); without halving, no training is paused"
  }
}

extension ModelSearch {
  /// The most that the search may need; `nil` where no training ever waits for others.
  var memory: SearchMemory? {
    let waiting = plan.mostWaiting
    guard waiting > 0 else { return nil }
    let (largest, training) = largest
    let rows = experiment.split.train.rowCount
    // A training that would have to begin anew keeps nothing.
    for candidate in [model, largest] {
      if case .fromState? = candidate.continuation(rows: rows) {
        return SearchMemory(training: training, waiting: waiting)
      }
    }
    return nil
  }

  /// Refuses a search whose waiting trainings do not fit beside one that runs.
  ///
  /// - Throws: ``TooLittleSearchMemory``.
  func verifyMemory() throws(TooLittleSearchMemory) {
    guard let memory else { return }
    let allowed = memoryLimit ?? Int(ProcessInfo.processInfo.physicalMemory)
    if memory.total > allowed {
      throw TooLittleSearchMemory(
        model: model.name, needed: memory, allowed: allowed, isLimited: memoryLimit != nil)
    }
  }

  /// The model of the space whose training needs the most memory.
  ///
  /// What a training needs grows or shrinks with each setting whatever the others are, so that one after the other can be
  /// taken to its worst value.
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
