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
    "Ctrl-C ends training with 130, says what is lost and leaves nothing behind",
    arguments: [
      (
        "train --model mult-vae --output m", "lost; --checkpoint-every writes checkpoints from which --resume continues"
      ),
      ("compare --models mult-vae,ae", "interrupted at mult-vae, model 1 of 2; no results were saved"),
    ])
  func interruption(line: String, message: String) throws {
    let words = (line + " p/interactions.tsv --epochs 1000000 --patience 0 --hidden 8 --latent 2 --verbose")
      .split(separator: " ").map(String.init)
    let run = try doppel.start(words, in: folder)
    let deadline = Date(timeIntervalSinceNow: 300)
    while !run.errors.contains("epoch 2"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    run.process.interrupt()
    let outcome = try run.outcome()
    #expect(outcome.status == 130)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasSuffix(message + "\n"))
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
    #expect(outcome.errors.hasSuffix("0\n"))
  }

  @Test("output that finds no room is told with 73")
  func noRoom() throws {
    // A shell that lets no file grow beyond a limit stands for a full disk, and needs no device for it.
    try folder.write(String(repeating: "long before\n", count: 200_000), to: "table")
    let before = try folder.data("table")
    let output = try shell("ulimit -f 2000; \(doppel.path) simulate --output q --users 50 --items 40 >> table")
    #expect(output.status == 73)
    #expect(output.errors == "doppel: standard output cannot be written: File too large\n")
    #expect(try folder.data("table") == before)
    // Room for the message, which goes to a file here, and for the half megabyte that the thread sanitizer writes to a file when
    // it starts, and not for the weights: 1,500 blocks are 750 kB or 1.5 MB, depending on the shell.
    let train = "train p/interactions.tsv --model mult-vae --hidden 2000 --latent 99 --epochs 1 --quiet --output m"
    let model = try shell("ulimit -f 1500; \(doppel.path) \(train)")
    #expect(model.status == 73)
    #expect(model.errors == "doppel: m/model.safetensors cannot be written: File too large\n")
    #expect(try folder.names() == ["p", "q", "table"])
  }

  @Test("progress is for terminals, colour only where NO_COLOR is unset")
  func progress() throws {
    let words = "train p/interactions.tsv --model ae --latent 4 --epochs 200 --patience 0 --output m --force"
      .split(separator: " ").map(String.init)
    func onTerminal(_ noColour: String?) throws -> String {
      try Terminal().run(doppel, words, in: folder, environment: ["TERM": "xterm", "NO_COLOR": noColour])
    }
    let plain = try onTerminal(nil)
    #expect(plain.contains("left") && plain.contains("\u{1B}[36m"))
    let colourless = try onTerminal("1")
    #expect(colourless.contains("left") && !colourless.contains("\u{1B}[36m"))
    #expect(try !doppel.run(words, in: folder).errors.contains("\u{1B}"))
  }

  @Test("ids on a terminal cannot turn its text around")
  func terminalIdentifiers() throws {
    var text = "user\titem\n"
    for user in 1...30 { for item in 0..<6 { text += "u\(user)\ti\u{202E}\((user + item * item) % 15)\n" } }
    try folder.write(text, to: "ids.tsv")
    let train = try doppel.run(["train", "ids.tsv", "--model", "popularity", "--output", "pop"], in: folder)
    #expect(train.status == 0)
    let words = ["recommend", "pop", "--user", "u1", "--data", "ids.tsv", "-k", "1"]
    #expect(try doppel.run(words, in: folder).output.contains("i\u{202E}"))
    let shown = try Terminal().run(doppel, words, in: folder, environment: [:])
    #expect(shown.contains("i\\u{202e}") && !shown.contains("\u{202E}"))
  }

  private func shell(_ command: String) throws -> Executable.Outcome {
    try Executable(path: "/bin/sh").run(["-c", command], in: folder)
  }
}
