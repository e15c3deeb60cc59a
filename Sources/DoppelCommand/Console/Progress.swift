import Dispatch
import Doppel
import Foundation

/// A progress line on the terminal with the remaining time, and a permanent line for every trained model.
///
/// Without a terminal, nothing is shown.
final class Progress: Sendable {
  private struct State {
    var place = TrainingPlace()
    var started = Progress.now
    var lastShown = -Double.infinity
    var isShown = false
    var validation: Double?
    var remaining = RemainingTime()
    var stage: TrainingProgress.Stage?
  }

  private let state = Guarded(State())
  private let isActive: Bool
  private let colour: (on: String, off: String)

  init(quiet: Bool) {
    isActive = !quiet && Console.hasTerminal
    colour = Console.hasColour ? ("\u{1B}[36m", "\u{1B}[0m") : ("", "")
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

  /// Which model is being trained, and in which of its fits.
  var place: TrainingPlace { state.withLock { $0.place } }

  /// Sets the number of models to train.
  func expect(_ models: Int) { state.withLock { $0.place.models = models } }

  /// Begins a model, or any other named work.
  func begin(_ model: String) {
    state.withLock { state in
      var place = state.place
      place.begin(model)
      state = State(place: place)
    }
  }

  /// Records finished epochs, here or before a checkpoint.
  func note(_ records: [EpochRecord]) {
    state.withLock { state in
      state.validation = records.last?.validation
      state.place.note(records)
      for record in records { state.remaining.add(rows: record.users, seconds: record.seconds) }
    }
  }

  /// Shows the progress of a training.
  func show(_ training: TrainingProgress) {
    let line: ProgressLine? = state.withLock { state in
      let now = Self.now
      // A new stage is shown at once.
      if state.stage != training.stage { state.lastShown = -.infinity }
      state.stage = training.stage
      // Checked at every update, even if nothing is drawn.
      let seconds = state.remaining.update(training, at: now)
      guard isDue(&state, at: now) else { return nil }
      return ProgressLine(
        head: state.place.words, share: training.share, epoch: state.place.epochWords(training),
        validation: training.stage == .again ? nil : state.validation, seconds: seconds,
        isAtMost: training.mayEndEarly, then: training.stage == .choosing ? "then a second fit" : nil)
    }
    draw(line)
  }

  /// Shows the finished share of other work.
  func show(share: Double) {
    let line: ProgressLine? = state.withLock { state in
      let now = Self.now
      guard share > 0, isDue(&state, at: now) else { return nil }
      let elapsed = now - state.started
      return ProgressLine(head: state.place.words, share: share, seconds: elapsed / share - elapsed)
    }
    draw(line)
  }

  /// Shows how far a search has come whose trials several processes share.
  func show(_ search: SearchProgress) {
    let isShown: Bool = state.withLock { state in
      // Trials start and end rarely, and each is shown.
      state.lastShown = -.infinity
      return isDue(&state, at: Self.now)
    }
    guard isShown else { return }
    let share = search.planned.map { Double(search.finished) / Double($0) }
    let text =
      share.map { ProgressLine(head: search.words, share: $0).text(columns: Console.columns - 1, colour: colour) }
      ?? String(search.words.prefix(Console.columns - 1))
    Console.standardError("\r\u{1B}[K" + text)
  }

  /// Prints a permanent line about a trained model.
  func finish(_ model: TrainingSummary) {
    guard isActive else { return }
    end()
    Console.standardError(String(model.words.prefix(Console.columns - 1)) + "\n")
  }

  /// Clears the line.
  func end() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { Console.standardError("\r\u{1B}[K") }
  }

  /// At most ten times a second, and never after a stop was requested.
  private func isDue(_ state: inout State, at now: Double) -> Bool {
    guard isActive, now - state.lastShown > 0.1, !Interruption.isRequested else { return false }
    state.lastShown = now
    state.isShown = true
    return true
  }

  private func draw(_ line: ProgressLine?) {
    guard let line else { return }
    // Some terminals wrap when the last column is written.
    Console.standardError("\r\u{1B}[K" + line.text(columns: Console.columns - 1, colour: colour))
  }
}

extension SearchProgress {
  /// The number of trials, and those that are running.
  fileprivate var words: String {
    let done = "\(finished)\(planned.map { " of \($0)" } ?? "") trials done"
    let now = running.map { "\($0.model) \($0.number)" }.joined(separator: ", ")
    return now.isEmpty ? done : "\(done), running \(now)"
  }
}
