import Compute
import FileFormats
import InteractionData
import Testing

@Suite("JSON lines")
struct JSONLineTests {
  @Test("fields are found by their known names, in any case and order, between others")
  func known() throws {
    let text = """
      {"review_id":"x","user_id":"u1","business_id":"b","stars":3.0,"useful":0,"text":"a \\"b\\" {[,","timestamp":5}
      {"stars":4,"business_id":"c","user_id":"u1","timestamp":6e1,"tags":[1,{"user_id":"no"},[]],"votes":{"stars":9}}

      \t {"user_id" : "u2" , "business_id" : "b" , "stars" : "2.5" , "timestamp" : "7" }\r
      """
    let data = try read(text)
    #expect(data.lines == ["u1 b 3.0 @5.0", "u1 c 4.0 @60.0", "u2 b 2.5 @7.0"])
    #expect(try read("{\"USERID\":1,\"movieId\":2}").lines == ["1 2"])
    #expect(try read("\u{FEFF}\r\n {\"user\":1,\"item\":2}\n").lines == ["1 2"])
    #expect(
      try read("{\"overall\":5.0,\"verified\":true,\"reviewerID\":\"A\",\"asin\":\"00\",\"unixReviewTime\":9}").lines
        == ["A 00 5.0 @9.0"])
  }

  @Test("ids are strings or whole numbers and come back as they were written")
  func ids() throws {
    let ids = [
      "\"007\"", "7", "-7", "123456789012345678901234567890", "\"\u{FEFF}a\"", "\"e\u{301}\"", "\"é\"", "\"a b\"",
    ]
    let data = try read(ids.map { "{\"user\":\"u\",\"item\":\($0)}\n" }.joined())
    let expected = ids.map { $0.replacing("\"", with: "") }
    #expect(data.items.ids.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
  }

  @Test("escapes are decoded, surrogate pairs too, in ids, numbers and names")
  func escapes() throws {
    let data = try read(
      #"{"us\u0065r":"\u00e9\ud83d\uDE00\/\\\"","item":"long enough to be \u0061 hash","rating":"4\u002e5"}"#
        + "\n{\"user\":\"é😀/\\\\\\\"\",\"item\":\"long enough to be a hash\",\"rating\":3}\n{\"user\":\"v\",\"item\":1,\"rating\":1}"
    )
    #expect(data.users.ids == ["é😀/\\\"", "v"])
    #expect(data.items.ids == ["long enough to be a hash", "1"])
    #expect(data.ratings == [3, 1])
  }

  @Test("a nested value is none of the ids, whatever its name; a field that some lines do without must not be read")
  func nested() throws {
    #expect(try read("{\"user\":{\"id\":1},\"user_id\":\"u\",\"item\":\"i\"}").lines == ["u i"])
    let sparse = "{\"user\":1,\"item\":2}\n{\"user\":1,\"item\":3,\"rating\":4}\n"
    #expect(throws: DataError.self) { try read(sparse) }
    #expect(try read(sparse, InteractionFormat(rating: .absent)).lines == ["1 2", "1 3"])
  }

  @Test("options name fields, exactly or in another case")
  func options() throws {
    let text = "{\"who\":1,\"What\":2,\"rating\":3,\"w\":8}\n"
    let format = InteractionFormat(user: .named("who"), item: .named("what"))
    #expect(try read(text, format).lines == ["1 2 3.0"])
    #expect(
      try read(text, InteractionFormat(user: .named("who"), item: .named("What"), rating: .named("w"))).lines
        == ["1 2 8.0"])
    #expect(
      try read(text, InteractionFormat(user: .named("who"), item: .named("rating"), rating: .absent)).lines == ["1 3"])
  }

  @Test("what was read is said, and a date is a time where its values are dates")
  func columns() throws {
    let text = "{\"user_id\":\"u\",\"business_id\":\"b\",\"stars\":3,\"date\":\"2018-07-07 22:09:11\",\"text\":\"x\"}\n"
    let data = try InteractionReader().read(ByteSource(name: "r.jsonl", bytes: Array(text.utf8)))
    #expect(data.lines == ["u b 3.0 @1531001351.0"])
    #expect(
      data.notes == [
        "r.jsonl: JSON lines; user = user_id, item = business_id, rating = stars, timestamp = date; not read: text"
      ])
    #expect(data.columns?.separator == nil && data.columns?.timestamp == .init(number: nil, name: "date"))
    #expect(try read(text.replacing("2018-07-07 22:09:11", with: "7 July")).timestamps == nil)
    #expect(throws: DataError.self) { try read(text, InteractionFormat(hasHeader: true)) }
  }

  @Test("a table is a table, even if its first user begins with a brace")
  func tables() throws {
    #expect(try read("{u1},i1\n{u2},i2\n").lines == ["{u1} i1", "{u2} i2"])
    #expect(try read("[u1],i1\n[u2],i2\n").lines == ["[u1] i1", "[u2] i2"])
    #expect(try read("{\"u1\"};i1\n", InteractionFormat(delimiter: .semicolon)).lines == ["{\"u1\"} i1"])
  }

  @Test("the size of the parts and the number of threads change neither the data nor the error")
  func parts() {
    let pieces = [
      "{\"user\":\"u1\",\"item\":\"a\",\"rating\":4}\n",
      "{\"item\":\"long item id\",\"user\":2,\"rating\":\"3.5\"}\r\n",
      "\n", " \r\n", "{\"user\":\"\\u00e9\",\"item\":\"\\ud83d\\ude00\",\"rating\":1e0,\"x\":[{},[\"]\"]]}\n",
      "{\"user\":\"u3\",\"item\":7,\"rating\":5}\n",
    ]
    let faults = [
      "{\"user\":1}\n", "x\n", "{\"user\":\"\",\"item\":1,\"rating\":1}\n", "{\"user\":1,\"item\":2,\"rating\":null}\n",
    ]
    func outcome(_ text: String, chunkSize: Int, threads: Int) -> [String] {
      do {
        var reader = InteractionReader(threads: threads)
        reader.chunkSize = chunkSize
        let data = try reader.read(ByteSource(name: "r.jsonl", bytes: Array(text.utf8)))
        return data.users.ids + ["|"] + data.items.ids + ["|"] + data.lines + data.notes
      } catch { return ["\(error)"] }
    }
    var (errors, successes) = (0, 0)
    for seed: UInt64 in 0..<300 {
      var random = Seed(seed).stream(.resampling)
      var text = pieces[0]
      for _ in 0..<random.integer(below: 40) {
        text += pieces[random.integer(below: pieces.count)]
        if random.integer(below: 60) == 0 { text += faults[random.integer(below: faults.count)] }
      }
      let whole = outcome(text, chunkSize: 1 << 30, threads: 1)
      if whole.count == 1 { errors += 1 } else { successes += 1 }
      for chunkSize in [1, 2 + random.integer(below: 90)] {
        #expect(outcome(text, chunkSize: chunkSize, threads: 1 + random.integer(below: 3)) == whole, "seed \(seed)")
      }
    }
    #expect(errors > 20 && successes > 20, "\(errors) errors, \(successes) successes")
  }
}

@Suite("Errors in JSON lines")
struct JSONLineErrorTests {
  static let good = "{\"user\":\"u\",\"item\":\"i\",\"rating\":4}\n"
  static let line = "one JSON object a line, such as {\"user_id\": \"u1\", \"item_id\": \"i1\", \"rating\": 4}"
  static let rating = "a finite number such as 4 or 3.5 (--rating-column selects the field; none ignores it)"

  private func error(_ text: String, _ format: InteractionFormat = InteractionFormat()) -> DataError? {
    #expect(throws: DataError.self, "\(text)") { try read(text, format) }
  }

  private static func id(_ role: String) -> String {
    "a string without control characters, or a whole number (--\(role)-column says which field)"
  }

  @Test(
    "a line that is none is told with its number, its text and what would be accepted",
    arguments: [
      ("[1,2]", "is not a JSON object"), ("u,i,3", "is not a JSON object"), ("null", "is not a JSON object"),
      ("{\"user\":\"u", "is not a complete JSON object: the line ends too early"),
      ("{\"user\":\"u\",", "is not a complete JSON object: the line ends too early"),
      ("{\"user\":\"u\",}", "is not JSON at byte 13"), ("{user:1}", "is not JSON at byte 2"),
      ("{\"user\" 1}", "is not JSON at byte 9"), ("{\"user\":nul}", "is not JSON at byte 9"),
      ("{\"x\":[1,,2]}", "is not JSON at byte 9"), ("{\"x\":[1}", "is not JSON at byte 8"),
      ("{\"x\":01}", "is not a JSON number at byte 6"), ("{\"x\":1.}", "is not a JSON number at byte 6"),
      ("{\"x\":-}", "is not a JSON number at byte 6"), ("{\"x\":1e}", "is not a JSON number at byte 6"),
      ("{\"x\":\"\\ud800\"}", "has an unknown escape or half a surrogate pair at byte 7"),
      ("{\"x\":\"\\udc00\"}", "has an unknown escape or half a surrogate pair at byte 7"),
      ("{\"x\":\"\\ud800\\u0041\"}", "has an unknown escape or half a surrogate pair at byte 7"),
      ("{\"x\":\"\\x41\"}", "has an unknown escape or half a surrogate pair at byte 7"),
      ("{\"x\":\"\\u00g0\"}", "has an unknown escape or half a surrogate pair at byte 7"),
      ("{\"x\":\"\t\"}", "has a control character in a string at byte 7; JSON writes it as an escape"),
      ("{\"x\":\(String(repeating: "[", count: 300))", "is nested deeper than 100 brackets at byte 105"),
    ])
  func malformed(text: String, message: String) {
    let error = error(Self.good + "\n" + text + "\n" + Self.good)
    #expect(error?.message == message)
    #expect(error?.line == 3)
    #expect(error?.accepted == Self.line)
    #expect(error?.text?.prefix(3) == text.replacing("\t", with: "\\t").prefix(3))
  }

  @Test(
    "bytes that are not UTF-8 are refused also where nothing is read",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]])
  func encoding(bytes: [UInt8]) {
    let text =
      Array(Self.good.utf8) + Array("{\"x\":\"".utf8) + bytes + Array("\",\"user\":1,\"item\":1,\"rating\":1}".utf8)
    let error = #expect(throws: DataError.self) { try read(text) }
    #expect(error?.message == "is not UTF-8 at byte 7")
    #expect(error?.line == 2)
  }

  @Test(
    "a field that is missing, null, twice or of a wrong type is told with its value",
    arguments: [
      ("{\"item\":1,\"rating\":1}", "has no field \"user\"", id("user")),
      ("{\"user\":1,\"rating\":1}", "has no field \"item\"", id("item")),
      ("{\"user\":1,\"item\":1}", "has no field \"rating\"", rating),
      ("{}", "has no field \"user\"", id("user")),
      ("{\"user\":null,\"item\":1,\"rating\":1}", "\"null\" is not a valid user id", id("user")),
      ("{\"user\":1,\"item\":true,\"rating\":1}", "\"true\" is not a valid item id", id("item")),
      ("{\"user\":1,\"item\":[1],\"rating\":1}", "\"[1]\" is not a valid item id", id("item")),
      ("{\"user\":1.0,\"item\":1,\"rating\":1}", "\"1.0\" is not a valid user id", id("user")),
      ("{\"user\":1e3,\"item\":1,\"rating\":1}", "\"1e3\" is not a valid user id", id("user")),
      ("{\"user\":\"\",\"item\":1,\"rating\":1}", "has an empty user", id("user")),
      ("{\"user\":\"a\\tb\",\"item\":1,\"rating\":1}", "\"a\\tb\" is not a valid user id", id("user")),
      ("{\"user\":1,\"item\":1,\"rating\":null}", "\"null\" is not a rating", rating),
      ("{\"user\":1,\"item\":1,\"rating\":\"good\"}", "\"good\" is not a rating", rating),
      ("{\"user\":1,\"item\":1,\"rating\":1e99}", "\"1e99\" is not a rating", rating),
      ("{\"user\":1,\"item\":1,\"rating\":\"NaN\"}", "\"NaN\" is not a rating", rating),
      ("{\"user\":1,\"item\":1,\"rating\":{\"a\":1}}", "\"{\"a\":1}\" is not a rating", rating),
      ("{\"user\":1,\"user\":2,\"item\":1,\"rating\":1}", "has the field \"user\" twice", "each field once"),
      ("{\"user\":1,\"us\\u0065r\":1,\"item\":1,\"rating\":1}", "has the field \"user\" twice", "each field once"),
      ("{\"user\":1,\"item\":1,\"rating\":1},", "\",\" follows the object of this line", line),
      ("{\"user\":1,\"item\":1,\"rating\":1}{}", "\"{}\" follows the object of this line", line),
    ])
  func fields(text: String, message: String, accepted: String) {
    let description = error(Self.good + text + "\n")?.description ?? ""
    #expect(description.hasPrefix("ratings.csv:2: "))
    #expect(description.hasSuffix("\(message); accepted: \(accepted)"), "\(description)")
  }

  @Test("a time that is none is told")
  func time() {
    #expect(
      error("{\"user\":1,\"item\":1,\"timestamp\":\"soon\"}")?.description.hasPrefix(
        "ratings.csv:1: \"soon\" is not a timestamp; accepted: ") == true)
  }

  @Test(
    "JSON that is not one object a line is refused with the way out",
    arguments: [
      ("[{\"user\":1,\"item\":2}]", "begins a JSON array", "jq -c '.[]'"),
      ("[\n{\"user\":1,\"item\":2}\n]\n", "begins a JSON array", "jq -c '.[]'"),
      ("\u{FEFF}[\n  {\n", "begins a JSON array", "jq -c '.[]'"),
      ("[\"u1\",\"i1\",3]\n", "is a JSON array, whose values have no names", "jq -r '@csv'"),
      ("[1, 2, 3]\n[1, 3, 4]\n", "is a JSON array, whose values have no names", "jq -r '@csv'"),
      ("{\n  \"user\": 1,\n", "begins a JSON object of several lines", "jq -c ."),
      ("{ \"user\": 1,\n \"item\": 2}\n", "begins a JSON object of several lines", "jq -c ."),
      ("{'user': 1, 'item': 2}\n", "is a Python dictionary, not JSON: its names are in single quotes", "json.dumps"),
    ])
  func shapes(text: String, message: String, wayOut: String) {
    let error = error(text)
    #expect(error?.message == message)
    #expect(error?.accepted?.contains(wayOut) == true)
    #expect(error?.line == 1)
  }

  @Test("a name that is not there, a number in place of a name, and a separator are refused")
  func options() {
    let text = "{\"user\":1,\"item\":2,\"stars\":3}\n"
    #expect(
      error(text, InteractionFormat(rating: .named("star")))?.description
        == "ratings.csv:1: \"star\" is not a field of this file; accepted: user, item, stars (nearest: stars)")
    #expect(
      error(text, InteractionFormat(user: .number(1)))?.description
        == "ratings.csv:1: \"1\" is a number, but JSON fields are selected by name; accepted: one of user, item, stars "
        + "(--user-column)")
    #expect(
      error(text, InteractionFormat(delimiter: .comma))?.description
        == "ratings.csv: is JSON lines, where fields have names and comma is no separator; accepted: the same without "
        + "--delimiter")
    #expect(
      error("{\"klant\":1,\"thing\":2}\n")?.description
        == "ratings.csv:1: \"klant, thing\" has no known user field; accepted: the name of one of them (--user-column)"
    )
    #expect(
      error(text, InteractionFormat(user: .named("item")))?.message == "has no known item field")
    #expect(
      error(text, InteractionFormat(user: .named("item"), item: .named("item")))?.message
        == "cannot have user and item in the same field")
  }

  @Test("a line of more than a megabyte is refused")
  func longLine() {
    let text = Self.good + "{\"x\":\"\(String(repeating: "x", count: 1 << 20))\",\"user\":1,\"item\":1,\"rating\":1}"
    let error = error(text)
    #expect(error?.message == "is a line of more than 1048576 bytes")
    #expect(error?.line == 2)
  }
}
