import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel train`: one model, saved.
struct Train: SharedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train one model and save it.",
    discussion: """
      The number of epochs is chosen on a validation part; the model is then fitted again on all data for that many \
      epochs, unless --no-refit is given. The result is a self-contained directory.
      """)

  @OptionGroup var data: DataOptions
  @Option(help: ArgumentHelp("The model.", valueName: "name"), completion: .model)
  var model: String
  @Option(help: ArgumentHelp("Directory to write.", valueName: "directory"), completion: .directory)
  var output: String
  @Flag(help: "Replace an existing model or checkpoint in --output.")
  var force = false
  @Option(help: "What to predict (default: the task of the model).")
  var task: RecommendationTask?
  @OptionGroup var titling: TitleOptions
  @OptionGroup(title: "Hyper-parameters") var hyperparameters: ModelOptions
  @Option(
    help: ArgumentHelp(
      """
      recommend, or generate (\(Train.generators)): β rises to 1, and the epoch after that with the best evidence \
      lower bound at β = 1 is chosen.
      """, valueName: "name"))
  var objective = TrainingObjective.recommend
  @Option(
    help: ArgumentHelp("Metric that chooses the epoch of a ranking model.", valueName: "key"), completion: .metric)
  var selection = Metric.selectionDefault.key
  @OptionGroup(title: "Privacy") var privacy: PrivacyOptions
  @OptionGroup var telling: EpochOptions
  @OptionGroup(title: "Checkpoints") var stopping: CheckpointOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { data.inputs + titling.inputs + options.inputs }

  /// The models that can be trained to generate.
  private static var generators: String { Zoo.defaults.filter(\.canGenerate).map(\.name).joined(separator: ", ") }

  private var replacement: ModelDirectory.Replacement { force ? .anything : stopping.resume ? .sameRun : .nothing }

  var outputs: [Output] {
    [Output(flag: "--output", path: output, kind: .directory { try ModelDirectory.verify($0, replacing: replacement) })]
      + telling.outputs
  }

  func idleFlags() throws -> [IdleFlags] {
    let known = Zoo.named(model)
    let isFitted = known.map(\.isTrainedInEpochs) ?? true
    let hasEpochs = known?.hasEpochs ?? true
    return try data.idleFlags(task: known?.task ?? .ranking) + telling.idleFlags(quiet: options.quiet)
      + privacy.idleFlags
      + [
        IdleFlags(["--new-users"], when: true, "is for test users, and train holds out none"),
        IdleFlags(
          ["--selection"], when: objective == .generate,
          "cannot be combined with --objective generate, which chooses the epoch by the evidence lower bound"),
        IdleFlags(
          ["--selection"], when: known?.task == .rating, "is for ranking; the RMSE chooses the epoch of \(model)"),
        IdleFlags(
          (known.map { type(of: $0).choosesOnValidation } == true ? [] : ["--selection"])
            + ["--checkpoint-every", "--resume"] + (hasEpochs ? [] : ["--precision", "--tensorboard"])
            + (known.map { type(of: $0).isBaseline } == true ? ["--memory-limit"] : []), when: !isFitted,
          "is for models that are trained in epochs, and \(model) is not"),
      ]
  }

  func run() throws {
    let plain = try Zoo.parse(model)
    if let task, task != plain.task { throw WrongTask(model: model, task: plain.task) }
    var run = TrainingRun(
      try hyperparameters.configured([plain])[0], output: output, seed: options.randomSeed,
      processor: try options.processor().using(hyperparameters.precision))
    run.data = try data.selection(threads: options.threads)
    run.titles = titling.titles
    (run.objective, run.selection) = (objective, try Metric(key: selection.lowercased()))
    (run.refits, run.memoryLimit) = (!hyperparameters.noRefit, hyperparameters.memoryLimit?.bytes)
    (run.replacement, run.checkpoints, run.resumes) = (replacement, stopping.checkpointEvery?.interval, stopping.resume)
    run.privacy = try privacy.request()
    try run.check()
    // To generate, β is 1.
    let reporter = TrainingReporter(
      quiet: options.quiet, verbose: telling.verbose,
      weights: TrainingReporter.weights.filter { objective == .recommend || $0 != "beta" })
    defer { reporter.clear() }
    run.observer = reporter.observe(savingTo: output, keepsCheckpoints: stopping.areKept)
    let curves = telling.curves.begin(&run.observer, metric: run.selectionName)
    let trained = try run.run()
    guard Processes.isRoot else { return }
    reporter.end()
    options.note(trained.notes)
    try reporter.writeLog(to: telling.log)
    try curves?.end()
    if options.json { return try Console.standardOutput(trained) }
    try Console.standardOutput(trained.text + "saved in \(output)\n")
  }
}
