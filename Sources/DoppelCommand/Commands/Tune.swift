import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel tune`: a search for settings.
struct Tune: SharedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search for settings of models on the validation users.",
    usage: "doppel tune [<data>] --models <names> [<options>]",
    discussion: """
      The split is that of compare with the same data and seed; its test users are never used. Each model's first \
      trial has the default settings, the next nine are spread evenly, and later ones are drawn near good earlier ones \
      (tree-structured Parzen estimator). compare and train read the settings in --output with --config. Settings \
      given by flags or --config are not searched. Under mpirun, the processes share the trials.
      """)

  @OptionGroup var data: DataOptions
  @Option(
    help: ArgumentHelp("Models to tune, such as mult-vae,linear.", valueName: "names"), completion: .models)
  var models: String
  @Option(help: "What to predict.")
  var task = RecommendationTask.ranking
  @OptionGroup(title: "Searching") var search: SearchOptions
  @Option(
    help: ArgumentHelp("Save the best settings, for --config of compare and train.", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @OptionGroup var curves: CurveOptions
  @OptionGroup(title: "Fixed hyper-parameters (for every model that has them)") var hyperparameters: ModelOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { data.inputs + options.inputs + [("--space", search.space)] }

  var outputs: [Output] {
    Output.file("--journal", search.journal) + Output.file("--output", output) + Output.file("--report", report)
      + curves.outputs
  }

  func idleFlags() throws -> [IdleFlags] {
    try data.idleFlags(task: task) + search.idleFlags(task: task)
      + [IdleFlags(["--no-refit"], when: true, "has no effect here: trials are fitted once")]
  }

  func run() throws {
    var choice = ModelChoice()
    (choice.models, choice.task) = (models, task)
    guard choice.names?.isEmpty == false else {
      throw UsageError("--models is empty; accepted: names such as mult-vae,linear")
    }
    var run = TuningRun(
      try choice.models(set: hyperparameters, otherwise: []), seed: options.randomSeed,
      processor: try options.processor().using(hyperparameters.precision))
    // "all" means every model that can be tuned.
    if !choice.isByName { run.models.removeAll { $0.searchedSettings.isEmpty } }
    (run.task, run.memoryLimit) = (task, hyperparameters.memoryLimit?.bytes)
    run.data = try data.selection(threads: options.threads)
    try search.configure(&run, set: hyperparameters)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    run.observer = reporter.observe()
    let key = run.metric.key
    let curves = curves.begin(&run.observer, metric: key)
    run.tell(reporter, quiet: options.quiet, journal: search.journal)
    if let curves {
      run.onRecord = { [told = run.onRecord] in
        told($0)
        curves.add($0.scalars(metric: key), to: "\($0.model), trials", step: $0.trial)
      }
    }
    options.note(run.adviceOnProcesses)
    let result = try run.run()
    Interruption.endAtOnce()
    reporter.clear()
    guard Processes.isRoot else { return }
    try curves?.end()
    options.note(result.models.flatMap(\.notes))
    if let output { try AtomicFile.write(result.settingsFile, to: output) }
    if let report { try TuningReport(result, command: CommandText.current).page.write(to: report) }
    if options.json { return try Console.standardOutput(RunDocument(result.facts, result, output: output)) }
    var text = Console.printable(result.facts.heading) + "\n\n" + result.table.markdown(width: Console.width)
    for model in result.models { text += "\n" + result.settingTable(of: model).markdown(width: Console.width) }
    text += output.map { "\nbest settings saved in \($0)\n" } ?? "\n" + result.settingsFile
    try Console.standardOutput(text)
  }
}

extension TuningRun {
  /// Reports every trial on stderr, and says on interruption how the search can continue.
  mutating func tell(_ reporter: TrainingReporter, quiet: Bool, journal: String?) {
    let (trials, key) = (hasTrialsToCount ? trials : nil, metric.key)
    if !quiet && !Console.hasTerminal {
      onRecord = { Console.standardError($0.words(of: trials, metric: key) + "\n") }
    }
    onProgress = { reporter.show($0) }
    if Processes.launcher != nil { Interruption.waitForOthers() }
    if let journal {
      Interruption.setFarewell { _ in
        reporter.clear()
        return "interrupted; --resume continues with the trials in \(journal)"
      }
    }
  }

  /// The notes on processes, with the flag that helps.
  var adviceOnProcesses: [String] { notesOnProcesses.map { "\($0); --at-once N allows N of each model" } }
}
