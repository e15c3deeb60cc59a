import Foundation
import Testing

@Suite("explain")
struct ExplainTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let made = try Executable.doppel().run(
      ["simulate", "--users", "300", "--items", "80", "--tastes", "4", "--output", "p", "--quiet"], in: folder)
    #expect(made.status == 0)
  }

  private func run(_ words: String) throws -> Executable.Outcome {
    try Executable.doppel().run(["explain"] + words.split(separator: " ").map(String.init), in: folder)
  }

  @Test("the document has a title, a verdict, a text and numbers for each of five parts")
  func document() throws {
    let outcome = try run("p/interactions.tsv --latent 4 --epochs 3 --json --quiet")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let parts = try #require(found["parts"] as? [[String: Any]])
    #expect(parts.count == 5 && found["seed"] as? Int == 42)
    for part in parts {
      #expect(part["holds"] is Bool && (part["text"] as? [String])?.isEmpty == false)
      let numbers = try #require(part["numbers"] as? [String: [String: Any]])
      #expect(!numbers.isEmpty && numbers.values.allSatisfy { $0["value"] != nil && $0["interval"] != nil })
    }
  }

  @Test("titles stand in the text and on the page, which has a figure for every part")
  func titles() throws {
    let items = try folder.text("p/items.tsv")
    let table = items.split(separator: "\n").dropFirst().enumerated().map { number, line in
      "\(line.split(separator: "\t")[0])\tFilm \(number)"
    }
    try folder.write("item\ttitle\n" + table.joined(separator: "\n") + "\n", to: "titles.tsv")
    let outcome = try run("p/interactions.tsv --latent 4 --epochs 3 --quiet --titles titles.tsv --report page.html")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("| Film ") || outcome.output.contains("Film 1"))
    #expect(!outcome.output.contains("(Noir)"))
    let page = try folder.text("page.html")
    #expect(page.contains("Film 1") && page.components(separatedBy: "<figure").count >= 8)
  }

  @Test("too few people are bad data, and the message says what would do")
  func tooFew() throws {
    try folder.write((0..<900).map { "u\($0 / 15)\ti\($0 * 7 % 29)" }.joined(separator: "\n") + "\n", to: "few.tsv")
    let outcome = try run("few.tsv --quiet")
    #expect(outcome.status == 65 && outcome.errors.contains("accepted: data of more people"))
  }

  @Test(
    "what cannot be meant is refused",
    arguments: [
      ("--beta -1", "--beta"), ("--latent 1", "--latent"), ("--epochs 0", "--epochs"),
      ("--max-users 10", "--max-users"),
      ("--min-rating 4", "--min-rating"), ("--titles", "--titles"),
    ])
  func refused(_ flags: String, _ words: String) throws {
    let outcome = try run(flags)
    #expect(outcome.status == 64 && outcome.errors.contains(words))
  }
}
