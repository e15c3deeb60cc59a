import ArgumentParser
import Doppel
import Foundation

/// An amount of memory as a user writes it: 400MB, 2GB, 1.5GiB.
struct MemoryLimit {
  let bytes: Int

  private static let units: [(name: String, bytes: Double)] = [
    ("KIB", 1024), ("MIB", 1_048_576), ("GIB", 1_073_741_824), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1),
  ]

  /// - Throws: `ValidationError` for what is no amount.
  init(_ words: String) throws {
    let text = words.uppercased().replacing(" ", with: "")
    guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), number > 0, number * unit.bytes < 1e18
    else {
      throw ValidationError("--memory-limit \(words) is not an amount of memory; accepted: 400MB, 2GB, 1.5GiB, …")
    }
    bytes = Int(number * unit.bytes)
  }

}

extension ModelOptions {
  /// Says what a training will need, and refuses what is too much.
  ///
  /// Without a limit it is the machine's own memory.
  ///
  /// - Parameters:
  ///   - memory: what a model needs.
  ///   - largestBatch: the largest batch size within so many bytes.
  /// - Returns: a note on the largest model; none where nothing is trained.
  /// - Throws: ``UsageError`` with the numbers and what would fit.
  func memoryNotes(
    _ models: [any ZooModel], _ memory: (any ZooModel) -> TrainingMemory,
    _ largestBatch: (any ZooModel, Int) -> Int?
  ) throws -> [String] {
    let allowed = memoryLimit?.bytes ?? Int(ProcessInfo.processInfo.physicalMemory)
    var largest: (name: String, memory: TrainingMemory)?
    for model in models {
      let needed = memory(model)
      if model.isTrainedInEpochs && needed.total > largest?.memory.total ?? 0 { largest = (model.name, needed) }
      guard needed.total > allowed else { continue }
      let way =
        largestBatch(model, allowed).map { "--batch-size \($0) would fit" }
        ?? "no batch size would fit; use a smaller --hidden or --latent, or fewer items (--min-item-users)"
      throw UsageError(
        "\(model.name) needs about \(Self.words(needed)), more than "
          + (memoryLimit == nil
            ? "this machine's \(Self.megabytes(allowed))" : "--memory-limit \(Self.megabytes(allowed))")
          + "; \(way)")
    }
    return largest.map { ["\($0.name) needs about \(Self.words($0.memory))"] } ?? []
  }

  private static func words(_ memory: TrainingMemory) -> String {
    "\(megabytes(memory.total)) (weights and moments \(megabytes(memory.parameters)), logits "
      + "\(megabytes(memory.logits)), gradient buffers \(megabytes(memory.partialGradients)), workspace "
      + "\(megabytes(memory.workspace)), data and program \(megabytes(memory.resident)))"
  }

  private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
