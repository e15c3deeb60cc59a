import Doppel
import FileFormats
import Foundation
import Presentation

/// Reports training to the user: a bar on terminals, loss terms with `--verbose`, a CSV with `--log`.
final class TrainingReporter: Sendable {
  private let progress: Progress
  private let verbose: Bool
  private let quiet: Bool
  private let records = Guarded<[Finished]>([])
  private let weights: [String]

  /// A finished epoch.
  private struct Finished {
    let model: String
    let record: EpochRecord
    /// Whether the model measures the utility of synthetic users, with settings that the command does not set.
    var isForUtility = false
  }

  /// The settings for the weight of the KL term that training commands have flags for.
  static let weights = ["beta", "gamma"]

  /// - Parameter weights: the settings for the weight of the KL term that the command can lower, such as `beta`.
  init(quiet: Bool, verbose: Bool, weights: [String] = []) {
    progress = Progress(quiet: quiet)
    self.verbose = verbose && !quiet
    self.quiet = quiet
    self.weights = weights
  }

  /// Creates an observer that reports what the library does.
  ///
  /// - Parameters:
  ///   - output: the directory of the one model that is trained, for a command that saves it.
  ///   - keepsCheckpoints: whether checkpoints are written there.
  func observe(savingTo output: String? = nil, keepsCheckpoints: Bool = false) -> RunObserver {
    Interruption.setFarewell { [self] checkpoint in
      progress.end()
      return progress.place.farewell(canKeep: output != nil, checkpoint: checkpoint)
    }
    var observer = RunObserver()
    observer.onNotes = { [self] in Console.note($0, quiet: quiet) }
    observer.onMemory = { [self] in if output != nil || verbose { Console.note($0, quiet: quiet) } }
    observer.onModels = { [self] in progress.expect($0) }
    observer.onModel = { [self] in
      progress.begin($0)
      if let output, keepsCheckpoints { Interruption.waitForCheckpoint(in: output) }
    }
    observer.onProgress = { [self] _, training in progress.show(training) }
    observer.onEpoch = { [self] model, record in finished(Finished(model: model, record: record)) }
    observer.onUtilityEpoch = { [self] model, record in
      finished(Finished(model: model, record: record, isForUtility: true))
    }
    observer.onTrained = { [self] in
      if output != nil { Interruption.waitForSaving() }
      progress.finish($0)
    }
    observer.onResume = { [self] model, earlier in
      records.withLock { $0.insert(contentsOf: earlier.map { Finished(model: model, record: $0) }, at: 0) }
      progress.note(earlier)
    }
    observer.isInterrupted = { Interruption.isRequested }
    return observer
  }

  /// Shows the progress of a search whose trials several processes share.
  func show(_ search: SearchProgress) { progress.show(search) }

  /// Removes the bar, also if the training ends in an error.
  func clear() { progress.end() }

  /// Ends the report of a completed training, with a warning if posteriors have collapsed.
  func end() {
    progress.end()
    if quiet { return }
    for warning in warnings(records.withLock { $0 }) { Console.standardError("warning: \(warning)\n") }
  }

  /// The last epoch of every training, and of every second fit, whose posteriors have collapsed or are nearly points.
  private func warnings(_ records: [Finished]) -> [String] {
    records.indices.compactMap { index in
      let (epoch, record) = (records[index], records[index].record)
      let isLast = index + 1 == records.count || records[index + 1].record.epoch == 1
      guard isLast, let latent = record.latent, let words = latent.warning(advice: advice(for: epoch)) else {
        return nil
      }
      return (epoch.isForUtility ? "utility: " : "")
        + "\(epoch.model), epoch \(record.epoch), beta \(Number.text(record.beta)): \(words)"
    }
  }

  /// What helps against a collapse, if the command has a flag for it.
  private func advice(for epoch: Finished) -> String? {
    // The name may be that of a member of another model, and of one run of several: "blend: mult-vae (run 1 of 3)".
    let name = epoch.model.split(separator: ": ").last?.prefix { $0 != " " } ?? ""
    guard !epoch.isForUtility, let model = Zoo.named(String(name)) else { return nil }
    return weights.first { model.has($0) }.map { "try a smaller --\($0)" }
  }

  private func finished(_ epoch: Finished) {
    records.withLock { $0.append(epoch) }
    let record = epoch.record
    progress.note([record])
    guard verbose else { return }
    progress.end()
    var line = "\(epoch.model) epoch \(record.epoch)  reconstruction \(Number.decimal(record.reconstruction))"
    line += "  KL \(Number.decimal(record.divergence))  beta \(Number.decimal(record.beta))"
    if let validation = record.validation { line += "  validation " + Number.decimal(abs(validation)) }
    if let latent = record.latent {
      line += "  active \(latent.activeUnits) of \(latent.divergences.count)"
      if latent.state != .healthy { line += "  posterior \(latent.state.words)" }
    }
    if record.heldLogVariances > 0 {
      line += "  clipped log-variances: \(record.heldLogVariances)"
    }
    Console.standardError(line + "  \(Number.decimal(record.seconds, 2)) s\n")
  }

  /// Writes every epoch as CSV.
  ///
  /// - Throws: `OutputError`.
  func writeLog(to path: String?) throws {
    guard let path else { return }
    var text = "model,epoch,users,seconds,reconstruction,kl,beta,validation,held_log_variances,"
    text += "active_units,posterior_variance,state,kl_by_dimension\n"
    for epoch in records.withLock({ $0 }) {
      let record = epoch.record
      text += "\(epoch.model),\(record.epoch),\(record.users),\(record.seconds),\(record.reconstruction),"
      text +=
        "\(record.divergence),\(record.beta),\(record.validation.map { "\(abs($0))" } ?? ""),\(record.heldLogVariances),"
      if let latent = record.latent {
        // A single cell keeps the number of columns the same for every model.
        text += "\(latent.activeUnits),\(latent.posteriorVariance),\(latent.state.rawValue),"
        text += latent.divergences.map { String(format: "%.6g", $0) }.joined(separator: " ") + "\n"
      } else {
        text += ",,,\n"
      }
    }
    try AtomicFile.write(text, to: path)
  }
}

extension PosteriorState {
  /// As written in the log.
  fileprivate var words: String {
    switch self {
    case .healthy: "healthy"
    case .collapsed: "collapsed"
    case .nearlyPoint: "nearly a point"
    }
  }
}

extension LatentEpoch {
  /// The warning at the end of a training; `nil` for healthy posteriors.
  ///
  /// - Parameter advice: what helps against a collapse, if anything does.
  fileprivate func warning(advice: String?) -> String? {
    let active = "\(activeUnits) of \(divergences.count) dimensions active"
    switch state {
    case .healthy: return nil
    case .collapsed:
      return
        "the posterior has collapsed: \(active), \(PosteriorState.describe(divergence: divergences.reduce(0, +)))"
        + (advice.map { "; " + $0 } ?? "")
    case .nearlyPoint:
      return "the posterior is nearly a point: "
        + "noise is \(Number.percent(noiseShare)) of the variance"
        + "; draws from N(0, I) do not resemble its codes"
    }
  }
}
