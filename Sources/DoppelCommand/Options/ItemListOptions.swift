import ArgumentParser
import Doppel
import FileFormats

/// Files of item ids that recommendations are restricted to, or that are excluded from them.
struct ItemListOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Item ids to exclude, one per line.", valueName: "file"), completion: .file())
  var excludeItems: String?
  @Option(help: ArgumentHelp("Item ids to choose from, one per line.", valueName: "file"), completion: .file())
  var onlyItems: String?

  /// The input files.
  var inputs: [(name: String, path: String?)] { [("--exclude-items", excludeItems), ("--only-items", onlyItems)] }

  /// The ids of both files.
  ///
  /// - Parameter note: receives notes on ids that are not in the model.
  /// - Throws: `InputError`, `DataError`.
  func ids(
    for model: ModelDirectory, note: ([String]) -> Void
  ) throws -> (excluded: [String], allowed: [String]?) {
    func read(_ path: String, _ flag: String) throws -> [String] {
      let ids = try IdentifierList.readSet(path).ids
      let unknown = ids.filter { model.items.index(of: $0) == nil }
      if !unknown.isEmpty {
        let named = unknown.prefix(3).joined(separator: ", ") + (unknown.count > 3 ? ", …" : "")
        note(["ids of \(flag) that are not in the model: \(unknown.count) of \(ids.count) (\(named))"])
      }
      return ids
    }
    let excluded = try excludeItems.map { try read($0, "--exclude-items") } ?? []
    let allowed = try onlyItems.map { try read($0, "--only-items") }
    if let onlyItems, allowed?.isEmpty == true {
      throw DataError(path: onlyItems, message: "has no ids", accepted: "the ids to recommend, one a line")
    }
    return (excluded, allowed)
  }
}
