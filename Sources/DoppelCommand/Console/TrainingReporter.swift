import Doppel
import FileFormats
import Foundation
import Synchronization

/// Tells the user how a training goes: a bar on terminals, loss terms with `--verbose`, a CSV with `--log`.
final class TrainingReporter: Sendable {
  private let progress: Progress
  private let verbose: Bool
  private let records = Mutex<[(model: String, record: EpochRecord)]>([])

  init(quiet: Bool, verbose: Bool) {
    progress = Progress(quiet: quiet)
    self.verbose = verbose && !quiet
  }

  /// Starts to listen for Ctrl-C, and to what the library tells.
  func observe() -> RunObserver {
    Interruption.listen()
    var observer = RunObserver()
    observer.onModel = { [self] in progress.begin($0) }
    observer.onProgress = { [self] _, share in progress.show(share) }
    observer.onEpoch = { [self] model, record in finished(model, record) }
    observer.onResume = { [self] model, earlier in
      records.withLock { $0.insert(contentsOf: earlier.map { (model, $0) }, at: 0) }
    }
    observer.isInterrupted = { Interruption.isRequested }
    return observer
  }

  /// Takes the bar away, also where the training ends in an error.
  func clear() { progress.end() }

  /// Ends the report of a training that came to its end.
  ///
  /// - Throws: `TrainingError.interrupted` when somebody asked to stop after the last update.
  func end() throws {
    progress.end()
    if Interruption.isRequested { throw TrainingError.interrupted }
  }

  private func finished(_ model: String, _ record: EpochRecord) {
    records.withLock { $0.append((model, record)) }
    progress.note(validation: record.validation)
    guard verbose else { return }
    progress.end()
    var line = String(
      format: "%@ epoch %d  reconstruction %.4f  KL %.4f  beta %.4f", model, record.epoch,
      record.reconstruction, record.divergence, record.beta)
    if let validation = record.validation { line += String(format: "  validation %.4f", abs(validation)) }
    if record.heldLogVariances > 0 {
      line += "  log-variances held to their range: \(record.heldLogVariances)"
    }
    Console.standardError(line + String(format: "  %.2f s\n", record.seconds))
  }

  /// Writes every epoch as CSV.
  ///
  /// - Throws: `OutputError`.
  func writeLog(to path: String?) throws {
    guard let path else { return }
    var text = "model,epoch,users,seconds,reconstruction,kl,beta,validation,heldLogVariances\n"
    for (model, record) in records.withLock({ $0 }) {
      text += "\(model),\(record.epoch),\(record.users),\(record.seconds),\(record.reconstruction),"
      text += "\(record.divergence),\(record.beta),\(record.validation.map { "\(abs($0))" } ?? ""),"
      text += "\(record.heldLogVariances)\n"
    }
    try AtomicFile.write(text, to: path)
  }
}
