/// The separator between the columns of a line.
public enum Delimiter: Sendable, Equatable {
  /// One or more spaces or tabs.
  case blanks
  /// `::`, as in MovieLens 1M.
  case doubleColon
  /// One ASCII character. With comma and semicolon, a column may be quoted, and a quote in it is doubled.
  case byte(UInt8)

  /// A tab.
  public static let tab = Delimiter.byte(UInt8(ascii: "\t"))
  /// A comma.
  public static let comma = Delimiter.byte(UInt8(ascii: ","))
  /// A semicolon.
  public static let semicolon = Delimiter.byte(UInt8(ascii: ";"))
  /// A vertical bar.
  public static let bar = Delimiter.byte(UInt8(ascii: "|"))

  /// The separators that are detected.
  static let recognised: [Delimiter] = [.tab, .doubleColon, .comma, .semicolon, .bar, .blanks]
  /// What ``init(_:)`` understands, for messages.
  public static let accepted = "tab, comma, semicolon, blanks, :: or one ASCII character"

  /// Parses what a user writes: a name (`tab`, `comma`, `semicolon`, `blanks`), `::`, `\t`, or the character itself.
  public init?(_ text: String) {
    switch text.lowercased() {
    case "tab", "\\t": self = .tab
    case "comma": self = .comma
    case "semicolon": self = .semicolon
    case "bar", "pipe": self = .bar
    case "blanks", "blank", "space", "spaces", " ": self = .blanks
    case "::": self = .doubleColon
    default:
      let bytes = Array(text.utf8)
      guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != 0x0A, bytes[0] != 0x0D, bytes[0] != 0x22,
        bytes[0] != 0
      else { return nil }
      self = .byte(bytes[0])
    }
  }

  /// Whether a column may be quoted.
  var allowsQuotes: Bool { self == .comma || self == .semicolon }

  /// Whether blanks beside it are not part of a column.
  ///
  /// A tab file has no quotes to keep the blanks that belong to an id, and Doppel writes ids in tab files.
  var ignoresBlanks: Bool {
    switch self {
    case .tab, .blanks, .byte(0x20): false
    case .doubleColon, .byte: true
    }
  }

  /// What `--delimiter` calls it.
  var option: String {
    switch self {
    case .bar: "bar"
    case .byte(let byte) where ![0x09, 0x2C, 0x3B].contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
    default: description
    }
  }

  /// The description of a file with it, such as `comma-separated`.
  var adjective: String {
    switch self {
    case .tab, .comma, .semicolon: "\(self)-separated"
    case .blanks, .doubleColon, .byte: "separated by \(self)"
    }
  }
}

extension Delimiter {
  /// What ``init(_:)`` understands as this delimiter.
  public var text: String {
    switch self {
    case .byte(let byte) where ![.tab, .comma, .semicolon].contains(self): String(Unicode.Scalar(byte))
    default: description
    }
  }
}

extension Delimiter: CustomStringConvertible {
  /// The name used in messages.
  public var description: String {
    switch self {
    case .blanks: "blanks"
    case .doubleColon: "::"
    case .tab: "tab"
    case .comma: "comma"
    case .semicolon: "semicolon"
    case .byte(let byte): "\"\(Character(Unicode.Scalar(byte)))\""
    }
  }
}
