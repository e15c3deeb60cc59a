import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What stands on a page, read by a strict XML parser: it refuses a tag that does not balance.
final class PageOutline: NSObject, XMLParserDelegate {
  private var names: [String: Int] = [:]
  private var isInStyle = false
  /// Every attribute of every element.
  private(set) var attributes: [(name: String, value: String)] = []
  /// All style sheets.
  private(set) var styles = ""
  /// All other text.
  private(set) var text = ""

  init(parsing html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.replacing("<!DOCTYPE html>", with: "").utf8))
    parser.delegate = self
    if !parser.parse() {
      throw NotWellFormed(
        description: "line \(parser.lineNumber), column \(parser.columnNumber): \(parser.parserError as Any)")
    }
  }

  struct NotWellFormed: Error, CustomStringConvertible { let description: String }

  func count(_ name: String) -> Int { names[name, default: 0] }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes given: [String: String]
  ) {
    names[name, default: 0] += 1
    isInStyle = name == "style"
    attributes += given.map { (name: $0.key, value: $0.value) }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    isInStyle = false
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if isInStyle { styles += string } else { text += string.replacing("\u{A0}", with: " ") }
  }
}
