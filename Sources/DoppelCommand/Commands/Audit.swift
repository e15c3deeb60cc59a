import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel audit`: fidelity, utility and privacy of synthetic users.
struct Audit: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare synthetic users with real ones: fidelity, utility, privacy.",
    usage: "doppel audit --real <file> --synthetic <file> [--holdout <file>] [<options>]",
    discussion: """
      --real holds the users the generator was trained on, --holdout users it has not seen. Every value stands \
      beside the same value for holdout users: the ceiling that real data reach. Without a holdout, \
      membership, nearness to training users and utility cannot be judged. Flags for reading and filtering are for the \
      real files: filters by counts for --real alone, --min-rating for the holdout too. --synthetic is taken as it is.
      """)

  @Option(help: ArgumentHelp("The real users the generator was trained on.", valueName: "file"), completion: .file())
  var real: String
  @Option(help: ArgumentHelp("The synthetic users.", valueName: "file"), completion: .file())
  var synthetic: String
  @Option(help: ArgumentHelp("Real users the generator has not seen.", valueName: "file"), completion: .file())
  var holdout: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @Flag(help: "Leave out the measures that train models.")
  var noUtility = false
  @Option(help: ArgumentHelp("Largest number of epochs of a training.", valueName: "n"))
  var utilityEpochs = UtilityOptions().epochs
  @Flag(help: "For utility, train only popularity and mult-vae, on synthetic and on real users.")
  var tstrOnly = false
  @Option(
    help: ArgumentHelp(
      "Store the results of training on real users in this file, and reuse them in later audits of the same data.",
      valueName: "file"), completion: .file())
  var realScores: String?
  @Option(
    help: ArgumentHelp(
      "Number format of matrix products in training: f32, or bf16 if the processor supports it.", valueName: "format"))
  var precision = ProductPrecision.float32
  @Option(help: ArgumentHelp("Largest number of users of each kind for distances.", valueName: "n"))
  var maxUsers = AuditOptions().maximumUsers
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [("--real", real), ("--synthetic", synthetic), ("--holdout", holdout)] + options.inputs
  }

  var outputs: [Output] { Output.file("--report", report) + Output.file("--real-scores", realScores) }

  func idleFlags() -> [IdleFlags] {
    let training = ["--tstr-only", "--real-scores", "--utility-epochs", "--precision"]
    return [
      IdleFlags(training, when: noUtility, "is about training models, which --no-utility leaves out"),
      IdleFlags(
        training, when: holdout == nil,
        "needs --holdout: utility is measured on unseen users"),
    ]
  }

  func validate() throws {
    if maxUsers < 100 { throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 100") }
    if utilityEpochs < 1 {
      throw ValidationError("--utility-epochs \(utilityEpochs) is too few; accepted: a whole number from 1")
    }
  }

  func run() throws {
    let started = Date()
    let format = try reading.format()
    func read(_ path: String, _ format: InteractionFormat) throws -> Interactions {
      try InteractionReader(format: format, threads: options.threads).read(path: path)
    }
    // The synthetic file is doppel's own, with likes and nothing else.
    let data = try AuditData(
      train: reading.filters.apply(to: read(real, format)), synthetic: read(synthetic, InteractionFormat()),
      holdout: holdout.map { try reading.filters.applyToLikes(of: read($0, format)) })
    let processor = try options.processor().using(precision)
    let loaded = Date()
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    var auditor = Auditor(seed: options.randomSeed, processor: processor)
    auditor.options.maximumUsers = maxUsers
    if noUtility {
      auditor.options.utility = nil
    } else {
      auditor.options.utility?.epochs = utilityEpochs
      auditor.options.utility?.tstrOnly = tstrOnly
      auditor.options.utility?.known = try realScores.flatMap(Self.realScores)
    }
    auditor.observer = reporter.observe()
    let result = try auditor.audit(data)
    reporter.end()
    options.note(result.notes)
    if let realScores, let found = result.utility?.realScores {
      let text = try JSONValue(encoding: found).prettyPrinted
      try AtomicFile.write(to: realScores) { file in try file.write(text + "\n") }
    }
    if let report {
      let facts = [
        ("seed", "\(options.seed)"), ("engine", processor.engine.name), ("doppel", DoppelVersion.current),
      ]
      try AuditReport(result, facts: facts, command: CommandText.current).page.write(to: report)
    }
    if options.json {
      let seconds: [String: JSONValue] = [
        "load": .number(loaded.timeIntervalSince(started)), "total": .number(Date().timeIntervalSince(started)),
      ]
      var document = try result.json
      document["seed"] = .number(Double(options.seed))
      document["threads"] = .number(Double(processor.threads))
      document["engine"] = .string(processor.engine.name)
      document["version"] = .string(DoppelVersion.current)
      document["seconds"] = .object(seconds)
      try Console.standardOutput(document)
    } else {
      try Console.standardOutput(result.text)
      if let report { try Console.standardOutput("\nreport saved in \(report)\n") }
    }
  }

  /// What an earlier audit kept; `nil` where there is no such file yet.
  private static func realScores(_ path: String) throws -> RealScores? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: path)))).decoded(as: RealScores.self)
    } catch is DecodingError {
      throw DataError(
        path: path, message: "is not a file written by --real-scores", accepted: "such a file, or a new name")
    }
  }
}
