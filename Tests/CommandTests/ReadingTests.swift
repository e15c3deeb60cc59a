import FileFormats
import Foundation
import Testing

/// What a user is told about how a file was read.
@Suite("How a file was read")
struct ReadingTests {
  private static let sentence =
    "d.csv: comma-separated, header; user = userId (column 1), item = movieId (2), rating = rating (3); not read: genre (4)"

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var text = "userId,movieId,rating,genre\n"
    for user in 0..<30 { for item in 0..<8 { text += "u\(user),i\((user * 3 + item) % 20),\(1 + item % 5),x\n" } }
    try folder.write(text, to: "d.csv")
    return folder
  }

  private static let arguments = ["--models", "popularity", "--metrics", "ndcg@10", "--min-rating", "2"]

  @Test("is one line on stderr, and dataset.columns in the JSON of compare, train and evaluate")
  func everywhere() throws {
    let folder = try Self.folder()
    let commands = [
      ["compare", "d.csv"] + Self.arguments,
      ["train", "d.csv", "--model", "popularity", "--output", "m", "--min-rating", "2"],
      ["evaluate", "m", "d.csv", "--metrics", "ndcg@10", "--min-rating", "2"],
    ]
    for command in commands {
      let outcome = try Executable.doppel().run(command + ["--json"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.errors.split(separator: "\n").filter { $0 == "note: \(Self.sentence)" }.count == 1, "\(outcome.errors)")
      let columns = try JSONValue(parsing: Array(outcome.output.utf8)).members?["dataset"]?.members?["columns"]?.members
      #expect(columns?["file"] == .string("d.csv") && columns?["separator"] == .string("comma"))
      #expect(columns?["header"] == .bool(true))
      #expect(columns?["rating"] == .object(["name": .string("rating"), "number": .number(3)]))
      #expect(columns?["unread"] == .array([.object(["name": .string("genre"), "number": .number(4)])]))
    }
  }

  @Test("is not said with --quiet, and not of the built-in population")
  func quiet() throws {
    let folder = try Self.folder()
    let quiet = try Executable.doppel().run(["compare", "d.csv", "--quiet"] + Self.arguments, in: folder)
    #expect(quiet.status == 0 && quiet.errors.isEmpty)
    let own = try Executable.doppel().run(
      ["train", "--model", "popularity", "--output", "m", "--json"], in: folder)
    #expect(own.status == 0 && !own.errors.contains("separated") && !own.output.contains("\"columns\""))
  }

  @Test("is said of each of several files")
  func files() throws {
    let folder = try Self.folder()
    try folder.write("userId;movieId\n" + (0..<20).map { "u\($0);i\(($0 * 3 + 9) % 20)\n" }.joined(), to: "t.csv")
    let outcome = try Executable.doppel().run(
      ["compare", "--train", "d.csv", "--test", "t.csv", "--models", "popularity", "--metrics", "ndcg@10"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for start in ["note: d.csv: comma-separated, ", "note: t.csv: semicolon-separated, "] {
      #expect(outcome.errors.split(separator: "\n").filter { $0.hasPrefix(start) }.count == 1)
    }
  }

  @Test("--no-header makes the first line data")
  func header() throws {
    let folder = try Self.folder()
    try folder.write("klant,ding\n" + (0..<20).map { "\($0 / 4),\($0 % 4)\n" }.joined(), to: "k.csv")
    let refused = try Executable.doppel().run(["train", "k.csv", "--model", "popularity", "--output", "m"], in: folder)
    #expect(refused.status == 65 && refused.errors.contains("--no-header"))
    let read = try Executable.doppel().run(
      ["train", "k.csv", "--model", "popularity", "--output", "m", "--no-header", "--json"], in: folder)
    #expect(read.status == 0 && read.output.contains("\"interactions\" : 21"), "\(read.errors)\(read.output)")
    try folder.write("header: false\n", to: "c.yaml")
    func configured(_ output: String, _ more: String...) throws -> Int32 {
      let words = ["train", "k.csv", "--model", "popularity", "--output", output, "--config", "c.yaml"]
      return try Executable.doppel().run(words + more, in: folder).status
    }
    #expect(try configured("n") == 0)
    #expect(try configured("o", "--header") == 65)
  }
}
