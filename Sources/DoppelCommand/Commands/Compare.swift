import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel compare`: the main job.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train several models on the same data and split, print one table.",
    discussion: """
      Validation chooses each model's epoch; the test users are seen once, at the end. The table is \
      Markdown; the sentences under it say what paired tests over the test users allow one to say.
      """)

  @OptionGroup var data: DataOptions
  @Option(
    help: ArgumentHelp(
      "Models to compare, such as ae,mult-vae (default: all of the task).", valueName: "names"))
  var models: String?
  @Option(help: "What is predicted.")
  var task = RecommendationTask.ranking
  @OptionGroup(title: "Measuring") var measure: MetricOptions
  @OptionGroup(title: "Generators") var generating: GenerativeOptions
  @OptionGroup(title: "Hyper-parameters (for every model that has them)") var hyperparameters: ModelOptions
  @Flag(help: "Show the loss terms of every epoch on stderr.")
  var verbose = false
  @Option(help: ArgumentHelp("Save the loss terms of every epoch as CSV.", valueName: "file"))
  var log: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"))
  var report: String?
  @Option(help: ArgumentHelp("Save the split by users in the Mult-VAE authors' layout.", valueName: "directory"))
  var saveSplit: String?
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func run() throws {
    if generating.generative { return try runGenerative() }
    let started = Date()
    let configurations = try configurations(otherwise: Zoo.defaults(for: task))
    let metrics = try measure.parsed(for: task)
    for path in [log, report].compactMap(\.self) { try AtomicFile.verify(path) }
    let processor = try options.processor().using(hyperparameters.precision)
    let selection = try data.selection(threads: options.threads)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: verbose)
    defer { reporter.clear() }

    var results: [ModelResult] = []
    let summary: DataSummary
    let split: [String: JSONValue]
    var notes: [String]
    let loaded: Date
    var itemPopularity: [Int] = []
    switch task {
    case .ranking:
      let data = try selection.ranking(seed: options.randomSeed)
      guard data.split.test != nil else { throw UsageError("compare needs --test with --train") }
      (summary, split, notes, loaded) = (data.summary, data.split.description, data.notes, Date())
      options.note(notes)
      itemPopularity = data.split.train.columnCounts()
      if let saveSplit { try data.split.writeAuthorsLayout(to: saveSplit) }
      var experiment = RankingExperiment(data.split, seed: options.randomSeed, processor: processor)
      experiment.metrics = metrics
      experiment.refits = !hyperparameters.noRefit
      experiment.observer = reporter.observe()
      try noteMemory(configurations, experiment.memory, experiment.largestBatch)
      for configuration in configurations { results.append(try experiment.run(configuration).result) }
    case .rating:
      let data = try selection.rating(seed: options.randomSeed)
      guard !data.split.test.isEmpty else { throw UsageError("compare needs --test with --train") }
      (summary, split, notes, loaded) = (data.summary, data.split.description, data.notes, Date())
      options.note(notes)
      var experiment = RatingExperiment(data.split, seed: options.randomSeed, processor: processor)
      experiment.metrics = metrics
      experiment.refits = !hyperparameters.noRefit
      experiment.observer = reporter.observe()
      try noteMemory(configurations, experiment.memory, experiment.largestBatch)
      for configuration in configurations { results.append(try experiment.run(configuration).result) }
    }
    try reporter.end()
    let modelNotes = Self.merged(results)
    options.note(modelNotes)
    notes += modelNotes
    try reporter.writeLog(to: log)
    try measure.writePerUser(results, metrics)

    let comparison = Comparison(results, metrics: metrics)
    let document = ResultDocument(
      dataset: summary, split: split, seed: options.seed, processor: processor,
      version: DoppelVersion.current, loadSeconds: loaded.timeIntervalSince(started),
      totalSeconds: Date().timeIntervalSince(started), notes: notes)
    if let report {
      try ComparisonReport(comparison, document: document, itemPopularity: itemPopularity).page
        .write(to: report)
    }
    if options.json {
      try Console.standardOutput(document.json(comparison).prettyPrinted + "\n")
    } else {
      try Console.standardOutput(
        Self.heading(summary, processor, options.seed) + comparison.table.markdown() + "\n"
          + comparison.sentences.map { $0 + "\n" }.joined())
    }
  }

  func noteMemory(
    _ models: [any ZooModel], _ memory: (any ZooModel) -> TrainingMemory,
    _ largestBatch: (any ZooModel, Int) -> Int?
  ) throws {
    let notes = try hyperparameters.memoryNotes(models, memory, largestBatch)
    if verbose { options.note(notes) }
  }

  /// What was used, in one line.
  static func heading(_ summary: DataSummary, _ processor: Processor, _ seed: UInt64) -> String {
    Console.printable(summary.name)
      + ": \(summary.users) users × \(summary.items) items, \(summary.interactions) interactions; "
      + "seed \(seed), \(processor.threads) threads, \(processor.name)\n\n"
  }

  /// The models asked for, with the settings of the config file and the flags that apply to them.
  func configurations(otherwise defaults: [any ZooModel]) throws -> [any ZooModel] {
    let chosen =
      try models.map { names in
        try names.split { $0 == "," || $0 == " " }.map { try Zoo.parse(String($0)) }
      } ?? defaults
    guard !chosen.isEmpty else { throw UsageError("--models names none") }
    if let twice = Dictionary(grouping: chosen, by: \.name).first(where: { $0.value.count > 1 }) {
      throw UsageError("--models names \(twice.key) twice")
    }
    for model in chosen where model.task != task {
      throw UsageError("\(model.name) is for --task \(model.task.rawValue)")
    }
    return try hyperparameters.configured(chosen, config: options.config)
  }

  /// Remarks that several models share are made once.
  private static func merged(_ results: [ModelResult]) -> [String] {
    var order: [String] = []
    for note in results.flatMap(\.notes) where !order.contains(note) { order.append(note) }
    return order
  }
}
