import FileFormats
import Foundation
import InteractionData
import Testing

@Suite("Lists of ids")
struct IdentifierListTests {
  private func list(
    _ text: String, _ read: (String) throws -> Vocabulary = { try IdentifierList.read($0) }
  ) throws -> [String] {
    try withTemporaryDirectory { directory in
      let path = directory + "/list.txt"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try read(path).ids
    }
  }

  @Test("an id that begins with a byte order mark comes back unchanged, wherever it stands")
  func byteOrderMark() throws {
    for ids in [["\u{FEFF}x", "y", "x"], ["x", "\u{FEFF}x"], ["\u{FEFF}"], ["\u{FEFF}\u{FEFF}a", "\u{FEFF}a"]] {
      try withTemporaryDirectory { directory in
        try IdentifierList.write(ids, to: directory + "/items.txt")
        let read = try IdentifierList.read(directory + "/items.txt").ids
        #expect(read.map { Array($0.utf8) } == ids.map { Array($0.utf8) })
      }
    }
  }

  @Test("an id may begin as a file of another format does")
  func strangeIds() throws {
    let ids = ["<!doctype html>", "PAR1", "%PDF-1.4", "{\"a\":1}"]
    #expect(try list(ids.joined(separator: "\n")) == ids)
    #expect(try list(ids.joined(separator: "\n")) { try IdentifierList.readSet($0) } == ids)
  }

  @Test(
    "a list in the order of weights has every id once, and nothing else",
    arguments: ["", "a\n\nb\n", "a\nb\na\n", "a\n\tb\n", "a\n\n"])
  func strict(text: String) { #expect(throws: DataError.self) { try list(text) } }

  @Test(
    "a list that somebody made may be empty, repeat itself, and have blank lines, CR LF and a byte order mark",
    arguments: [
      ("", []), ("\n\r\n  \n", []), ("a\nb\na\n", ["a", "b"]), ("\u{FEFF}a\r\n\r\nb\r\n", ["a", "b"]),
      ("a\n\u{FEFF}b", ["a", "\u{FEFF}b"]), ("\u{FEFF}", []), (" a b \n", [" a b "]),
    ])
  func handMade(text: String, ids: [String]) throws {
    #expect(try list(text) { try IdentifierList.readSet($0) }.map { Array($0.utf8) } == ids.map { Array($0.utf8) })
  }

  @Test("what is no text is refused in either")
  func notText() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/list.txt"
      try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: path))
      for read in [IdentifierList.read, IdentifierList.readSet] {
        let error = #expect(throws: DataError.self) { _ = try read(path) }
        #expect(error?.line == 2)
      }
    }
  }
}
