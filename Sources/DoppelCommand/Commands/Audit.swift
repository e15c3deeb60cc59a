import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel audit`: fidelity, utility and privacy of synthetic users; with `--canaries`, the guarantee of a training.
struct Audit: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare synthetic users with real ones: fidelity, utility, privacy.",
    usage: """
      doppel audit --real <file> --synthetic <file> [--holdout <file>] [<options>]
      doppel audit --canaries <n> --model <directory> [--real <file>] [<options>]
      """,
    discussion: """
      --real holds the users the generator was trained on, --holdout users it has not seen. Every value is shown \
      beside its value for holdout users, which is the ceiling that real data reach. Without a holdout, membership, \
      nearness to training users and utility cannot be judged. Reading and filter flags apply to the real files: count \
      filters to --real only, --min-rating also to --holdout. --synthetic is used as it is.

      With --canaries, a model with the settings and the guarantee of --model is trained on the users of --real and on \
      planted users, and the result is a lower bound on the ε of such a training. The users are read and filtered as \
      for the model. For a model of the built-in population, --real may be left out.
      """)

  @Option(help: ArgumentHelp("The real users the generator was trained on.", valueName: "file"), completion: .file())
  var real: String?
  @Option(help: ArgumentHelp("The synthetic users.", valueName: "file"), completion: .file())
  var synthetic: String?
  @Option(help: ArgumentHelp("Real users the generator has not seen.", valueName: "file"), completion: .file())
  var holdout: String?
  @Option(
    help: ArgumentHelp(
      "The model that drew the synthetic users: its privacy guarantee is shown beside the attacks.",
      valueName: "directory"),
    completion: .directory)
  var model: String?
  @OptionGroup var planting: CanaryOptions
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @OptionGroup var training: UtilityFlags
  @Option(help: ArgumentHelp("Maximum number of users of each kind in distance measures.", valueName: "n"))
  var maxUsers = AuditOptions().maximumUsers
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [("--real", real), ("--synthetic", synthetic), ("--holdout", holdout), ("--model", model)] + options.inputs
  }

  var outputs: [Output] { Output.file("--report", report) + Output.file("--real-scores", training.realScores) }

  func idleFlags() throws -> [IdleFlags] {
    if planting.canaries == nil { return training.idleFlags(hasHoldout: holdout != nil) }
    return try planting.idleFlags + ReadingOptions.idleFlags(data: real)
  }

  func validate() throws {
    if maxUsers < 100 { throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 100") }
    if planting.canaries == nil {
      _ = try files()
    } else if model == nil {
      throw ValidationError(Self.needsModel)
    }
  }

  /// The two files that an audit of synthetic users needs.
  private func files() throws -> (real: String, synthetic: String) {
    guard let real else { throw ValidationError("--real is missing; accepted: the file of the training users") }
    guard let synthetic else {
      throw ValidationError("--synthetic is missing; accepted: the file of the synthetic users, or --canaries")
    }
    return (real, synthetic)
  }

  func run() throws {
    if let canaries = planting.canaries { return try runCanaries(canaries) }
    let started = Date()
    let (real, synthetic) = try files()
    let data = try AuditData(
      real: real, synthetic: synthetic, holdout: holdout, format: reading.format(), filters: reading.filters,
      threads: options.threads)
    options.note(data.notes)
    let guarantee = try guarantee(of: data, from: synthetic)
    let processor = try options.processor().using(training.precision)
    let loaded = Date()
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    var auditor = Auditor(seed: options.randomSeed, processor: processor)
    auditor.options.maximumUsers = maxUsers
    auditor.options.utility = try training.options()
    auditor.observer = reporter.observe()
    auditor.guarantee = guarantee
    let result = try auditor.audit(data)
    reporter.end()
    options.note(result.notes)
    if let path = training.realScores { try result.utility?.realScores?.write(to: path) }
    let facts = RunFacts(seed: options.randomSeed, processor)
    if let report { try AuditReport(result, run: facts, command: CommandText.current).page.write(to: report) }
    if options.json {
      return try Console.standardOutput(
        RunDocument(
          facts, result,
          seconds: .init(load: loaded.timeIntervalSince(started), total: Date().timeIntervalSince(started))))
    }
    try Console.standardOutput(result.text + (report.map { "\nreport saved in \($0)\n" } ?? ""))
  }

  /// The guarantee of `--model`; `nil` without one.
  private func guarantee(of data: AuditData, from synthetic: String) throws -> PrivacyRecord? {
    guard let model else { return nil }
    let directory = try ModelDirectory(contentsOf: model)
    if let stranger = data.syntheticItem(notIn: directory.items) {
      throw DataError(
        path: synthetic, message: "has the item \"\(data.items[stranger])\", which \(model) does not know",
        accepted: "users drawn from the model of --model")
    }
    if directory.record.privacy == nil { options.note(["\(model) was trained without a privacy guarantee"]) }
    return directory.record.privacy
  }
}
