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
    let names = models.split { $0 == "," || $0 == " " }.map(String.init)
    var choice = ModelChoice()
    (choice.models, choice.task) = (models, task)
    guard !names.isEmpty else { throw UsageError("--models is empty; accepted: names such as mult-vae,linear") }
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
    let key = task == .rating ? Metric.rmse.key : run.selection.key
    let curves = curves.begin(&run.observer, metric: key)
    run.tell(reporter, quiet: options.quiet, journal: search.journal)
    if let curves {
      run.onRecord = { [told = run.onRecord] in
        told($0)
        curves.add($0, metric: key)
      }
    }
    options.note(run.notesOnProcesses)
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
    let (trials, key) = (hasTrialsToCount ? trials : nil, task == .rating ? Metric.rmse.key : selection.key)
    if !quiet && !Console.hasTerminal {
      onRecord = { Console.standardError($0.words(of: trials, key) + "\n") }
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
}

extension TuningRun {
  /// A note if there are more processes than trials at the same time; empty for a single process.
  var notesOnProcesses: [String] {
    let searched = models.filter { !space(of: $0).dimensions.isEmpty }.count
    let most = atOnce * (time == nil ? searched : 1)
    guard let launcher = Processes.launcher, trials > 10, launcher.processes > most else { return [] }
    return [
      "after the first ten trials of each model, at most \(counted(most, "trial")) at a time for "
        + "\(launcher.processes) processes; --at-once N allows N of each model"
    ]
  }
}

extension TrialRecord {
  /// One line.
  fileprivate func words(of trials: Int?, _ metric: String) -> String {
    var words = "\(model), trial \(trial)\(trials.map { " of \($0)" } ?? ""): "
    words += value.map { "\(metric) \(Number.decimal($0))" } ?? "failed: \(failure ?? "")"
    if let epochs, let bestEpoch, value != nil { words += " at epoch \(bestEpoch) of \(epochs)" }
    return words + (trial == 0 ? " (the defaults)" : "")
  }
}

extension TrainingCurves {
  /// A trial: its value and its numeric settings.
  fileprivate func add(_ trial: TrialRecord, metric: String) {
    var scalars = trial.value.map { [(tag: "metric/\(metric)", value: $0)] } ?? []
    for (name, setting) in trial.settings.sorted(by: { $0.key < $1.key }) {
      if case .number(let value) = setting { scalars.append((tag: "setting/\(name)", value: value)) }
    }
    add(scalars, to: "\(trial.model), trials", step: trial.trial)
  }
}
