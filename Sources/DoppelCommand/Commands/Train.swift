import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel train`: one model, saved.
struct Train: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train one model and save it.",
    discussion: """
      A validation part chooses the number of epochs; the model is then fitted again on everything for that \
      many epochs, unless --no-refit is given. The result is a directory that is enough by itself.
      """)

  @OptionGroup var data: DataOptions
  @Option(help: ArgumentHelp("The model.", valueName: "name"), completion: .model)
  var model: String
  @Option(help: ArgumentHelp("Directory to write.", valueName: "directory"), completion: .directory)
  var output: String
  @Flag(help: "Replace the model or checkpoint that is in --output.")
  var force = false
  @Option(help: "What to predict (default: the task of the model).")
  var task: RecommendationTask?
  @OptionGroup(title: "Hyper-parameters") var hyperparameters: ModelOptions
  @Option(
    help: ArgumentHelp(
      """
      recommend, or generate for mult-vae: β rises to 1, and the evidence lower bound at β = 1 chooses among the epochs \
      after that.
      """, valueName: "name"))
  var objective = Objective.recommend
  @Option(
    help: ArgumentHelp("Metric that chooses the epoch of a ranking model.", valueName: "key"), completion: .metric)
  var selection = "ndcg@100"
  @Flag(help: "Show the loss terms of every epoch on stderr.")
  var verbose = false
  @Option(help: ArgumentHelp("Save the loss terms of every epoch as CSV.", valueName: "file"), completion: .file())
  var log: String?
  @OptionGroup(title: "Checkpoints") var stopping: CheckpointOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { data.inputs + options.inputs }

  var outputs: [Output] {
    let verify = { try ModelDirectory.verify($0, replacing: force ? .anything : stopping.resume ? .sameRun : .nothing) }
    return [Output(flag: "--output", path: output, kind: .directory(verify))] + Output.file("--log", log)
  }

  func idleFlags() throws -> [IdleFlags] {
    let known = Zoo.named(model)
    let isFitted = known.map(\.isTrainedInEpochs) ?? true
    return try data.idleFlags(task: known?.task ?? .ranking)
      + [
        IdleFlags(
          ["--selection"], when: objective == .generate,
          "goes without --objective generate, which chooses the epoch by the evidence lower bound"),
        IdleFlags(
          ["--selection"], when: known?.task == .rating, "is for ranking; the RMSE chooses the epoch of \(model)"),
        IdleFlags(
          ["--selection", "--checkpoint-every", "--resume", "--precision", "--memory-limit"], when: !isFitted,
          "is for models that are trained in epochs, and \(model) is not"),
        IdleFlags(["--verbose"], when: options.quiet, "shows what --quiet leaves out"),
      ]
  }

  func run() throws {
    let started = Date()
    let configuration = try configuration()
    let metric = try selectionMetric()
    let processor = try options.processor().using(hyperparameters.precision)
    let place = try data.selection(threads: options.threads)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: verbose)
    defer { reporter.clear() }

    let trained: Trained
    switch configuration.task {
    case .ranking:
      let data = try place.ranking(seed: options.randomSeed, forTraining: true)
      options.note(data.notes)
      var experiment = RankingExperiment(data.split, seed: options.randomSeed, processor: processor)
      experiment.refits = !hyperparameters.noRefit
      experiment.selection = metric
      experiment.objective = objective
      experiment.observer = reporter.observe(canKeep: true)
      options.note(
        try hyperparameters.memoryNotes([configuration], experiment.memory, experiment.largestBatch))
      let run = identity(
        configuration, processor, data: data.hash, split: data.split.hash,
        selection: epochChosenBy, refits: experiment.refits)
      experiment.observer.checkpoints = try checkpoints(of: run)
      let fit = try experiment.fit(any: configuration)
      let users = experiment.users(of: fit)
      trained = Trained(
        fit: fit, items: data.split.items, users: Vocabulary(ids: users.ids), summary: data.summary,
        record: data.record, dataHash: data.hash, splitHash: data.split.hash, selection: epochChosenBy, rows: users.rows)
    case .rating:
      let data = try place.rating(seed: options.randomSeed, forTraining: true)
      options.note(data.notes)
      var experiment = RatingExperiment(data.split, seed: options.randomSeed, processor: processor)
      experiment.refits = !hyperparameters.noRefit
      experiment.observer = reporter.observe(canKeep: true)
      options.note(
        try hyperparameters.memoryNotes([configuration], experiment.memory, experiment.largestBatch))
      let run = identity(
        configuration, processor, data: data.hash, split: data.split.hash, selection: "rmse",
        refits: experiment.refits)
      experiment.observer.checkpoints = try checkpoints(of: run)
      let fit = try experiment.fit(any: configuration).fit
      var record = data.record
      record?.meanRating = experiment.meanRating(of: fit)
      trained = Trained(
        fit: fit, items: data.split.items, users: data.split.users, summary: data.summary, record: record,
        dataHash: data.hash, splitHash: data.split.hash, selection: "rmse", rows: nil)
    }
    Interruption.waitForSaving()
    reporter.end()
    options.note([trained.fit.remark(on: configuration)].compactMap(\.self))
    try reporter.writeLog(to: log)
    let directory = try save(trained, configuration, processor)
    try report(trained, directory, seconds: Date().timeIntervalSince(started))
  }

  private func configuration() throws -> any ZooModel {
    let plain = try Zoo.parse(model)
    if let task, task != plain.task { throw UsageError("\(model) is for --task \(plain.task.rawValue)") }
    let configured = try hyperparameters.configured([plain])[0]
    if objective == .generate { try checkGenerates(configured) }
    return configured
  }

  private func checkGenerates(_ configuration: any ZooModel) throws {
    guard configuration.isVariational else {
      let able = Zoo.defaults.filter(\.isVariational).map(\.name)
      throw UsageError(
        "--objective generate needs a model with a latent distribution, which \(model) lacks; accepted: "
          + able.joined(separator: ", "))
    }
    guard configuration.hyperparameters["beta"] == 1 else {
      throw UsageError("--objective generate needs β up to 1; leave out --beta or use --beta 1")
    }
  }

  /// Everything that determines the bytes of the result.
  private func identity(
    _ configuration: any ZooModel, _ processor: Processor, data: String, split: String,
    selection: String, refits: Bool
  ) -> RunIdentity {
    RunIdentity([
      "version": .string(DoppelVersion.current), "engine": .string(processor.engine.name),
      "precision": .string(processor.precision.rawValue), "seed": .number(Double(options.seed)),
      "dataHash": .string(data),
      "splitHash": .string(split), "model": .string(configuration.name),
      "hyperparameters": .object(configuration.hyperparameters), "selection": .string(selection),
      "refits": .bool(refits),
    ])
  }

  private func checkpoints(of run: RunIdentity) throws -> Checkpoints? {
    let checkpoints = try stopping.checkpoints(in: output, of: run)
    if stopping.resume && !force && checkpoints?.position == nil { try ModelDirectory.verify(output, isOf: run) }
    if checkpoints != nil { Interruption.waitForCheckpoint(in: output) }
    if let position = checkpoints?.position {
      let done = "\(position.epoch - 1) epochs\(position.selection == nil ? "" : " of the second fit")"
      options.note(["resuming from the checkpoint in \(output), after \(done)"])
    } else if stopping.resume {
      options.note(["no checkpoint in \(output); starting from the beginning"])
    }
    return checkpoints
  }

  /// What chooses the epoch of a ranking model, as files name it.
  private var epochChosenBy: String { objective == .generate ? "negative-elbo" : selection }

  private func selectionMetric() throws -> Metric {
    let metric = try Metric(key: selection.lowercased())
    guard metric.kind.isRanking && metric.kind.largerIsBetter else {
      throw UsageError(
        "--selection \(selection) cannot choose an epoch of a ranking model; accepted: ndcg@100, …")
    }
    return metric
  }

  private struct Trained {
    let fit: Fit<any FittedModel>
    let items: Vocabulary
    let users: Vocabulary
    let summary: DataSummary
    let record: DataRecord?
    let dataHash: String
    let splitHash: String
    let selection: String
    /// What the weights were fitted to; `nil` for ratings.
    let rows: SparseRows?

    var validation: Double? {
      fit.history.first { $0.epoch == fit.bestEpoch }?.validation.map(abs)
    }
  }

  private func save(
    _ trained: Trained, _ configuration: any ZooModel, _ processor: Processor
  ) throws -> ModelDirectory {
    var posterior: AggregatePosterior?
    if case .gaussians(let model) = trained.fit.model.latent, let rows = trained.rows {
      posterior = try model.aggregatePosterior(of: Profiles(items: rows), processor: processor)
    }
    var facts = RunFacts(seed: options.randomSeed, processor, dataset: trained.summary)
    // The bytes of a model do not depend on it.
    facts.threads = nil
    facts.data = trained.record
    (facts.dataHash, facts.splitHash) = (trained.dataHash, trained.splitHash)
    var directory = ModelDirectory(
      configuration: configuration, model: trained.fit.model, items: trained.items,
      users: configuration.keepsUsers ? trained.users : nil,
      record: [
        "training": .object([
          "epochs": .number(Double(trained.fit.history.count)),
          "bestEpoch": .number(Double(trained.fit.bestEpoch)),
          "refitted": .bool(trained.fit.isRefitted),
          "users": .number(Double(trained.users.count)),
          "objective": .string(objective.rawValue),
          "selection": .string(trained.selection),
          "validation": trained.validation.map { .number($0) } ?? .null,
        ]),
      ].merging(try JSONValue(encoding: facts).members ?? [:]) { record, _ in record })
    directory.itemPopularity = trained.rows.map { ItemPopularity(of: $0) }
    if let lengths = trained.rows.flatMap({ LengthHistogram(of: $0) }) {
      directory.record["profileLengths"] = lengths.json
    }
    var joint: Double?
    if let posterior, case .gaussians(let model) = trained.fit.model.latent, let rows = trained.rows {
      joint = try FittedGaussian(to: model, over: Profiles(items: rows), processor: processor)
        .divergence(from: model.prior)
      var members = posterior.json.members ?? [:]
      members["jointDivergence"] = joint.map { .number($0) } ?? .null
      directory.record["aggregatePosterior"] = .object(members)
    }
    var card = ModelCard(
      configuration: configuration, dataset: trained.summary, history: trained.fit.history,
      bestEpoch: trained.fit.bestEpoch, refitted: trained.fit.isRefitted, selection: trained.selection,
      parameters: trained.fit.model.parameterCount,
      origin: "Seed \(options.seed), \(processor.name), Doppel \(DoppelVersion.current).",
      aggregatePosterior: posterior)
    card.jointDivergence = joint
    card.fittedUsers = trained.users.count
    try directory.write(to: output, card: card.markdown)
    return directory
  }

  private func report(_ trained: Trained, _ directory: ModelDirectory, seconds: Double) throws {
    if options.json {
      let history = try trained.fit.history.map { try JSONValue(encoding: $0) }
      var document = directory.record
      document["model"] = .string(directory.configuration.name)
      document["hyperparameters"] = .object(directory.configuration.hyperparameters)
      document["output"] = .string(output)
      document["parameters"] = .number(Double(trained.fit.model.parameterCount))
      document["seconds"] = .number(seconds)
      document["history"] = .array(history)
      document["notes"] = .array(
        [trained.fit.remark(on: directory.configuration)].compactMap { $0.map { .string($0) } })
      try Console.standardOutput(document)
      return
    }
    var line = "\(directory.configuration.name): \(counted(trained.fit.model.parameterCount, "weight"))"
    if let validation = trained.validation {
      line += String(format: ", validation %@ %.4f", trained.selection, validation)
      line += " at epoch \(trained.fit.bestEpoch) of \(trained.fit.history.count)"
    }
    if trained.fit.isRefitted {
      line += ", fitted again on everything"
    } else {
      line += ", fitted to \(counted(trained.users.count, "user"))"
    }
    try Console.standardOutput(line + String(format: ", %.1f s\nsaved in %@\n", seconds, output))
  }
}
