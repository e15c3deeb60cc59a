/// A piece of XML or HTML as a tree, so that tags balance and text is escaped by construction.
///
/// What comes from outside (ids, titles, file names) can only become ``text(_:)`` or the value of an attribute, and
/// both are escaped when written. ``verbatim(_:)`` is for style sheets and programs that are part of Doppel.
public enum Markup: Sendable {
  /// A tag with attributes and children.
  case element(Element)
  /// Characters to be shown.
  case text(String)
  /// Characters written as they are: never anything from outside.
  case verbatim(String)

  /// A tag with attributes and children.
  public struct Element: Sendable {
    /// The tag's name.
    public var name: String
    /// Attributes in the order they are written.
    public var attributes: [(name: String, value: String)]
    /// The content.
    public var children: [Markup]
  }

  /// An element; attributes without a value are left out.
  public static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [Markup] = []
  ) -> Markup {
    let given = attributes.compactMap { pair in pair.value.map { (name: pair.key, value: $0) } }
    return .element(Element(name: name, attributes: given, children: children))
  }

  /// An element that holds one text.
  public static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String
  ) -> Markup {
    tag(name, attributes, [.text(text)])
  }

  /// The characters, as UTF-8 in a string.
  public var serialised: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// Appends the characters.
  public func write(to output: inout String) {
    switch self {
    case .text(let text): Self.write(text, to: &output)
    case .verbatim(let text): output += text
    case .element(let element):
      output += "<\(element.name)"
      for attribute in element.attributes {
        output += " \(attribute.name)=\""
        Self.write(attribute.value, to: &output)
        output += "\""
      }
      if element.children.isEmpty && Self.selfClosing.contains(element.name) {
        output += "/>"
        return
      }
      output += ">"
      for child in element.children { child.write(to: &output) }
      output += "</\(element.name)>"
    }
  }

  /// What may be written `<name/>` in a page: HTML's void elements, and shapes, which are foreign content there.
  private static let selfClosing: Set<String> = [
    "br", "circle", "hr", "input", "line", "link", "meta", "path", "rect", "use",
  ]

  /// Scalar by scalar: seen as whole characters, a quotation mark with a combining accent is not a quotation mark.
  private static func write(_ text: String, to output: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "&": output += "&amp;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      case "\t", "\n": output.unicodeScalars.append(scalar)
      default: output.unicodeScalars.append(visible(scalar))
      }
    }
  }

  /// The scalar itself, or a sign in place of one that no page may hold: ␀ … ␟, ␡, or the replacement character.
  static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0xFDD0...0xFDEF: "\u{FFFD}"
    case let value where value & 0xFFFE == 0xFFFE: "\u{FFFD}"
    default: scalar
    }
  }
}
