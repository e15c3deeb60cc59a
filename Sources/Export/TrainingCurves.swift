import Autoencoders
import Compute
import Evaluation
public import Experiments
import FileFormats
import Foundation

/// Curves of a run for TensorBoard, by epoch and by trial: a folder for each training.
///
/// They do not change results, and a full disk does not stop training: write errors are reported at the end.
public final class TrainingCurves: Sendable {
  private struct State: Sendable {
    var files: [String: EventFile] = [:]
    /// The last epoch of each training, with the number of its fit.
    var places: [String: (epoch: Int, fit: Int)] = [:]
    var failure: OutputError?
  }

  private let folder: String
  private let metric: String
  private let state = Guarded(State())

  /// Prepares to write; the folder is created with the first event.
  ///
  /// - Parameter metric: the metric of validation values, such as `ndcg@100`.
  public init(in folder: String, metric: String) { (self.folder, self.metric) = (folder, metric) }

  /// Checks that the folder can be written and is not part of a saved model, which could no longer be replaced if its
  /// directory held curves.
  ///
  /// - Throws: `OutputError`.
  public static func verify(_ folder: String) throws {
    let outer = URL(fileURLWithPath: folder).standardizedFileURL.deletingLastPathComponent().path
    for place in [folder, outer] where (try? ModelDirectory.configuration(at: place)) != nil {
      throw OutputError(path: folder, reason: "\(place) holds a model; choose a directory outside it")
    }
    try AtomicDirectory.verify(folder) { _ in true }
  }

  /// The same observer, which also writes every epoch.
  public func following(_ observer: RunObserver) -> RunObserver {
    var observer = observer
    observer.onEpoch = { [self, onEpoch = observer.onEpoch] in
      onEpoch($0, $1)
      add($1, of: $0)
    }
    observer.onResume = { [self, onResume = observer.onResume] name, records in
      onResume(name, records)
      for record in records { add(record, of: name) }
    }
    return observer
  }

  /// Writes numbers of one step under a name.
  ///
  /// Numbers that are not finite are left out, because a curve cannot show them.
  public func add(_ scalars: [(tag: String, value: Double)], to name: String, step: Int) {
    let scalars = scalars.filter(\.value.isFinite)
    if scalars.isEmpty { return }
    state.withLock { state in
      guard state.failure == nil else { return }
      do {
        let time = Date().timeIntervalSince1970
        let file = try state.files[name] ?? begin(name, at: time)
        state.files[name] = file
        try file.add(scalars, step: step, at: time)
      } catch let error as OutputError {
        state.failure = error
      } catch {
        state.failure = OutputError(path: folder, reason: "\(error)")
      }
    }
  }

  /// Ends with the test results of each model, at the chosen epoch.
  ///
  /// - Throws: `OutputError` if something could not be written.
  public func end(with comparison: Comparison) throws {
    for model in comparison.models {
      let scores = model.scores.map { (tag: "test/\($0.metric.key)", value: $0.value) }
      add(scores, to: model.name, step: model.bestEpoch)
    }
    try end()
  }

  /// Ends the writing.
  ///
  /// - Throws: `OutputError` if something could not be written.
  public func end() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func add(_ record: EpochRecord, of name: String) {
    let fit = state.withLock { state in
      let last = state.places[name] ?? (0, 1)
      // A second fit starts again from epoch 1.
      let fit = record.epoch <= last.epoch ? last.fit + 1 : last.fit
      state.places[name] = (record.epoch, fit)
      return fit
    }
    var scalars = [("loss/reconstruction", record.reconstruction)]
    if record.latent != nil || record.divergence != 0 {
      scalars += [("loss/divergence", record.divergence), ("loss/beta", record.beta)]
    }
    if let validation = record.validation { scalars.append(("metric/\(metric)", abs(validation))) }
    if let latent = record.latent {
      scalars += [
        ("latent/active_units", Double(latent.activeUnits)), ("latent/posterior_variance", latent.posteriorVariance),
        ("latent/noise_share", latent.noiseShare),
      ]
    }
    scalars.append(("time/seconds", record.seconds))
    add(scalars.map { (tag: $0.0, value: $0.1) }, to: fit == 1 ? name : "\(name), second fit", step: record.epoch)
  }

  private func begin(_ name: String, at time: Double) throws -> EventFile {
    try AtomicDirectory.make(folder)
    let place = "\(folder)/\(Self.folderName(name))"
    try AtomicDirectory.make(place)
    return try EventFile(in: place, at: time)
  }

  /// A valid name for a single, visible folder.
  static func folderName(_ name: String) -> String {
    let plain = String(name.map { $0 == "/" || $0.isNewline || $0 == "\0" ? "-" : $0 })
    return plain.hasPrefix(".") ? "-" + plain.dropFirst() : plain
  }
}
