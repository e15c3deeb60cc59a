import Doppel
import Foundation

/// `doppel compare --generative`: autoencoders with a density fitted to their points, and variational ones.
extension Compare {
  /// The models compared by default: an autoencoder, one with the likelihood of the VAE, and the VAE.
  static let generativeModels = ["ae", "mult-dae", "mult-vae"]

  func runGenerative() throws {
    let started = Date()
    let models = try generativeConfigurations()
    let guarantees = try privateFits(of: models)
    let selection = try data.selection(threads: options.threads)
    switch selection.source {
    case .builtIn, .file: break
    case .directory, .files:
      throw UsageError(
        "--generative divides users itself; accepted: one file of interactions, or the built-in population")
    }
    guard selection.split == .users else {
      throw UsageError("--generative holds out whole users; leave out --split or use --split users")
    }
    let processor = try options.processor().using(hyperparameters.precision)
    if !guarantees.isEmpty && processor.precision != .float32 { throw ImpossibleGuarantee.precision }
    let reporter = TrainingReporter(
      quiet: options.quiet, verbose: telling.verbose, weights: TrainingReporter.weights)
    defer { reporter.clear() }

    let interactions = try selection.interactions(seed: options.randomSeed)
    var comparison = try GenerativeComparison(
      interactions, validation: selection.heldOut, seed: options.randomSeed, processor: processor)
    let loaded = Date()
    options.note(comparison.notes)
    comparison.experiment.refits = !hyperparameters.noRefit
    comparison.experiment.observer = reporter.observe()
    if let maximum = generating.maxUsers { comparison.options.maximumUsers = maximum }
    comparison.options.utility = generating.utilityOptions
    (comparison.temperatures, comparison.guarantees) = (try generating.chosenTemperatures(), guarantees)
    (comparison.keepsPopularity, comparison.shadows) = (generating.keepPopularity, generating.shadows ?? 0)
    comparison.experiment.observer.onMemory(
      try comparison.experiment.memoryNotes(comparison.trained(models), limit: hyperparameters.memoryLimit?.bytes))
    let result = try comparison.run(models)
    reporter.end()
    let modelNotes = Comparison(result.models, metrics: []).notes
    options.note(result.notes + modelNotes)
    try reporter.writeLog(to: telling.log)

    let summary = DataSummary(interactions)
    let document = ResultDocument(
      RunFacts(seed: options.randomSeed, processor, dataset: summary, split: comparison.description),
      Comparison(result.models, metrics: []),
      seconds: .init(load: loaded.timeIntervalSince(started), total: Date().timeIntervalSince(started)),
      notes: comparison.notes + result.notes + modelNotes)
    if let report {
      try GenerativeReport(result, document: document, command: CommandText.current).page.write(to: report)
    }
    guard options.json else {
      return try Console.standardOutput(
        Console.printable(document.facts.heading) + "\n" + result.text(width: Console.width))
    }
    try Console.standardOutput(GenerativeDocument(document, result))
  }

  private func generativeConfigurations() throws -> [any ZooModel] {
    guard choice.task == .ranking else {
      throw UsageError("--generative needs --task ranking: rating models do not generate interactions")
    }
    let chosen = try choice.models(
      set: hyperparameters, otherwise: Self.generativeModels.map { try Zoo.parse($0) })
    for model in chosen {
      if let reason = GenerativeComparison.refusal(of: model) {
        let able = GenerativeComparison.models.joined(separator: ", ")
        throw UsageError("\(reason); --generative accepts \(able)")
      }
    }
    return chosen
  }

  /// The guarantees of private fits, which at least one of the models must be able to have.
  private func privateFits(of models: [any ZooModel]) throws -> [PrivacyRequest] {
    let guarantees = try generating.guarantees()
    let reasons = models.compactMap { GenerativeComparison.privateRefusal(of: $0) }
    if !guarantees.isEmpty && reasons.count == models.count {
      let able = GenerativeComparison.privateModels.joined(separator: ", ")
      throw UsageError(
        "--private needs a model that can be trained privately and drawn from its prior: "
          + "\(reasons.joined(separator: "; ")); accepted: \(able)")
    }
    return guarantees
  }
}
