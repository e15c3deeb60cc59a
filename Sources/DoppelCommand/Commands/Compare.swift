import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel compare`: the main job.
struct Compare: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train several models on the same data and split, and compare them in a table.",
    discussion: """
      Validation chooses each model's epoch; the test users are used once, at the end. The table is \
      Markdown; the sentences under it are the results of paired tests over the test users.
      """)

  @OptionGroup var data: DataOptions
  @Option(
    help: ArgumentHelp(
      "Models to compare, such as ae,mult-vae (default: all of the task\(Self.leftOut)).", valueName: "names"),
    completion: .models)
  var models: String?
  @Option(help: "What is predicted.")
  var task = RecommendationTask.ranking
  @OptionGroup(title: "Measuring") var measure: MetricOptions
  @OptionGroup(title: "Generators") var generating: GenerativeOptions
  @OptionGroup(title: "Hyper-parameters (for every model that has them)") var hyperparameters: ModelOptions
  @Flag(help: "Show the loss terms of every epoch on stderr.")
  var verbose = false
  @Option(help: ArgumentHelp("Save the loss terms of every epoch as CSV.", valueName: "file"), completion: .file())
  var log: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @Option(
    help: ArgumentHelp("Save the split by users in the Mult-VAE authors' layout.", valueName: "directory"),
    completion: .directory)
  var saveSplit: String?
  @OptionGroup(title: "Everywhere") var options: RunOptions

  /// The models that have to be asked for, for the help.
  private static let leftOut: String = {
    let names = Zoo.models.filter { !$0.isComparedByDefault }.map { $0.name }
    return names.isEmpty ? "" : " but " + names.joined(separator: ", ")
  }()

  var inputs: [(name: String, path: String?)] { data.inputs + options.inputs }

  var outputs: [Output] {
    let split = saveSplit.map { path in
      Output(flag: "--save-split", path: path, kind: .directory { try RankingSplit.verifyAuthorsLayout(at: $0) })
    }
    return Output.file("--log", log) + Output.file("--report", report) + measure.outputs + [split].compactMap(\.self)
  }

  func idleFlags() throws -> [IdleFlags] {
    let splitting = data.splitting
    let chosen = models?.split { $0 == "," || $0 == " " }.map { Zoo.named(String($0)) }
    let fitsAgain =
      generating.generative || task == .rating || splitting.hasFiles && splitting.validation == nil
    return try data.idleFlags(task: task) + generating.idleFlags
      + [
        IdleFlags(["--per-user"], when: task == .rating, "is for --task ranking"),
        IdleFlags(
          ["--save-split"],
          when: task == .rating || splitting.hasFiles || splitting.split != SplitKind.users.rawValue,
          "is for --split users: its layout is for users who are held out"),
        IdleFlags(
          ["--no-refit"], when: !fitsAgain,
          "has no effect here: compare fits a second time only with --task rating, --generative, or --train without "
            + "--validation"),
        IdleFlags(
          ["--precision", "--memory-limit"], when: chosen?.allSatisfy { $0?.isTrainedInEpochs == false } ?? false,
          "is for models that are trained in epochs, and there is none"),
        IdleFlags(["--verbose"], when: options.quiet, "shows what --quiet leaves out"),
      ]
  }

  func run() throws {
    if generating.generative { return try runGenerative() }
    let started = Date()
    let configurations = try configurations(otherwise: Zoo.comparedByDefault(for: task))
    let metrics = try measure.parsed(for: task)
    let processor = try options.processor().using(hyperparameters.precision)
    let selection = try data.selection(threads: options.threads)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: verbose)
    defer { reporter.clear() }

    var results: [ModelResult] = []
    let summary: DataSummary
    let split: SplitDescription
    var notes: [String]
    let loaded: Date
    var itemPopularity: [Int] = []
    switch task {
    case .ranking:
      let data = try selection.ranking(seed: options.randomSeed)
      guard data.split.test != nil else { throw UsageError("compare needs --test with --train") }
      (summary, split, notes, loaded) = (data.summary, data.split.description, data.notes, Date())
      options.note(notes)
      if let saveSplit { try data.split.writeAuthorsLayout(to: saveSplit) }
      var experiment = RankingExperiment(data.split, seed: options.randomSeed, processor: processor)
      experiment.metrics = metrics
      experiment.refits = !hyperparameters.noRefit
      itemPopularity = experiment.fittedRows.columnCounts()
      experiment.observer = reporter.observe(models: configurations.count)
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
      experiment.observer = reporter.observe(models: configurations.count)
      try noteMemory(configurations, experiment.memory, experiment.largestBatch)
      for configuration in configurations { results.append(try experiment.run(configuration).result) }
    }
    reporter.end()
    let modelNotes = Self.merged(results)
    options.note(modelNotes)
    notes += modelNotes
    try reporter.writeLog(to: log)
    try measure.writePerUser(results, metrics)

    let comparison = Comparison(results, metrics: metrics)
    let document = ResultDocument(
      RunFacts(seed: options.randomSeed, processor, dataset: summary, split: split), comparison,
      seconds: .init(load: loaded.timeIntervalSince(started), total: Date().timeIntervalSince(started)), notes: notes)
    if let report {
      try ComparisonReport(
        document, itemPopularity: itemPopularity, command: CommandText.current
      ).page.write(to: report)
    }
    if options.json {
      try Console.standardOutput(document)
    } else {
      try Console.standardOutput(
        Self.heading(summary, testUsers: split.testUsers, processor, options.seed)
          + comparison.table.markdown(width: Console.width) + "\n"
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
  ///
  /// - Parameter testUsers: how many users the models are measured on; `nil` where nothing is measured.
  static func heading(
    _ summary: DataSummary, testUsers: Int? = nil, _ processor: Processor, _ seed: UInt64
  ) -> String {
    Console.printable(summary.heading(testUsers: testUsers))
      + "; seed \(seed), \(counted(processor.threads, "thread")), \(processor.name)\n\n"
  }

  /// The requested models, with the settings of the config file and the flags that apply to them.
  func configurations(otherwise defaults: [any ZooModel]) throws -> [any ZooModel] {
    let chosen =
      try models.map { names in
        try names.split { $0 == "," || $0 == " " }.map { try Zoo.parse(String($0)) }
      } ?? defaults
    guard !chosen.isEmpty else { throw UsageError("--models is empty; accepted: names such as ae,mult-vae") }
    if let twice = Dictionary(grouping: chosen, by: \.name).first(where: { $0.value.count > 1 }) {
      throw UsageError("--models names \(twice.key) twice")
    }
    for model in chosen where model.task != task {
      throw UsageError("\(model.name) is for --task \(model.task.rawValue)")
    }
    return try hyperparameters.configured(chosen)
  }

  /// Remarks that several models share are made once.
  static func merged(_ results: [ModelResult]) -> [String] {
    var order: [String] = []
    for note in results.flatMap(\.notes) where !order.contains(note) { order.append(note) }
    return order
  }
}
