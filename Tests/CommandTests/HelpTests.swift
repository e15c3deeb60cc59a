import Testing

@Suite("Help")
struct HelpTests {
  @Test(
    "is as it was, and fits 80 columns",
    arguments: [
      "", "compare", "tune", "train", "evaluate", "recommend", "encode", "sample", "split", "simulate", "doctor",
      "export", "explain",
    ])
  func help(command: String) throws {
    let words = command.isEmpty ? ["--help"] : [command, "--help"]
    let outcome = try Executable.doppel().run(words, in: TemporaryFolder())
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try expectSnapshot(outcome.output, "help-\(command.isEmpty ? "doppel" : command)")
  }

  @Test("--version prints a version and nothing else")
  func version() throws {
    let outcome = try Executable.doppel().run(["--version"], in: TemporaryFolder())
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }
}
