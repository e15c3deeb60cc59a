import Doppel
import FileFormats
import Foundation

/// `doppel audit --canaries`: the guarantee of a training, audited by planted users.
extension Audit {
  func runCanaries(_ count: Int) throws {
    let started = Date()
    guard let model else { throw UsageError(Self.needsModel) }
    let directory = try ModelDirectory(contentsOf: model)
    let processor = try CanaryAudit.adapted(options.processor(), to: directory)
    var audit = CanaryAudit(of: directory, seed: options.randomSeed, processor: processor)
    audit.canaries = count
    try audit.check()
    let users = try directory.trainingUsers(
      trainingData(of: directory, at: model), reader: reading.reader(for: directory, threads: options.threads))
    options.note(users.notes + audit.notes(users: users.userIDs.count))
    let loaded = Date()
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    audit.observer = reporter.observe()
    let result = try audit.audit(users.profiles.items)
    reporter.end()
    if result.verdict == .broken { Console.standardError("warning: \(result.verdictSentence)\n") }
    let facts = RunFacts(seed: options.randomSeed, processor)
    if let report {
      try CanaryReport(result, of: model, run: facts, command: CommandText.current).page.write(to: report)
    }
    if options.json {
      return try Console.standardOutput(
        RunDocument(
          facts, result,
          seconds: .init(load: loaded.timeIntervalSince(started), total: Date().timeIntervalSince(started))))
    }
    try Console.standardOutput(result.text + (report.map { "\nreport saved in \($0)\n" } ?? ""))
  }

  static let needsModel = "--canaries needs --model: the model whose training is audited; accepted: a model directory"

  /// The place of the real users: `--real`, or the built-in population.
  private func trainingData(of directory: ModelDirectory, at model: String) throws -> DataSelection.Source {
    let given = try real.map { try DataPlace($0).source }
    if let source = directory.trainingSource(given) { return source }
    throw UsageError(
      "--canaries needs --real: \(model) was not trained on the built-in population; accepted: the file it was "
        + "trained on")
  }
}
