public import Autoencoders
import Compute
import Foundation

/// A training needs more memory than is allowed.
public struct TooLittleMemory: Error, Equatable, CustomStringConvertible {
  /// The model.
  public let model: String
  /// The memory that it needs.
  public let needed: TrainingMemory
  /// The allowed memory, in bytes.
  public let allowed: Int
  /// Whether the limit was set by the user; otherwise it is the memory of the machine.
  public let isLimited: Bool
  /// The largest batch size that would fit, if there is one.
  public let largestBatch: Int?

  fileprivate var allowance: String {
    "\(isLimited ? "the limit of" : "this machine's") \(TrainingMemory.megabytes(allowed))"
  }

  /// What is wrong, in one sentence.
  public var description: String {
    "\(model) needs about \(needed), more than \(allowance); "
      + (largestBatch.map { "a batch size of \($0) would fit" }
        ?? "no batch size would fit; use smaller layers, or fewer items")
  }
}

extension Experiment {
  /// The memory needed to fit a model.
  public func memory(of model: any ZooModel) -> TrainingMemory { model.memory(rows, processor: processor) }

  /// Estimates the memory for fitting models one after the other, and throws if it is too much.
  ///
  /// - Parameters:
  ///   - limit: in bytes; `nil` for the machine's own memory.
  ///   - resident: the bytes of data and program; `nil` for the current size.
  /// - Returns: a note on the largest model; empty if no model is trained in epochs.
  /// - Throws: ``TooLittleMemory``.
  public func memoryNotes(
    _ models: [any ZooModel], limit: Int? = nil, resident: Int? = nil
  ) throws(TooLittleMemory) -> [String] {
    var needs = needs(of: models)
    if let resident { for place in needs.indices { needs[place].memory.resident = resident } }
    if let refusal = refusal(of: needs, limit: limit)?.error { throw refusal }
    let trained = needs.filter { $0.model.hasEpochs }
    let largest = trained.max { $0.memory.total < $1.memory.total }
    return largest.map { ["\($0.model.name) needs about \($0.memory)"] } ?? []
  }

  /// The models whose fits have enough memory, and a note on each of the others.
  ///
  /// - Throws: ``TooLittleMemory`` if it is not enough for any model.
  func fitting(
    _ models: [any ZooModel], limit: Int?
  ) throws(TooLittleMemory) -> (models: [any ZooModel], notes: [String]) {
    var (left, notes) = (models, [String]())
    while let (place, error) = refusal(of: needs(of: left), limit: limit) {
      if left.count == 1 { throw error }
      left.remove(at: place)
      notes.append(
        "\(error.model) is left out: it needs about \(TrainingMemory.megabytes(error.needed.total)), more than "
          + error.allowance)
    }
    return (left, notes)
  }

  /// The first model that needs too much.
  private func refusal(
    of needs: [(model: any ZooModel, memory: TrainingMemory)], limit: Int?
  ) -> (place: Int, error: TooLittleMemory)? {
    let allowed = limit ?? Int(ProcessInfo.processInfo.physicalMemory)
    guard let place = needs.firstIndex(where: { $0.memory.total > allowed }) else { return nil }
    let (model, memory) = needs[place]
    let error = TooLittleMemory(
      model: model.name, needed: memory, allowed: allowed, isLimited: limit != nil,
      largestBatch: model.largestBatch(within: allowed, rows, processor: processor))
    return (place, error)
  }

  /// The memory for fitting each model while fits that later models use are kept.
  private func needs(of models: [any ZooModel]) -> [(model: any ZooModel, memory: TrainingMemory)] {
    models.enumerated().map { place, model in
      var needed = memory(of: model)
      let later = models[(place + 1)...].flatMap { $0.withMembers }
      var kept: [any ZooModel] = []
      for earlier in models[..<place].flatMap({ $0.withMembers }) where later.contains(where: earlier.isEqual) {
        // The parts of the model itself are in its own estimate.
        if !(model.withMembers + kept).contains(where: earlier.isEqual) { kept.append(earlier) }
      }
      needed.parameters += kept.reduce(0) { $0 + (rows.fitsAgain ? 2 : 1) * memory(of: $1).fitted }
      return (model, needed)
    }
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

  /// Bytes in words, such as `12 MB`, rounded up.
  public static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
