public import Autoencoders
import Compute
import Foundation

/// A training needs more memory than it may have.
public struct TooLittleMemory: Error, Equatable, CustomStringConvertible {
  /// The model.
  public let model: String
  /// What it needs.
  public let needed: TrainingMemory
  /// What it may have, in bytes.
  public let allowed: Int
  /// Whether that is a limit that somebody set, not all that the machine has.
  public let isLimited: Bool
  /// The largest batch size that would fit, if there is one.
  public let largestBatch: Int?

  /// What is wrong, in one sentence.
  public var description: String {
    "\(model) needs about \(needed), more than \(isLimited ? "the limit of" : "this machine's") "
      + "\(TrainingMemory.megabytes(allowed)); "
      + (largestBatch.map { "a batch size of \($0) would fit" }
        ?? "no batch size would fit; use smaller layers, or fewer items")
  }
}

extension Experiment {
  /// The memory needed to fit a model.
  public func memory(of model: any ZooModel) -> TrainingMemory { model.memory(rows, processor: processor) }

  /// Says what fitting some models one after the other will need, and refuses what is too much.
  ///
  /// - Parameter limit: in bytes; `nil` for the machine's own memory.
  /// - Returns: a note on the largest model; none where nothing is trained in epochs.
  /// - Throws: ``TooLittleMemory``.
  public func memoryNotes(_ models: [any ZooModel], limit: Int? = nil) throws(TooLittleMemory) -> [String] {
    let allowed = limit ?? Int(ProcessInfo.processInfo.physicalMemory)
    var largest: (name: String, memory: TrainingMemory)?
    for model in models {
      let needed = memory(of: model)
      if model.isTrainedInEpochs && needed.total > largest?.memory.total ?? 0 { largest = (model.name, needed) }
      guard needed.total > allowed else { continue }
      throw TooLittleMemory(
        model: model.name, needed: needed, allowed: allowed, isLimited: limit != nil,
        largestBatch: model.largestBatch(within: allowed, rows, processor: processor))
    }
    return largest.map { ["\($0.name) needs about \($0.memory)"] } ?? []
  }

  private var rows: TrainingRows {
    let everything = refits ? split.everything : nil
    return TrainingRows(
      count: max(split.train.rowCount, everything?.rowCount ?? 0), width: split.train.columnCount,
      fitsAgain: everything != nil && split.hasValidation,
      entries: max(split.train.nonZeroCount, everything?.nonZeroCount ?? 0))
  }
}

extension TrainingMemory: CustomStringConvertible {
  /// The total and its parts, in megabytes.
  public var description: String {
    "\(Self.megabytes(total)) (weights and moments \(Self.megabytes(parameters + kept)), "
      + "logits \(Self.megabytes(logits)), gradient buffers \(Self.megabytes(partialGradients)), "
      + "workspace \(Self.megabytes(workspace)), data and program \(Self.megabytes(resident)))"
  }

  /// Bytes in words, such as `12 MB`; a part of one counts as a whole.
  public static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
