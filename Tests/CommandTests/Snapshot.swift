import Foundation
import Testing

/// Holds text against a baseline in `Snapshots`.
///
/// A missing baseline is written, and the test fails so that somebody looks at it; `RECORD_SNAPSHOTS=1`
/// writes all of them again.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots/\(name).txt")
  let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"
  guard !isRecording, let expected = try? String(contentsOf: file, encoding: .utf8) else {
    try Data(text.utf8).write(to: file)
    if !isRecording {
      Issue.record("Snapshots/\(name).txt did not exist and has been written", sourceLocation: sourceLocation)
    }
    return
  }
  guard text != expected else { return }
  let (new, old) = (text.components(separatedBy: "\n"), expected.components(separatedBy: "\n"))
  let line = zip(new, old).enumerated().first { $1.0 != $1.1 }?.offset ?? min(new.count, old.count)
  func shown(_ lines: [String]) -> String { line < lines.count ? lines[line] : "(end)" }
  Issue.record(
    "Snapshots/\(name).txt:\(line + 1)\n  expected: \(shown(old))\n  found:    \(shown(new))",
    sourceLocation: sourceLocation)
}

extension String {
  /// What differs between machines and runs, masked: seconds, the engine and its version, threads.
  var masked: String {
    replacing(/\d+\.\d s\b/, with: "# s")
      .replacing(/\d+ MB/, with: "# MB")
      .replacing(/\d+ threads, .+/, with: "# threads, ENGINE")
      .replacing(/(GSL|oneDNN|OpenBLAS)[A-Za-z0-9 .]*/, with: "ENGINE")
  }

  /// Numbers with decimals, masked: the last digits depend on how sums were ordered.
  var withoutDecimals: String { replacing(/-?\d+\.\d+(e-?\d+)?/, with: "#") }
}
