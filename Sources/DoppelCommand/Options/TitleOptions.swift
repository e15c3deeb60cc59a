import ArgumentParser
import Doppel

/// A table that says what items are called.
struct TitleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Table with the titles of items: id, title[, more columns].", valueName: "file"),
    completion: .file())
  var titles: String?

  /// What is read.
  var inputs: [(name: String, path: String?)] { [("--titles", titles)] }

  /// Gives a model the titles of the table, if there is one, before those it has.
  ///
  /// - Parameter note: takes how the table was read.
  /// - Throws: `InputError`, `DataError`.
  func give(to model: inout ModelDirectory, note: ([String]) -> Void) throws {
    if let titles = try read(for: model.items, note: note) { model.titles = titles }
  }

  /// Reads the table, if there is one.
  ///
  /// - Parameter note: takes how it was read.
  /// - Throws: `InputError`, `DataError`.
  func read(for items: Vocabulary, note: ([String]) -> Void) throws -> ItemTitles? {
    guard let titles else { return nil }
    let found = try ItemTitles.reading(titles, for: items)
    note(found.notes)
    return found.titles
  }
}
