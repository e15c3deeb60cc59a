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

  /// A signal and the exit code for it.
  private static let codes: [(number: Int32, code: Int32)] = [
    (SIGINT, 130), (SIGTERM, 143), (SIGUSR1, 138), (SIGUSR2, 140), (SIGHUP, 129), (SIGXCPU, 152),
  ]

  /// Waits for something, five minutes at most.
  private func wait(_ isSo: () -> Bool) {
    let deadline = Date(timeIntervalSinceNow: 300)
    while !isSo(), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
  }

  @Test("a signal ends a training with its code, after a checkpoint from which the same bytes come", arguments: codes)
  func signals(number: Int32, status: Int32) throws {
    #expect(try doppel.run(words + ["--output", "whole"], in: folder).status == 0)
    let run = try doppel.start(words + ["--output", "m", "--checkpoint-every", "500", "--verbose"], in: folder)
    wait { run.errors.contains("epoch 2") }
    // Twice at once, as timeout(1) does: one request.
    kill(run.process.processIdentifier, number)
    kill(run.process.processIdentifier, number)
    let outcome = try run.outcome()
    #expect(outcome.status == status && run.process.terminationReason == .exit)
    #expect(
      outcome.errors.contains(/\ndoppel: interrupted after \d+ epochs of mult-vae; --resume continues from .* m\n$/))
    #expect(outcome.output.isEmpty)
    #expect(try files("m").keys.sorted() == ["checkpoint.safetensors"])
    let resumed = try doppel.run(words + ["--output", "m", "--resume", "--log", "log.csv"], in: folder)
    #expect(resumed.status == 0 && resumed.errors.contains("resuming from the checkpoint in m, after"))
    #expect(try files("m") == files("whole"))
    // Both fits, every epoch of them.
    let epochs = try folder.text("log.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
    #expect(epochs.prefix(400).elementsEqual((1...400).map { "\($0)" }))
    #expect(try folder.names() == ["log.csv", "m", "p", "whole"])
  }

  @Test("a command that reads ends with the signal's code at once", arguments: codes)
  func reading(number: Int32, status: Int32) throws {
    let input = Pipe()
    let errors = Pipe()
    let process = doppel.process(["train", "-", "--model", "ae", "--output", "m"], in: folder, environment: [:])
    process.standardInput = input
    process.standardError = errors
    try process.run()
    // More than a pipe holds: the command has begun to read when all of it is gone.
    try input.fileHandleForWriting.write(contentsOf: Data(String(repeating: "u i\n", count: 100_000).utf8))
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationStatus == status && process.terminationReason == .exit)
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: said, as: UTF8.self) == "doppel: interrupted\n")
    #expect(try folder.names() == ["p"])
    try input.fileHandleForWriting.close()
  }

  @Test("a command that writes ends at once and takes its unfinished file along", arguments: [SIGTERM, SIGUSR2])
  func writing(number: Int32) throws {
    let train = try doppel.run(words.dropLast() + ["1", "--output", "m", "--quiet"], in: folder)
    #expect(train.status == 0)
    let run = try doppel.start(
      ["sample", "m", "--from", "prior", "--users", "100000000", "--output", "made-up.tsv"], in: folder)
    func isUnfinished(_ name: String) -> Bool { name.hasPrefix(".made-up.tsv.") }
    // The first of them is a trial.
    wait { (try? folder.text(folder.names().first(where: isUnfinished) ?? ""))?.isEmpty == false }
    #expect(try folder.names().contains(where: isUnfinished))
    kill(run.process.processIdentifier, number)
    #expect(try run.outcome().status == (number == SIGTERM ? 143 : 140))
    #expect(try folder.names() == ["m", "p"])
  }

  @Test("a second signal ends at once a training that cannot come to its checkpoint")
  func second() throws {
    // The training stands still: nobody reads what it has to say. All but a page of the pipe is filled beforehand.
    let errors = Pipe()
    try errors.fileHandleForWriting.write(contentsOf: Data(count: 15 * 4_096))
    let process = doppel.process(
      words + ["--output", "m", "--checkpoint-every", "1", "--verbose"], in: folder, environment: [:])
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    var (last, since) = (Data(), Date())
    wait {
      let now = (try? folder.data("m/checkpoint.safetensors")) ?? Data()
      if now != last { (last, since) = (now, Date()) }
      return !now.isEmpty && Date().timeIntervalSince(since) > 3
    }
    kill(process.processIdentifier, SIGINT)
    Thread.sleep(forTimeInterval: 0.5)
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 143 && process.terminationReason == .exit)
    #expect(try files("m").keys.sorted() == ["checkpoint.safetensors"])
  }

  @Test("what is ignored at the start stays ignored; signals of pipes and sizes end nothing")
  func ignored() throws {
    let line =
      "trap '' INT USR1; exec '\(doppel.path)' \(words.dropLast().joined(separator: " ")) 1000000 --output m --verbose"
    let run = try Executable(path: "/bin/sh").start(["-c", line], in: folder)
    wait { run.errors.contains("epoch 2") }
    for number in [SIGINT, SIGUSR1, SIGPIPE, SIGXFSZ] { kill(run.process.processIdentifier, number) }
    let before = run.errors.count
    wait { run.errors.count > before + 1_000 || !run.process.isRunning }
    #expect(run.process.isRunning)
    kill(run.process.processIdentifier, SIGTERM)
    #expect(try run.outcome().status == 143)
  }

  @Test("without a checkpoint, --resume starts afresh; with one of other settings it ends with 65")
  func resume() throws {
    let short = words.dropLast() + ["2", "--output", "m"]
    let fresh = try doppel.run(short + ["--resume"], in: folder)
    #expect(fresh.status == 0 && fresh.errors.contains("no checkpoint in m; starting from the beginning"))
    let run = try doppel.start(words + ["--output", "m", "--checkpoint-every", "1", "--force"], in: folder)
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
