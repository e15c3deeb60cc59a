import Foundation
import Testing

/// What a terminal shows while models are trained.
@Suite("Progress on a terminal")
struct ProgressTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    let words = "simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12".split(separator: " ")
    _ = try doppel.run(words.map(String.init), in: folder)
  }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  private func terminal(_ line: String, columns: Int?, _ environment: [String: String?] = [:]) throws -> String {
    var all: [String: String?] = ["TERM": "xterm", "COLUMNS": nil]
    all.merge(environment) { $1 }
    return try Terminal(columns: columns).run(doppel, words(line), in: folder, environment: all)
  }

  private let compare =
    "compare p/interactions.tsv --models popularity,ae,mult-vae --epochs 40 --hidden 600 --latent 4 --metrics ndcg@10"

  @Test("several models are counted, and a line stays for each that is trained")
  func models() throws {
    let lines = try Terminal.lines(terminal(compare, columns: 160))
    #expect(lines.contains { $0.contains(/^popularity: \d+\.\d s$/) })
    for (number, model) in [(2, "ae"), (3, "mult-vae")] {
      #expect(lines.contains { $0.contains("model \(number) of 3: \(model) ") && $0.contains("epoch 1 of at most 40") })
      let kept = try lines.filter {
        try $0.contains(Regex("^\(model): best epoch \\d+ of \\d+, validation ndcg@100 0\\.\\d{4}, \\d+\\.\\d s$"))
      }
      #expect(kept.count == 1)
    }
    #expect(lines.contains { $0.contains(/validation 0\.\d{4}, at most \d+:\d\d left$/) })
  }

  @Test("the second fit is named, with the epochs it is going to run and the time they take")
  func secondFit() throws {
    let lines = try Terminal.lines(
      terminal("train p/interactions.tsv --model mult-vae --hidden 600 --latent 4 --epochs 40 --output m", columns: 120)
    )
    #expect(lines.contains { $0.contains(/validation 0\.\d{4}, at most \d+:\d\d left, then a second fit$/) })
    #expect(lines.contains { $0.contains(/^mult-vae .*fitting again on all users, epoch 1 of \d+, \d+:\d\d left$/) })
    let other = try Terminal.lines(
      terminal(
        "train p/interactions.tsv --split interactions --model ae --latent 4 --epochs 10 --output n", columns: 100))
    #expect(other.contains { $0.contains("fitting again on all interactions, epoch 1 of ") })
  }

  @Test("no line is wider than the terminal", arguments: [20, 40, 60, 80, 100, 132])
  func width(columns: Int) throws {
    let moving = try Terminal.lines(terminal(compare, columns: columns)).filter {
      !$0.hasPrefix("note: ") && ($0.contains(/^model \d/) || $0.contains(": best e"))
    }
    #expect(!moving.isEmpty && moving.allSatisfy { $0.count < columns })
  }

  @Test("COLUMNS may make it narrower than the terminal is")
  func columns() throws {
    let shown = try Terminal.lines(terminal(compare, columns: 160, ["COLUMNS": "50"]))
    let moving = shown.filter { $0.contains("model ") && $0.contains(" of 3") }
    #expect(!moving.isEmpty && moving.allSatisfy { $0.count < 50 })
  }

  @Test("a dumb terminal, --quiet and anything but a terminal show none of it")
  func elsewhere() throws {
    let dumb = try terminal(compare, columns: 80, ["TERM": "dumb"])
    let quiet = try terminal(compare + " --quiet", columns: 80)
    let file = try doppel.run(words(compare), in: folder, environment: ["TERM": "xterm"]).errors
    for text in [dumb, quiet, file].map({ $0.replacing(/note: .*/, with: "") }) {
      #expect(!text.contains("\u{1B}") && !text.contains(" left") && !text.contains(": best epoch"))
    }
  }
}
