import Dispatch
import Doppel
import Foundation

/// A line on the terminal that shows how far the training is and how long it will take.
///
/// Elsewhere there is nothing.
final class Progress: Sendable {
  private struct State {
    var model = ""
    var started = DispatchTime.now()
    var lastShown: UInt64 = 0
    var isShown = false
    var validation: Double?
  }

  private let state = Guarded(State())
  private let isActive: Bool
  private let colour: (on: String, off: String)

  init(quiet: Bool) {
    isActive = !quiet && Console.hasTerminal
    colour = Console.hasColour ? ("\u{1B}[36m", "\u{1B}[0m") : ("", "")
  }

  func begin(_ model: String) {
    state.withLock { $0 = State(model: model) }
  }

  func note(validation: Double?) {
    state.withLock { $0.validation = validation }
  }

  /// Shows a share of the work, ten times a second at most.
  ///
  /// Early stopping may end it sooner than the estimate says.
  func show(_ share: Double) {
    guard isActive else { return }
    let line: String? = state.withLock { state in
      let now = DispatchTime.now().uptimeNanoseconds
      guard now - state.lastShown > 100_000_000, share > 0 else { return nil }
      state.lastShown = now
      state.isShown = true
      let seconds = Double(now - state.started.uptimeNanoseconds) / 1e9
      let width = 24
      let filled = Int((Double(width) * share).rounded())
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      let left = Int((seconds / share - seconds).rounded(.up))
      let value = state.validation.map { String(format: "  validation %.4f", abs($0)) } ?? ""
      return String(
        format: "\r\u{1B}[K%@ %@%@%@ %3.0f %%  at most %d:%02d left%@", state.model, colour.on, bar,
        colour.off, share * 100, left / 60, left % 60, value)
    }
    if let line { Console.standardError(line) }
  }

  /// Clears the line.
  func end() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { Console.standardError("\r\u{1B}[K") }
  }
}
