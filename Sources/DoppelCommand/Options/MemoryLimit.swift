import ArgumentParser
import Foundation

/// An amount of memory as a user writes it: 400MB, 2GB, 1.5GiB.
struct MemoryLimit {
  let bytes: Int

  private static let units: [(name: String, bytes: Double)] = [
    ("KIB", 1024), ("MIB", 1_048_576), ("GIB", 1_073_741_824), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1),
  ]

  /// - Throws: `ValidationError` for text that is not an amount.
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
