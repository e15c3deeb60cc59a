import FileFormats
import InteractionData
import Testing

@Suite("Errors in interactions")
struct InteractionReaderErrorTests {
  private func message(_ bytes: [UInt8], _ format: InteractionFormat = InteractionFormat()) -> String? {
    let error = #expect(throws: DataError.self) { try read(bytes, format) }
    return error?.description
  }

  static let rating =
    "is not a rating; accepted: a finite number such as 4 or 3.5 (--rating-column selects the column; none ignores it)"
  static let identifier = "accepted: an id of one or more characters in UTF-8, without control characters"
  static let quoting = "accepted: quoted columns on one line, with quotes in them doubled"

  @Test(
    "every error names the file, the line, the text and what would be accepted",
    arguments: [
      ("", "ratings.csv: is empty; accepted: one interaction a line: user, item[, rating[, timestamp]]"),
      (
        " \n\r\n",
        "ratings.csv: is empty; accepted: one interaction a line: user, item[, rating[, timestamp]]"
      ),
      (
        "user,item\n",
        "ratings.csv: has a header and no interactions; "
          + "accepted: one interaction a line: user, item[, rating[, timestamp]]"
      ),
      (
        "\na\nb\n",
        "ratings.csv:2: \"a\" has only one column; accepted: at least a user and an item, separated by "
          + "tab, comma, semicolon, blanks, :: or one ASCII character (--delimiter)"
      ),
      ("u,i,4\nu,j,abc\n", "ratings.csv:2: \"abc\" \(rating)"),
      ("u,i,x\nu,j,y\n", "ratings.csv:1: \"x\" \(rating)"),
      ("u,i,4\nu,,4\nu,k,x\n", "ratings.csv:2: has an empty item; \(identifier)"),
      ("u,i,4\nu,,x\n", "ratings.csv:2: has an empty item; \(identifier)"),
      ("u,i,4\nu,k,x\nu,,4\n", "ratings.csv:2: \"x\" \(rating)"),
      ("u,i,4\nu,,4\n,k,4\n", "ratings.csv:2: has an empty item; \(identifier)"),
      ("u,i,4\nu,j,\n", "ratings.csv:2: \"\" \(rating)"),
      ("u,i,4\nu,j,nan\n", "ratings.csv:2: \"nan\" \(rating)"),
      ("u,i,4\nu,j,inf\n", "ratings.csv:2: \"inf\" \(rating)"),
      ("u,i,4\nu,j,1e99\n", "ratings.csv:2: \"1e99\" \(rating)"),
      ("u,i,4\nu,j,0x10\n", "ratings.csv:2: \"0x10\" \(rating)"),
      ("u,i,4\nu,j,4\nu,k,3 4\n", "ratings.csv:3: \"3 4\" \(rating)"),
      (
        "user,item,timestamp\nu,i,yesterday\n",
        "ratings.csv:2: \"yesterday\" is not a timestamp; accepted: seconds such as 881250949, "
          + "milliseconds, or ISO 8601 such as 2010-10-19T23:55:27Z (--timestamp-column selects the column; none ignores it)"
      ),
      (
        "u,i,4\n\nu,j\n",
        "ratings.csv:3: \"u,j\" has 2 columns where the first line has 3; accepted: 3 columns separated by comma"
      ),
      (
        "u\ti\nu;j\n",
        "ratings.csv:2: \"u;j\" has 1 column where the first line has 2; accepted: 2 columns separated by tab"
      ),
      ("u,i\n,j\n", "ratings.csv:2: has an empty user; \(identifier)"),
      ("u,i\nu,\n", "ratings.csv:2: has an empty item; \(identifier)"),
      ("u,i\nu,j\u{1}k\n", "ratings.csv:2: \"j\\u{1}k\" is not a valid item id; \(identifier)"),
      ("u,i\n\"u,j\nv,k\n", "ratings.csv:2: \"\"u,j\" has a quote that does not end on its line; \(quoting)"),
      ("u,i\n\"u\"x,j\n", "ratings.csv:2: \"\"u\"x,j\" has text after a closing quote; \(quoting)"),
      (
        "film,x,y,rating\ni,u,v,4\n",
        "ratings.csv:1: \"film, x, y, rating\" has no known user column; "
          + "accepted: --user-column with a name or number"
      ),
    ])
  func sentences(text: String, sentence: String) { #expect(message(Array(text.utf8)) == sentence) }

  @Test("an unknown column name is answered with those there are and the nearest")
  func unknownColumn() {
    #expect(
      message(Array("user,item,stars\nu,i,4\n".utf8), InteractionFormat(rating: .named("star")))
        == "ratings.csv:1: \"star\" is not a column of this file; accepted: user, item, stars (nearest: stars)"
    )
    #expect(
      message(Array("u,i,4\n".utf8), InteractionFormat(rating: .number(5)))
        == "ratings.csv:1: has no column 5 for the rating; accepted: 1 to 3 (--rating-column)")
    #expect(
      message(Array("u,i,4\n".utf8), InteractionFormat(user: .number(1), item: .number(1)))
        == "ratings.csv:1: cannot have user and item in the same column")
  }

  @Test("a separator that does not cut the lines is named")
  func wrongDelimiter() {
    #expect(
      message(Array("u,i,4\n".utf8), InteractionFormat(delimiter: .tab))
        == "ratings.csv:1: \"u,i,4\" has only one column when split at tab; accepted: at least a user and an item, "
        + "separated by tab, comma, semicolon, blanks, :: or one ASCII character (--delimiter)")
  }

  @Test("bytes that are not UTF-8 text are refused where they are")
  func notText() {
    let accepted = "accepted: a text file in UTF-8, plain or compressed with gzip or zstd"
    let command = "accepted: text in UTF-8, plain or compressed with gzip or zstd, such as"
    #expect(
      message([0x75, 0x2C, 0xFF, 0x0A])
        == "ratings.csv:1: \"\u{FFFD}\" is not a valid item id; \(Self.identifier)")
    #expect(
      message(Array("u,i\nu".utf8) + [0] + Array(",j\n".utf8))
        == "ratings.csv:2: is not text: it holds NUL bytes; \(accepted)")
    #expect(
      message([0xFF, 0xFE, 0x75, 0])
        == "ratings.csv: is in UTF-16; \(command) 'iconv -f UTF-16 -t UTF-8 ratings.csv | doppel … -' reads")
    #expect(
      message(Array("PK\u{3}\u{4}".utf8) + [0, 0])
        == "ratings.csv: is a zip archive; \(command) 'unzip -p ratings.csv | doppel … -' reads")
    let late = (0..<30).map { "u,i\($0)\n" }.joined()
    #expect(
      message(Array(late.utf8) + Array("u,a".utf8) + [0, 0x0A])
        == "ratings.csv:31: \"a\\u{0}\" is not a valid item id; \(Self.identifier)")
  }

  @Test("a line of more than a megabyte is refused", arguments: [0, 40])
  func longLine(linesBefore: Int) {
    let text = (0..<linesBefore).map { "u,i\($0)\n" }.joined() + "u," + String(repeating: "x", count: 1 << 20)
    #expect(
      message(Array(text.utf8))
        == "ratings.csv:\(linesBefore + 1): \"u,\(String(repeating: "x", count: 58))…\" "
        + "is a line of more than 1048576 bytes; accepted: one interaction a line")
  }

  @Test("a missing file is an input error")
  func missing() {
    #expect(throws: InputError.self) { try InteractionReader().read(path: "/no/such/file") }
  }
}
