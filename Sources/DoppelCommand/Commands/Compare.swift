import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel compare`: several models on one split, the main command.
struct Compare: SharedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train several models on the same data and split, and compare them in a table.",
    discussion: """
      The epoch of each model is chosen on validation data; the test users are used once, at the end. The table is \
      Markdown; the sentences below it give the results of paired tests over the test users. With --seeds or --folds, \
      the comparison is repeated, and the tests are over users and runs.
      """)

  @OptionGroup var data: DataOptions
  @OptionGroup var choice: ModelChoice
  @OptionGroup var titling: TitleOptions
  @OptionGroup(title: "Measuring") var measure: MetricOptions
  @Option(
    help: ArgumentHelp(
      "Search for each model's settings on the validation users, with this many trials or for this time (5m); see doppel tune.",
      valueName: "trials|time"))
  var tune: String?
  @Option(
    help: ArgumentHelp(
      "With --tune: trials of a model that are proposed without each other's results; see doppel tune.",
      valueName: "n"))
  var atOnce = 1
  @OptionGroup(title: "Repeating") var repeating: RepetitionOptions
  @OptionGroup(title: "Generators") var generating: GenerativeOptions
  @OptionGroup(title: "Hyper-parameters (for every model that has them)") var hyperparameters: ModelOptions
  @OptionGroup var telling: EpochOptions
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @Option(
    help: ArgumentHelp("Save the split by users in the Mult-VAE authors' layout.", valueName: "directory"),
    completion: .directory)
  var saveSplit: String?
  @Option(
    help: ArgumentHelp(
      "Print the table for a paper as latex, csv or markdown, with the command and the versions below it.",
      valueName: "form"))
  var table: PaperTable.Form?
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { data.inputs + titling.inputs + options.inputs }

  var outputs: [Output] {
    let split = saveSplit.map { path in
      Output(flag: "--save-split", path: path, kind: .directory { try RankingSplit.verifyAuthorsLayout(at: $0) })
    }
    return telling.outputs + Output.file("--report", report) + measure.outputs + [split].compactMap(\.self)
  }

  func idleFlags() throws -> [IdleFlags] {
    let (task, chosen) = (choice.task, choice.names?.map(Zoo.named))
    let plan = ComparisonPlan(task, of: try data.source(), split: data.file.splitting.kind)
    var repetition = repeating.repetition
    repetition.keepsSplit = tune != nil
    let trials = try tune.map { try TunedComparison.Budget($0).most } ?? Int.max
    return try data.idleFlags(task: task) + generating.idleFlags
      + telling.idleFlags(quiet: options.quiet)
      + [
        IdleFlags(["--tune"], when: generating.generative, "cannot be combined with --generative"),
        IdleFlags(
          ["--tune"], when: data.inputs.contains { $0.path == "-" },
          "reads the data twice, and standard input can be read only once; accepted: a file"),
        IdleFlags(
          ["--tune"], when: !TunedComparison.allows(repeating.repetition),
          "cannot be combined with --folds: validation users of the search would be test users of other folds"),
        IdleFlags(["--at-once"], when: tune == nil, "is for --tune"),
        SearchOptions.idle(atOnceWith: trials),
        IdleFlags(["--per-user"], when: task == .rating, "is for --task ranking"),
        IdleFlags(
          ["--save-split"], when: !plan.holdsOutUsers,
          "is for --split users: its layout describes held-out users"),
        IdleFlags(
          ["--save-split"], when: !repetition.hasOneSplit(plan),
          "saves one split, but --seeds and --folds make several"),
        IdleFlags(
          // The comparison refuses folds of a ready split.
          ["--folds"], when: !plan.holdsOutUsers, "is for --split users: it divides the users"),
        IdleFlags(
          ["--titles"],
          when: report == nil || task == .rating || generating.generative,
          "is for the item lists in the --report of a ranking comparison without --generative"
        ),
        IdleFlags(["--table"], when: options.json, "cannot be combined with --json"),
        IdleFlags(
          ["--no-refit"], when: !generating.generative && !plan.fitsAgain,
          "has no effect here: compare fits a second time only with --task rating, --split time, --generative, or --train "
            + "without --validation"),
        IdleFlags(
          ["--precision", "--tensorboard"],
          when: chosen?.allSatisfy { $0?.hasEpochs == false } ?? false,
          "is for models that are trained in epochs, and none of these is"),
        IdleFlags(
          ["--memory-limit"], when: chosen?.allSatisfy { $0.map { type(of: $0).isBaseline } == true } ?? false,
          "is for models that are trained, and none of these is"),
      ]
  }

  func validate() throws {
    _ = try tune.map { try TunedComparison.Budget($0) }
    try SearchOptions.check(atOnce: atOnce)
  }

  func run() throws {
    if generating.generative {
      if Processes.launcher != nil {
        throw UsageError("--generative runs in one process; accepted: compare --generative without mpirun or srun")
      }
      return try runGenerative()
    }
    var run = ComparisonRun(
      try choice.models(set: hyperparameters, otherwise: Zoo.comparedByDefault(for: choice.task)),
      seed: options.randomSeed,
      processor: try options.processor().using(hyperparameters.precision))
    (run.task, run.metrics, run.splitOutput) = (choice.task, try measure.parsed(for: choice.task), saveSplit)
    (run.refits, run.memoryLimit) = (!hyperparameters.noRefit, hyperparameters.memoryLimit?.bytes)
    run.leavesOutTooLarge = !choice.isByName
    run.repetition = repeating.repetition
    run.data = try data.selection(threads: options.threads)
    run.titles = titling.titles
    let reporter = TrainingReporter(
      quiet: options.quiet, verbose: telling.verbose, weights: TrainingReporter.weights)
    defer { reporter.clear() }
    run.observer = reporter.observe()
    let curves = telling.curves.begin(&run.observer, metric: run.selectionName)
    let compared = try compared(run, reporter)
    guard Processes.isRoot else { return }
    reporter.end()
    let (document, comparison) = (compared.document, compared.document.comparison)
    options.note(comparison.notes)
    try reporter.writeLog(to: telling.log)
    try curves?.end(with: comparison)
    try measure.writePerUser(comparison)
    if let report {
      try ComparisonReport(
        document, itemPopularity: compared.itemPopularity, itemLabels: compared.itemLabels,
        command: CommandText.current
      ).page.write(to: report)
    }
    if options.json { return try Console.standardOutput(document) }
    if let table {
      return try Console.standardOutput(PaperTable(document, command: CommandText.current).text(table))
    }
    try Console.standardOutput(
      Console.printable(document.facts.heading) + "\n\n" + comparison.table.markdown(width: Console.width) + "\n"
        + comparison.sentences.map { $0 + "\n" }.joined())
  }

  /// The results, after a search for settings if one is requested.
  private func compared(_ run: ComparisonRun, _ reporter: TrainingReporter) throws -> ComparedModels {
    guard let tune else { return try run.run() }
    var tuned = TunedComparison(run, budget: try TunedComparison.Budget(tune))
    try SearchOptions.hold(&tuned.search, set: hyperparameters)
    tuned.search.atOnce = atOnce
    tuned.search.tell(reporter, quiet: options.quiet, journal: nil)
    options.note(tuned.search.adviceOnProcesses)
    tuned.onTuned = { Interruption.endAtOnce() }
    return try tuned.run().compared
  }
}
