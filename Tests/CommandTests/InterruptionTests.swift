import Foundation
import Testing

/// Trainings that are stopped from outside and go on.
@Suite("Stopping and going on")
struct InterruptionTests {
  private let folder: TemporaryFolder
  private let doppel: Executable
  private let words =
    "train p/interactions.tsv --model mult-vae --patience 0 --hidden 8 --latent 2 --epochs 400".split(separator: " ")
    .map(String.init)

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    let words = "simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12".split(separator: " ")
    _ = try doppel.run(words.map(String.init), in: folder)
  }

  private func files(_ model: String) throws -> [String: Data] {
    let path = folder.url.appendingPathComponent(model).path
    return try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try folder.data(model + "/" + $1)
    }
  }

  @Test("Ctrl-C ends with 130 and SIGTERM with 143, after a checkpoint from which the same bytes come")
  func signals() throws {
    #expect(try doppel.run(words + ["--output", "whole"], in: folder).status == 0)
    for (number, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
      let run = try doppel.start(words + ["--output", "m", "--checkpoint-every", "500", "--verbose"], in: folder)
      let deadline = Date(timeIntervalSinceNow: 300)
      while !run.errors.contains("epoch 2"), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
      kill(run.process.processIdentifier, number)
      let outcome = try run.outcome()
      #expect(outcome.status == status)
      #expect(outcome.errors.hasSuffix("doppel: interrupted\n") && outcome.output.isEmpty)
      #expect(try files("m").keys.sorted() == ["checkpoint.safetensors"])
      let resumed = try doppel.run(words + ["--output", "m", "--resume", "--log", "log.csv"], in: folder)
      #expect(resumed.status == 0 && resumed.errors.contains("going on from the checkpoint in m, after"))
      #expect(try files("m") == files("whole"))
      // Both fits, every epoch of them.
      let epochs = try folder.text("log.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
      #expect(epochs.prefix(400).elementsEqual((1...400).map { "\($0)" }))
      #expect(try folder.names() == ["log.csv", "m", "p", "whole"])
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent("m"))
    }
  }

  @Test("without a checkpoint, --resume starts afresh; with one of other settings it ends with 65")
  func resume() throws {
    let short = words.dropLast() + ["2", "--output", "m"]
    let fresh = try doppel.run(short + ["--resume"], in: folder)
    #expect(fresh.status == 0 && fresh.errors.contains("no checkpoint in m; starting afresh"))
    let run = try doppel.start(words + ["--output", "m", "--checkpoint-every", "1"], in: folder)
    let path = folder.url.appendingPathComponent("m/checkpoint.safetensors").path
    let deadline = Date(timeIntervalSinceNow: 300)
    while !FileManager.default.fileExists(atPath: path), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    run.process.interrupt()
    #expect(try run.outcome().status == 130)
    let other = try doppel.run(words + ["--output", "m", "--resume", "--seed", "7"], in: folder)
    #expect(other.status == 65 && other.errors.contains("seed is 42 there and 7 here"))
    // The model of the first run is still there, and still works.
    #expect(try doppel.run(["evaluate", "m", "p/interactions.tsv"], in: folder).status == 0)
  }

  @Test("what is no interval is refused", arguments: ["0", "-1", "m", "1h", "0m", "-2m", "1.5", "infm"])
  func interval(_ text: String) throws {
    let outcome = try doppel.run(words + ["--output", "m", "--checkpoint-every=" + text], in: folder)
    #expect(outcome.status == 64 && outcome.errors.contains("'--checkpoint-every <n>'"))
  }

  @Test("a config file whose aliases multiply is refused at once")
  func aliases() throws {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1..<12 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    try folder.write(text + "models:\n  ae: {hidden: *a11}\n", to: "bomb.yaml")
    let outcome = try doppel.run(words + ["--output", "m", "--config", "bomb.yaml"], in: folder)
    #expect(outcome.status == 65 && outcome.errors.contains("is an alias, and aliases are not followed"))
  }
}
