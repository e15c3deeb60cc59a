import Foundation
import Testing

/// A suite of tests that run the command in a folder of their own.
protocol CommandSuite {
  var folder: TemporaryFolder { get }
}

extension CommandSuite {
  /// The command.
  var doppel: Executable {
    get throws { try Executable.doppel() }
  }

  /// Runs the command with words that blanks separate, and requires its exit code.
  @discardableResult
  func run(_ line: String, status: Int32 = 0) throws -> Executable.Outcome {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
    try #require(outcome.status == status, "\(line): \(outcome.errors)")
    return outcome
  }

  /// The document of a run with `--json`.
  func document(_ line: String) throws -> [String: Any] {
    let output = try run(line + " --json").output
    return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}
