import Foundation
import Testing

/// README's pipeline, as printed; programs of the tutorials.
@Suite("README")
struct ReadmeTests {
  @Test("\"On your own data\" works as printed, from rated data to an audit, without a misleading note")
  func pipeline() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## On your own data\n").dropFirst().first)
    let block = try #require(
      section.components(separatedBy: "```sh\n").dropFirst().first?.components(separatedBy: "```").first)
    let commands = block.split(separator: "\n").filter { $0.hasPrefix("doppel ") }
    for command in [
      "simulate", "split", "compare", "train", "recommend", "evaluate", "encode", "sample", "audit", "inspect",
    ] {
      #expect(commands.contains { $0.hasPrefix("doppel \(command) ") }, "\(command) is not in the pipeline")
    }
    let folder = try TemporaryFolder()
    let doppel = URL(fileURLWithPath: try Executable.doppel().path)
    let path = doppel.deletingLastPathComponent().path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let outcome = try Executable(path: "/bin/sh").run(
      ["-e", "-c", block], in: folder, environment: ["PATH": path, "DOPPEL_ENGINE": ""])
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("--min-rating 4, as in training"))
    #expect(!outcome.errors.contains("too good"), "\(outcome.errors)")
    #expect(try folder.names().contains("audit.html"))
  }

  @Test(
    "a tutorial ends with the program of an example, which is built and run",
    arguments: [
      ("point-5-draw", "point-or-distribution/PointOrDistribution"), ("trust-4-tests", "compare-models/CompareModels"),
    ])
  func tutorials(step: String, example: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let shown = try Data(contentsOf: root.appendingPathComponent("Sources/Doppel/Doppel.docc/Resources/\(step).swift"))
    #expect(try shown == Data(contentsOf: root.appendingPathComponent("examples/\(example).swift")))
  }
}
