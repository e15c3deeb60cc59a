/// Ids in one text, separated by commas, as people write them on a command line.
///
/// An id may contain commas. A known text is one id; quotes make any text one id, as in CSV (a quote inside them is
/// doubled); otherwise commas separate. Of several readings, the one with the fewest unknown ids is taken, and of these
/// the one with the fewest ids.
///
/// ```swift
/// ListedIdentifiers("x,y", isKnown: ["x,y", "x"].contains).ids        // ["x,y"]
/// ListedIdentifiers(#""x","y""#, isKnown: ["x,y", "x"].contains).ids  // ["x", "y"]
/// ```
public struct ListedIdentifiers: Sendable, Equatable {
  /// The ids, in order; including unknown ones.
  public let ids: [String]
  /// A note if the text has another possible reading.
  public let notes: [String]

  /// An id with more commas than this is only found when it stands alone or in quotes: trying every length would take
  /// too long in a list of thousands.
  private static let mostCommas = 32

  /// Cuts a text.
  ///
  /// - Parameter isKnown: whether there is such an id.
  public init(_ text: String, isKnown: (String) -> Bool) {
    let pieces = Self.pieces(of: text)
    let joined = { (range: Range<Int>) in pieces[range].map(\.raw).joined(separator: ",") }
    // best[i]: the best way to cut the pieces from i on.
    var best = [Way](repeating: Way(), count: pieces.count + 1)
    for start in pieces.indices.reversed() {
      var chosen = best[start + 1].preceded(by: pieces[start].single(isKnown), length: 1)
      let longest = min(pieces.count, start + 1 + Self.mostCommas)
      var ends = Array(start + 2..<max(longest + 1, start + 2))
      if start == 0 && pieces.count > longest { ends.append(pieces.count) }
      for end in ends {
        let id = joined(start..<end)
        guard isKnown(id) else { continue }
        chosen = chosen.better(best[end].preceded(by: (id, true), length: end - start))
      }
      best[start] = chosen
    }
    var ids: [String] = []
    var notes: [String] = []
    var place = 0
    while place < pieces.count {
      let way = best[place]
      if let id = way.first { ids.append(id) }
      place += way.length
    }
    if best[0].ways > 1 {
      let shown = ids.map { "'\($0)'" }.joined(separator: ", ")
      notes.append(
        "commas in '\(text)' are read as part of ids where possible: \(shown); to separate the ids, quote them, "
          + "as in '\"a\",\"b\"'")
    }
    (self.ids, self.notes) = (ids, notes)
  }

  /// One way to cut what is left of the text.
  private struct Way {
    var first: String?
    var length = 0
    var unknown = 0
    var ids = 0
    /// The number of readings with equally few unknown ids, counted up to 2.
    var ways = 1

    func preceded(by id: (text: String?, isKnown: Bool), length: Int) -> Way {
      Way(
        first: id.text, length: length, unknown: unknown + (id.isKnown ? 0 : 1),
        ids: ids + (id.text == nil ? 0 : 1), ways: ways)
    }

    func better(_ other: Way) -> Way {
      if unknown != other.unknown { return unknown < other.unknown ? self : other }
      var better = other.ids <= ids ? other : self
      better.ways = 2
      return better
    }
  }

  /// The text between two commas, or in quotes.
  private struct Piece {
    let raw: String
    let quoted: String?

    /// The id of this piece by itself; none if it is empty.
    func single(_ isKnown: (String) -> Bool) -> (text: String?, isKnown: Bool) {
      if isKnown(raw) { return (raw, true) }
      if let quoted { return (quoted, isKnown(quoted)) }
      let start = raw.firstIndex { $0 != " " } ?? raw.endIndex
      let trimmed = String(raw[start...].reversed().drop { $0 == " " }.reversed())
      if trimmed.isEmpty { return (nil, true) }
      return isKnown(trimmed) ? (trimmed, true) : (raw, false)
    }
  }

  private static func pieces(of text: String) -> [Piece] {
    let signs = Array(text.unicodeScalars)
    var pieces: [Piece] = []
    var start = 0
    func piece(_ range: Range<Int>, quoted: String? = nil) -> Piece {
      var raw = String.UnicodeScalarView()
      raw.append(contentsOf: signs[range])
      return Piece(raw: String(raw), quoted: quoted)
    }
    while start <= signs.count {
      if let (quoted, end) = quoted(signs, from: start) {
        pieces.append(piece(start..<end, quoted: quoted))
        start = end + 1
      } else {
        let end = signs[start...].firstIndex(of: ",") ?? signs.count
        pieces.append(piece(start..<end))
        start = end + 1
      }
    }
    return pieces
  }

  /// A text in quotes that is followed by a comma or the end, and where it ends; blanks may surround the quotes.
  private static func quoted(_ signs: [Unicode.Scalar], from start: Int) -> (text: String, end: Int)? {
    var place = start
    func skipBlanks() { while place < signs.count, signs[place] == " " { place += 1 } }
    skipBlanks()
    guard place < signs.count, signs[place] == "\"" else { return nil }
    place += 1
    var text = String.UnicodeScalarView()
    while place < signs.count {
      if signs[place] != "\"" {
        text.append(signs[place])
      } else if place + 1 < signs.count, signs[place + 1] == "\"" {
        text.append("\"")
        place += 1
      } else {
        place += 1
        skipBlanks()
        return place == signs.count || signs[place] == "," ? (String(text), place) : nil
      }
      place += 1
    }
    return nil
  }
}

extension Vocabulary {
  /// The ids in a text, with those of this vocabulary as the known ids.
  public func listed(in text: String) -> ListedIdentifiers {
    ListedIdentifiers(text) { index(of: $0) != nil }
  }
}
