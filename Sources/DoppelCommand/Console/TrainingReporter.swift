import Doppel
import FileFormats
import Foundation
import Presentation

/// Reports training to the user: a bar on terminals, loss terms with `--verbose`, a CSV with `--log`.
final class TrainingReporter: Sendable {
  private let progress: Progress
  private let verbose: Bool
  private let quiet: Bool
  private let records = Guarded<[(model: String, record: EpochRecord)]>([])

  init(quiet: Bool, verbose: Bool) {
    progress = Progress(quiet: quiet)
    self.verbose = verbose && !quiet
    self.quiet = quiet
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
    observer.onEpoch = { [self] model, record in finished(model, record) }
    observer.onTrained = { [self] in
      if output != nil { Interruption.waitForSaving() }
      progress.finish($0)
    }
    observer.onResume = { [self] model, earlier in
      records.withLock { $0.insert(contentsOf: earlier.map { (model, $0) }, at: 0) }
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
    for warning in Self.warnings(records.withLock { $0 }) { Console.standardError("warning: \(warning)\n") }
  }

  /// The last epoch of every training, and of every second fit, whose posteriors have collapsed or are nearly points.
  private static func warnings(_ records: [(model: String, record: EpochRecord)]) -> [String] {
    records.indices.compactMap { index in
      let (model, record) = records[index]
      let isLast = index + 1 == records.count || records[index + 1].record.epoch == 1
      guard isLast, let latent = record.latent, let words = latent.warning else { return nil }
      return "\(model), epoch \(record.epoch), beta \(Number.text(record.beta)): \(words)"
    }
  }

  private func finished(_ model: String, _ record: EpochRecord) {
    records.withLock { $0.append((model, record)) }
    progress.note([record])
    guard verbose else { return }
    progress.end()
    var line = "\(model) epoch \(record.epoch)  reconstruction \(Number.decimal(record.reconstruction))"
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
    for (model, record) in records.withLock({ $0 }) {
      text += "\(model),\(record.epoch),\(record.users),\(record.seconds),\(record.reconstruction),"
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
  fileprivate var warning: String? {
    let active = "\(activeUnits) of \(divergences.count) dimensions active"
    switch state {
    case .healthy: return nil
    case .collapsed:
      return
        "the posterior has collapsed: \(active), \(PosteriorState.describe(divergence: divergences.reduce(0, +))); "
        + "try a smaller --beta"
    case .nearlyPoint:
      return "the posterior is nearly a point: "
        + "noise is \(Number.percent(noiseShare)) of the variance"
        + "; draws from N(0, I) do not resemble its codes"
    }
  }
}
