/// An error in the input: the place, the text found, what is wrong and what would be accepted.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as the user named it.
  public let path: String
  /// The line, counted from 1, or `nil` for the whole file.
  public let line: Int?
  /// The offending text, shortened to 60 characters and with control characters escaped.
  public let text: String?
  /// What is wrong, as the predicate of the text (`is not a rating`) or a sentence of its own.
  public let message: String
  /// What would be accepted.
  public let accepted: String?
  /// Whether the file lacks the columns or the separator with which it should be read.
  public let isAboutColumns: Bool

  /// Creates an error; `text` may be of any length and contain any characters.
  public init(
    path: String, line: Int? = nil, text: String? = nil, message: String, accepted: String? = nil,
    isAboutColumns: Bool = false
  ) {
    self.path = path
    self.line = line
    self.text = text.map(Self.presentable)
    self.message = message
    self.accepted = accepted
    self.isAboutColumns = isAboutColumns
  }

  /// One sentence, such as `ratings.csv:12: "abc" is not a rating; accepted: a finite number such as 4 or
  /// 3.5`.
  public var description: String {
    var sentence = path
    if let line { sentence += ":\(line)" }
    sentence += ": "
    if let text { sentence += "\"\(text)\" " }
    sentence += message
    if let accepted { sentence += "; accepted: \(accepted)" }
    return sentence
  }

  private static func presentable(_ text: String) -> String {
    let longest = 60
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == longest { return shown + "…" }
      count += 1
      switch scalar {
      case "\t": shown += "\\t"
      case "\n": shown += "\\n"
      case "\r": shown += "\\r"
      // Control and format characters could repaint the terminal that shows the message.
      case _ where [.control, .format].contains(scalar.properties.generalCategory):
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
