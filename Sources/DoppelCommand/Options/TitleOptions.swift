import ArgumentParser
import Doppel

/// A table with the titles of items.
struct TitleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Table with the titles of items: id, title[, more columns].", valueName: "file"),
    completion: .file())
  var titles: String?

  /// The input files.
  var inputs: [(name: String, path: String?)] { [("--titles", titles)] }

  /// Gives a model the titles of the table, if there is one, in place of its own.
  ///
  /// - Parameter note: receives notes on how the table was read.
  /// - Throws: `InputError`, `DataError`.
  func give(to model: inout ModelDirectory, note: ([String]) -> Void) throws {
    if let titles = try read(for: model.items, note: note) { model.titles = titles }
  }

  /// Reads the table, if there is one.
  ///
  /// - Parameter note: receives notes on how it was read.
  /// - Throws: `InputError`, `DataError`.
  func read(for items: Vocabulary, note: ([String]) -> Void) throws -> ItemTitles? {
    guard let titles else { return nil }
    let found = try ItemTitles.reading(titles, for: items)
    note(found.notes)
    return found.titles
  }
}
