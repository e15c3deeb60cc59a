/// An id as a page may show it: one line, no control characters, not endless.
///
/// Writing a page escapes what HTML would misread. This is about the reader: an id of ten thousand characters, or one
/// that breaks lines, would take a page apart however well it is escaped.
public struct DisplayName: Sendable, Equatable {
  /// The longest id shown whole.
  public static let longest = 80

  /// What is shown.
  public let text: String
  /// Whether something was left out.
  public let isShortened: Bool

  /// Prepares an id.
  ///
  /// - Parameter limit: the largest number of characters shown.
  public init(_ id: String, limit: Int = longest) {
    var shown = ""
    var (count, marks) = (0, 0)
    var isCut = false
    for scalar in id.unicodeScalars {
      // Marks pile up on one character without end; two of them are enough for any script's name.
      if scalar.properties.isGraphemeExtend {
        marks += 1
        if marks > 2 { continue }
      } else {
        (count, marks) = (count + 1, 0)
        if count > limit {
          isCut = true
          break
        }
      }
      shown.unicodeScalars.append(Markup.visible(scalar))
    }
    isShortened = isCut
    // What cannot be seen could not be told from a gap.
    let isBlank = shown.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    text = isBlank ? "(blank)" : isCut ? String(shown.dropLast()) + "…" : shown
  }

  /// A text of any kind, cut where it is longer than `limit` characters.
  public static func cut(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit { return text }
    let scalars = text.unicodeScalars.prefix(4 * limit)
    let characters = String(String.UnicodeScalarView(scalars))
    let isWhole = scalars.endIndex == text.unicodeScalars.endIndex && characters.count <= limit
    return isWhole ? text : String(characters.prefix(limit - 1)) + "…"
  }

  /// The width of a text in a plot, as a multiple of the font size: a rough table of a sans-serif face.
  package static func width(of text: String) -> Double {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case "i", "j", "l", "t", "f", "r", "I", "|", ".", ",", ":", ";", "'", " ", "(", ")", "-": sum + 0.33
      case "m", "w", "M", "W", "@", "%", "–", "—", "…", "=", "<", ">", "+", "~", "#", "&": sum + 0.9
      case "0"..."9", "a"..."z": sum + 0.56
      case _ where scalar.value >= 0x2E80: sum + 1
      default: sum + 0.7
      }
    }
  }
}
