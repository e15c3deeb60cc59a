import FileFormats
import Foundation

/// Titles beside a saved model: `titles.tsv`, a line for each item of `items.txt`, in its order.
///
/// The columns are `item`, `title` and, where genres are known, `genre` with `|` between several; unknown values are
/// empty.
extension ItemTitles {
  /// The file's name in a model directory.
  public static let fileName = "titles.tsv"

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `OutputError` when it cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(to: path) { output in
      try output.write("item\ttitle" + (genres.isEmpty ? "\n" : "\tgenre\n"))
      for item in 0..<items.count {
        let own =
          genres.isEmpty
          ? "" : "\t" + genres(of: item).map { genres[$0].replacing("|", with: "/") }.joined(separator: "|")
        try output.write("\(items[item])\t\(title(of: item) ?? "")\(own)\n")
      }
    }
  }

  /// Reads the file of a model directory.
  ///
  /// - Returns: `nil` if there is none.
  /// - Throws: `DataError` when its lines are not those of `items`.
  public init?(contentsOf path: String, items: Vocabulary) throws {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = try ByteSource(path: path).withBytes { span in span.indices.map { span[$0] } }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    func text(_ line: Int) throws -> [String] {
      guard let text = String(validating: lines[line], as: UTF8.self) else {
        throw DataError(
          path: path, line: line + 1, text: String(decoding: lines[line], as: UTF8.self), message: "is not UTF-8",
          accepted: "the file that train writes")
      }
      return text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    let header = lines.isEmpty ? [] : try text(0)
    guard header == ["item", "title"] || header == ["item", "title", "genre"], lines.count == items.count + 1 else {
      throw DataError(
        path: path, message: "has \(counted(lines.count, "line"))",
        accepted:
          "item, title[, genre] with tabs between them, and a line for each of the \(items.count) items of items.txt")
    }
    var (titles, genres): ([String?], [[String]]) = ([], [])
    for item in 0..<items.count {
      let fields = try text(item + 1)
      guard fields.count == header.count, fields[0].utf8.elementsEqual(items[item].utf8) else {
        throw DataError(
          path: path, line: item + 2, text: fields.joined(separator: "\t"),
          message: "is not the line of \(items[item])",
          accepted: "\(header.count) columns, the first the id on line \(item + 1) of items.txt")
      }
      titles.append(fields[1].isEmpty ? nil : fields[1])
      if header.count == 3 { genres.append(fields[2].split(separator: "|").map(String.init)) }
    }
    self.init(items: items, titles: titles, genres: header.count == 3 ? genres : nil)
  }
}
