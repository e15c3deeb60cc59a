import Foundation
import Testing

/// How the command lives with signals, pipes and terminals.
@Suite("Signals, pipes and terminals")
struct ProcessTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    let words = "simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12".split(
      separator: " ")
    _ = try doppel.run(words.map(String.init), in: folder)
  }

  @Test(
    "Ctrl-C ends training with 130 and leaves nothing behind",
    arguments: ["train --model mult-vae --output m", "compare --models mult-vae"])
  func interruption(line: String) throws {
    let words = (line + " p/interactions.tsv --epochs 1000000 --patience 0 --hidden 8 --latent 2 --verbose")
      .split(separator: " ").map(String.init)
    let run = try doppel.start(words, in: folder)
    let deadline = Date(timeIntervalSinceNow: 20)
    while !run.errors.contains("epoch 2"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    run.process.interrupt()
    let outcome = try run.outcome()
    #expect(outcome.status == 130)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasSuffix("doppel: interrupted\n"))
    #expect(try folder.names() == ["p"])
  }

  @Test("a reader that has seen enough is no error")
  func readerGone() throws {
    let train = try doppel.run(
      ["train", "p/interactions.tsv", "--model", "popularity", "--output", "pop", "--quiet"], in: folder)
    #expect(train.status == 0)
    let outcome = try shell(
      "(\(doppel.path) recommend pop --users p/interactions.tsv -k 40; echo $? >&2) | head -1")
    #expect(outcome.output == "user\titem\tscore\n")
    #expect(outcome.errors == "0\n")
  }

  @Test("a full disk is told with 73", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let outcome = try shell(
      "\(doppel.path) doctor --help > /dev/null; \(doppel.path) simulate --output q > /dev/full")
    #expect(outcome.status == 73)
    #expect(outcome.errors == "doppel: standard output cannot be written: No space left on device\n")
  }

  @Test(
    "progress is for terminals, colour only where NO_COLOR is unset", .enabled(if: ProcessTests.hasScript))
  func progress() throws {
    let line =
      "\(doppel.path) train p/interactions.tsv --model ae --latent 4 --epochs 200 --patience 0 --output m"
    func onTerminal(_ command: String) throws -> String {
      try shell("TERM=xterm \(command.isEmpty ? "" : command + " ")script -qec '\(line)' /dev/null").output
    }
    let plain = try onTerminal("env -u NO_COLOR")
    #expect(plain.contains("left") && plain.contains("\u{1B}[36m"))
    let colourless = try onTerminal("NO_COLOR=1")
    #expect(colourless.contains("left") && !colourless.contains("\u{1B}[36m"))
    #expect(try !shell(line).errors.contains("\u{1B}"))
  }

  @Test("ids on a terminal cannot turn its text around", .enabled(if: ProcessTests.hasScript))
  func terminalIdentifiers() throws {
    var text = "user\titem\n"
    for user in 1...30 { for item in 0..<6 { text += "u\(user)\ti\u{202E}\((user + item * item) % 15)\n" } }
    try folder.write(text, to: "ids.tsv")
    let train = try doppel.run(["train", "ids.tsv", "--model", "popularity", "--output", "pop"], in: folder)
    #expect(train.status == 0)
    let line = "\(doppel.path) recommend pop --user u1 --data ids.tsv -k 1"
    #expect(try shell(line).output.contains("i\u{202E}"))
    let shown = try shell("script -qec '\(line)' /dev/null").output
    #expect(shown.contains("i\\u{202e}") && !shown.contains("\u{202E}"))
  }

  private func shell(_ command: String) throws -> Executable.Outcome {
    try Executable(path: "/bin/sh").run(["-c", command], in: folder)
  }

  private static var hasScript: Bool {
    #if os(Linux)
      FileManager.default.isExecutableFile(atPath: "/usr/bin/script")
    #else
      false  // Its flags differ elsewhere.
    #endif
  }
}
