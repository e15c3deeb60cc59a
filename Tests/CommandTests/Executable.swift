import Foundation
import Testing

/// A program built beside the tests.
struct Executable {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  private let url: URL

  /// The command itself.
  static func doppel() throws -> Executable { try Executable("doppel") }

  /// Finds a program where the build put the tests, whatever the configuration and the scratch path.
  init(_ name: String) throws {
    let neighbours = [
      Bundle.main.executableURL?.deletingLastPathComponent(), Bundle.main.bundleURL,
      Bundle(for: Marker.self).bundleURL.deletingLastPathComponent(), Bundle(for: Marker.self).bundleURL,
    ]
    url = try #require(
      neighbours.compactMap { $0?.appendingPathComponent(name) }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) },
      "\(name) has not been built")
  }

  /// A program of the system.
  init(path: String) { url = URL(fileURLWithPath: path) }

  /// The path, for shells.
  var path: String { url.path }

  /// Runs to the end.
  func run(
    _ arguments: [String], in folder: TemporaryFolder, input: String? = nil,
    environment: [String: String?] = [:]
  ) throws -> Outcome {
    let run = try start(arguments, in: folder, input: input, environment: environment)
    return try run.outcome()
  }

  /// Starts, so that the test can interrupt.
  ///
  /// Output goes to files: a pipe nobody reads would fill up.
  ///
  /// - Parameter environment: what is set besides; `nil` takes a name away.
  func start(
    _ arguments: [String], in folder: TemporaryFolder, input: String? = nil,
    environment: [String: String?] = [:]
  ) throws -> Run {
    let process = process(arguments, in: folder, environment: environment)
    let files = try TemporaryFolder()
    try Data((input ?? "").utf8).write(to: files.url.appendingPathComponent("in"))
    process.standardInput = try FileHandle(forReadingFrom: files.url.appendingPathComponent("in"))
    process.standardOutput = try files.handle("out")
    process.standardError = try files.handle("err")
    try process.run()
    return Run(process: process, files: files)
  }

  /// A process that has not been started.
  ///
  /// - Parameter environment: what is set besides; `nil` takes a name away.
  func process(_ arguments: [String], in folder: TemporaryFolder, environment: [String: String?]) -> Process {
    // A test runner started in the background of a script has this ignored, and so would have what it starts.
    signal(SIGINT, SIG_DFL)
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    // One engine and one width everywhere, whatever the machine has.
    let own = ["DOPPEL_ENGINE": "gsl", "COLUMNS": "80"]
    var all: [String: String?] = ProcessInfo.processInfo.environment.merging(own) { $1 }
    all.merge(environment) { $1 }
    process.environment = all.compactMapValues(\.self)
    return process
  }

  /// A program that is running.
  struct Run {
    let process: Process
    let files: TemporaryFolder

    /// What stderr holds so far.
    var errors: String { (try? files.text("err")) ?? "" }

    /// Waits for the end, ten minutes at most: sanitizers are slow, and so are machines with other work.
    func outcome() throws -> Outcome {
      let deadline = Date(timeIntervalSinceNow: 600)
      while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      return Outcome(status: process.terminationStatus, output: try files.text("out"), errors: errors)
    }
  }

  private final class Marker {}
}

/// A folder of its own for each test, removed with its last owner.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("doppel-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The text of a file.
  func text(_ name: String) throws -> String {
    String(decoding: try data(name), as: UTF8.self)
  }

  /// The bytes of a file.
  func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

  /// Writes a file.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }

  /// Everything in it, hidden files too.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }

  fileprivate func handle(_ name: String) throws -> FileHandle {
    try write("", to: name)
    return try FileHandle(forWritingTo: url.appendingPathComponent(name))
  }
}
