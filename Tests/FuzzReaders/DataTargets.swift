import Compute
import Doppel
import FileFormats

/// Readers of interactions in other clothes than a table.
extension Targets {
  var zstandard: Target {
    let small = Self.texts.map(Zstd.storing)
    let corpus =
      small + [
        Zstd.compressed, Zstd.compressed,
        Zstd.skippable([1, 2, 3]) + Zstd.compressed + Zstd.skippable([]) + Zstd.compressed,
        Zstd.bomb(zeros: 1 << 18), Zstd.bomb(zeros: 1 << 24),
      ]
    return Target(name: "zstd", corpus: corpus, tokens: Self.marks) { bytes, random in
      let source = try ByteSource(path: write(bytes, "data.zst"), limit: 1 << 20)
      if source.count > 1 << 20 { throw Broken("the limit of decompressing did not hold: \(source.count) bytes") }
      _ = try InteractionReader().read(source)
    }
  }

  var jsonLines: Target {
    let plain = (0..<20).map {
      "{\"user_id\":\"u\($0 % 7)\",\"business_id\":\($0 % 5),\"stars\":\(1 + $0 % 5).5,\"timestamp\":\(97_000 + $0)}\n"
    }.joined()
    let corpus = [
      plain, plain + plain.replacing("\n", with: "\r\n\n"),
      "\u{FEFF} {\"rating\" : \"4\" , \"USER\" : \"\\u00e9\\ud83d\\ude00\\n\" , \"item\":-7, \"x\":{\"user\":[null,true,{}]}}\n",
      "{\"reviewerID\":\"A\",\"asin\":\"0001\",\"overall\":5.0,\"helpful\":[2, 3],\"reviewText\":\"It's \\\"good\\\" é \\\\\","
        + "\"unixReviewTime\":1252800000}\n",
      "[\(plain.replacing("\n", with: ","))]", "{\n  \"user\": 1,\n  \"item\": 2\n}\n", "{'user': 1, 'item': 2}\n",
      "{\"user\":1,\"item\":2,\"x\":" + String(repeating: "[", count: 90) + String(repeating: "]", count: 90) + "}\n",
      (0..<90).map { "{\"user\":\($0),\"item\":\"item \($0 % 9)\",\"text\":\"a longer text, with words in it\"}\n" }
        .joined(),
    ]
    let tokens = [
      "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\\"", "\n", "\r\n", "null", "true",
      "\"user\":", "\"item\":", "\"rating\":", "\"timestamp\":", "\"us\\u0065r\":", "1e5", "-0", "1.0", "\u{FEFF}", "é",
      "\0",
    ]
    return Target(name: "JSON lines", corpus: corpus.map { Array($0.utf8) }, tokens: tokens, mayBeCut: true) {
      bytes, random in
      var format = InteractionFormat()
      if random.integer(below: 20) == 0 { format.user = .named("user") }
      if random.integer(below: 20) == 0 { format.rating = .absent }
      if random.integer(below: 40) == 0 { format.item = .number(2) }
      let source = ByteSource(name: "data", bytes: bytes)
      let whole = Result { try InteractionReader(format: format, threads: 1).read(source) }
      var reader = InteractionReader(format: format, threads: 1)
      reader.chunkSize = 1 + random.integer(below: 64)
      let inParts = Result { try reader.read(source) }
      switch (whole, inParts) {
      case (.success(let one), .success(let other)):
        guard one.users == other.users, one.items == other.items, one.userIndices == other.userIndices,
          one.itemIndices == other.itemIndices, one.ratings == other.ratings, one.timestamps == other.timestamps
        else { throw Broken("the size of the parts changed what was read") }
      case (.failure(let one), .failure(let other)):
        if "\(one)" != "\(other)" { throw Broken("the size of the parts changed the error: \(one) | \(other)") }
        throw one
      default: throw Broken("the size of the parts decided whether there is an error")
      }
    }
  }

  /// Tables of titles; what is read has to come back from a model directory.
  var titles: Target {
    struct Row {
      let id: Int
      var title: String { "Film, \(id) (19\(50 + id))" }
      var genres: String { id % 2 == 0 ? "Drama" : "Drama|War" }
    }
    let rows = (0..<40).map(Row.init)
    let flags = (0..<19).map { $0 % 5 == 1 ? "1" : "0" }.joined(separator: "|")
    func table(_ header: String, _ line: (Row) -> String) -> [UInt8] {
      Array((header + rows.map(line).joined()).utf8)
    }
    let tables: [[UInt8]] = [
      table("movieId,title,genres\n") { "\($0.id),\"\($0.title)\",\($0.genres)\n" },
      table("") { "\($0.id)::\($0.title)::\($0.genres)\n" },
      table("") { "\($0.id)|\($0.title)|01-Jan-1990||http://example.org|\(flags)\n" },
      table("item_id:token\tmovie_title:token_seq\tclass:token_seq\n") { "\($0.id)\t\($0.title)\tDrama War\n" },
      table("\u{FEFF}id\tname\turl\r\n") { "\($0.id)\t\($0.title) é\thttp://example.org\r\n" },
      table("") { "\($0.id),\($0.title)\n" },
    ]
    let latin = tables.map { $0.map { $0 == UInt8(ascii: "F") ? 0xE9 : $0 } }
    let items = Vocabulary(ids: (0..<30).map { "\($0)" })
    return Target(
      name: "titles", corpus: tables + latin, tokens: Self.marks + ["title", "id", "genres", "0", "7", "|"],
      mayBeCut: true
    ) { bytes, _ in
      let titles = try ItemTitles.reading(ByteSource(name: "titles", bytes: bytes), for: items).titles
      let path = folder + "/titles.tsv"
      try titles.write(to: path)
      guard let read = try ItemTitles(contentsOf: path, items: items), read.count == titles.count,
        (0..<items.count).allSatisfy({ read.title(of: $0) == titles.title(of: $0) })
      else { throw Broken("titles that do not come back") }
    }
  }

  /// Times as people write them, in tables and in JSON lines.
  var dates: Target {
    let times = [
      "2010-10-19T23:55:27Z", "2018-07-07 22:09:11", "2020-02-29", "2016-12-31T23:59:60+00:00", "1999-01-01T00:00",
      "2024-05-06T07:08:09.123456-03:30", "0001-01-01", "9999-12-31T23:59:59.999Z", "1588615855070", "881250949", "-5",
      "1e9",
    ]
    let tables = ["\t", ",", ";", "|"].map { separator in
      "user\(separator)item\(separator)timestamp\n"
        + times[..<8].enumerated().map { "u\($0 % 3)\(separator)i\($0)\(separator)\($1)\n" }.joined()
    }
    let lines = times.enumerated().map { "{\"user\":\($0 % 3),\"item\":\($0),\"timestamp\":\"\($1)\"}\n" }.joined()
    let long = (0..<200).map { "u\($0 % 9)\ti\($0 % 31)\t\(times[$0 % times.count])\n" }.joined()
    return Target(
      name: "dates", corpus: (tables + [lines, long]).map { Array($0.utf8) },
      tokens: times + ["-", ":", "T", "Z", "+", ".", "24", "60", "61", "00", "02-30", "13-01", "UTC", ",", "\n", " "],
      mayBeCut: true
    ) { bytes, random in
      var format = InteractionFormat(rating: .absent)
      let isTable = bytes.first != UInt8(ascii: "{")
      if random.integer(below: 4) > 0 { format.timestamp = isTable ? .number(3) : .named("timestamp") }
      let data = try InteractionReader(format: format, threads: 1).read(ByteSource(name: "data", bytes: bytes))
      guard data.timestamps?.allSatisfy(\.isFinite) ?? true else { throw Broken("a time that is not finite") }
      do { _ = try RankingSplit.leaveOneOut(data, seed: Seed(1)) } catch is DataError {}
    }
  }
}
