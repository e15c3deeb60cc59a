import Doppel
import FileFormats

/// `doppel sample --temperature auto`: temperature and lengths chosen by users whom the model has not seen.
extension Sample {
  /// Chooses the settings of a plan, and says so if none stays within the limit.
  ///
  /// - Parameters:
  ///   - people: the training users, if there are any to read.
  ///   - path: the file of the held-out users.
  func decide(
    _ plan: SamplingPlan, _ directory: ModelDirectory, _ people: SamplingPeople?, heldOut path: String,
    _ processor: Processor
  ) throws -> SamplingDecision {
    if directory.record.privacy != nil {
      throw UsageError(
        "\(model) was trained with --private, and its guarantee does not cover settings that are chosen by its training "
          + "users; accepted: --temperature with a number, without --data and --holdout")
    }
    guard let people else {
      throw UsageError(
        "--temperature auto needs the users that \(model) was trained on, which a saved model does not keep; add --data "
          + "FILE")
    }
    let heldOut = try reading.reader(for: directory, threads: options.threads).read(heldOut: path)
    var choice = try SamplingChoice(
      of: directory, people: people, heldOut: heldOut, seed: options.randomSeed, processor: processor)
    try choosing.set(&choice)
    options.note(choice.notes)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    choice.observer = reporter.observe()
    let decision = try choice.decide(plan)
    reporter.end()
    // What follows is no training.
    Interruption.setFarewell { _ in "interrupted" }
    options.note(decision.notes)
    if let warning = decision.warning { Console.standardError("warning: \(warning)\n") }
    return decision
  }
}
