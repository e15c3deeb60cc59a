import Doppel
import Presentation

/// The content of a progress line, and how it is fitted to the terminal.
struct ProgressLine {
  /// The name of the current work.
  let head: String
  /// How much of it is done, from 0 to 1.
  let share: Double
  /// The epoch, in full and in short.
  var epoch = (long: "", short: "")
  var validation: Double?
  /// The remaining seconds, if they can be estimated.
  var seconds: Double?
  /// Whether the work may finish sooner.
  var isAtMost = false
  /// The next stage after that time.
  var then: String?

  /// The longest form that fits into `columns`: first the bar is shortened, then the words.
  func text(columns: Int, colour: (on: String, off: String)) -> String {
    let candidates = [
      candidate(bar: 24, percent, epoch.long, value, time(.whole)),
      candidate(bar: 12, percent, epoch.long, value, time(.whole)),
      candidate(bar: 8, epoch.long, value, time(.whole)),
      candidate(bar: 12, percent, epoch.long, value, time(.long)),
      candidate(bar: 8, epoch.long, value, time(.long)),
      candidate(bar: 8, epoch.long, value, time(.short)),
      candidate(bar: 0, epoch.long, value, time(.long)),
      candidate(bar: 0, epoch.long, value, time(.short)),
      candidate(bar: 0, epoch.short, value, time(.short)),
      candidate(bar: 0, epoch.short, time(.short)),
      candidate(bar: 0, epoch.short),
    ]
    let fitting = candidates.first { head.count + $0.bar.count + $0.words.count <= columns }
    guard let fitting else { return String((head + (candidates.last?.words ?? "")).prefix(columns)) }
    if fitting.bar.isEmpty { return colour.on + head + colour.off + fitting.words }
    return head + colour.on + fitting.bar + colour.off + fitting.words
  }

  private func candidate(bar width: Int, _ parts: String...) -> (bar: String, words: String) {
    let filled = max(0, min(width, Int((Double(width) * share).rounded())))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let words = parts.filter { !$0.isEmpty }
    // If nothing else fits, the percentage is shown.
    if width == 0 { return ("", ", " + (words.isEmpty ? percent : words.joined(separator: ", "))) }
    return (" " + bar, " " + words.joined(separator: ", "))
  }

  private var percent: String { Number.percent(share, decimals: 0) }

  private var value: String { validation.map { "validation " + Number.decimal(abs($0)) } ?? "" }

  private enum Length { case whole, long, short }

  private func time(_ length: Length) -> String {
    guard let seconds, seconds.isFinite, seconds < 1e9 else { return "" }
    let whole = max(0, Int(seconds.rounded(.up)))
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    func two(_ digits: Int) -> String { (digits < 10 ? "0" : "") + "\(digits)" }
    let clock = (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(whole % 60)
    let left = (isAtMost && length != .short ? "at most " : "") + clock + " left"
    return length == .whole ? [left, then].compactMap(\.self).joined(separator: ", ") : left
  }
}
