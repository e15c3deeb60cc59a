import FileFormats
import Foundation
import InteractionData
import Testing

/// Tables of titles as they come, and what is made of them.
@Suite("Titles")
struct TitleTests {
  private static let items = Vocabulary(ids: ["10", "7", "300", "21"])

  private func reading(
    _ text: String, named name: String = "t.csv", for items: Vocabulary = items
  ) throws -> ItemTitles.Found {
    try ItemTitles.reading(ByteSource(name: name, bytes: Array(text.utf8)), for: items)
  }

  private func refusal(_ bytes: [UInt8], for items: Vocabulary = items) -> String? {
    do {
      return "read as \(try ItemTitles.reading(ByteSource(name: "t.csv", bytes: bytes), for: items).notes)"
    } catch {
      return "\(error)"
    }
  }

  private func titles(_ found: ItemTitles.Found) -> [String?] {
    (0..<found.titles.items.count).map { found.titles.title(of: $0) }
  }

  private func genres(_ found: ItemTitles.Found) -> [[String]] {
    (0..<found.titles.items.count).map { item in found.titles.genres(of: item).map { found.titles.genres[$0] } }
  }

  @Test("movies.csv has quoted titles with commas, and genres with bars")
  func moviesCSV() throws {
    let found = try reading(
      """
      movieId,title,genres
      7,"Kettle, The (1991)",Comedy|Romance
      10,"A ""Small"" Lamp (1987)",Drama
      11,Unseen (2001),Drama
      300,No Genre (1999),(no genres listed)

      """, named: "data/movies.csv")
    #expect(titles(found) == ["A \"Small\" Lamp (1987)", "Kettle, The (1991)", "No Genre (1999)", nil])
    #expect(genres(found) == [["Drama"], ["Comedy", "Romance"], [], []])
    #expect(
      found.notes == [
        "movies.csv: comma-separated, header; item = movieId (column 1), title = title (2), genre = genres (3), UTF-8; "
          + "3 of 4 items have a title"
      ])
  }

  @Test("movies.dat is Latin-1 with two colons, and the same table in UTF-8 gives the same titles")
  func moviesDat() throws {
    let text = "7::Café Hélène (1991)::Comedy|Romance\n10::Åse: A Life (1987)::Drama\n"
    let latin = try #require(text.data(using: .isoLatin1))
    let found = try ItemTitles.reading(ByteSource(name: "movies.dat", bytes: Array(latin)), for: Self.items)
    #expect(titles(found) == ["Åse: A Life (1987)", "Café Hélène (1991)", nil, nil])
    #expect(found.titles == (try reading(text).titles))
    #expect(
      found.notes == [
        "movies.dat: separated by ::, no header; item = column 1, title = 2, genre = 3, Latin-1; 2 of 4 items have a title"
      ])
  }

  @Test("u.item has bars, a date, an address and nineteen flags of genres")
  func uItem() throws {
    func line(_ id: Int, _ title: String, _ flags: Set<Int>) -> String {
      "\(id)|\(title)|01-Jan-1995||http://example.org/\(id)|"
        + (0..<19).map { flags.contains($0) ? "1" : "0" }.joined(separator: "|")
    }
    let text = [line(10, "Søren's Boat (1995)", [5, 14]), line(7, "Seven Hills (1994)", [10])].joined(separator: "\n")
    let latin = try #require(text.data(using: .isoLatin1))
    // Flags are ids of items here, too, and are not taken for the column of the ids.
    let items = Vocabulary(ids: ["10", "7", "0", "1"])
    let found = try ItemTitles.reading(ByteSource(name: "u.item", bytes: Array(latin)), for: items)
    #expect(titles(found) == ["Søren's Boat (1995)", "Seven Hills (1994)", nil, nil])
    #expect(genres(found) == [["Comedy", "Romance"], ["Film-Noir"], [], []])
    #expect(found.notes[0].contains("genre = 6 to 24, Latin-1"))
  }

  @Test("RecBole's .item has typed names, and genres with blanks between them")
  func recBole() throws {
    let found = try reading(
      "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        + "10\tSmall Lamp\t1987\tDrama Film-Noir\n7\t1984\t1956\tDrama\n")
    #expect(titles(found) == ["Small Lamp", "1984", nil, nil])
    #expect(genres(found) == [["Drama", "Film-Noir"], ["Drama"], [], []])
  }

  @Test("artists.dat calls its columns id and name")
  func lastFM() throws {
    let found = try reading(
      "id\tname\turl\tpictureURL\n300\tThe Kettles\thttp://example.org/k\thttp://example.org/k.jpg\n21\tØ\thttp://example.org/o\t\n"
    )
    #expect(titles(found) == [nil, nil, "The Kettles", "Ø"])
  }

  @Test(
    "two columns by any separator, with a header, one of unknown words, or none",
    arguments: ["\t", ",", ";", "|", "::"], ["", "id|title", "nr|Bezeichnung"])
  func separators(separator: String, header: String) throws {
    let lines = (header.isEmpty ? [] : [header]) + ["10|Lamp", "7|Seven Hills", "300|Three Hundred"]
    let text = lines.map { $0.replacing("|", with: separator) }.joined(separator: "\n")
    #expect(titles(try reading(text)) == ["Lamp", "Seven Hills", "Three Hundred", nil])
  }

  @Test("the column of the ids is found by the ids, wherever it stands")
  func place() throws {
    #expect(titles(try reading("Lamp;1;10\nHills;2;7\nLast;3;21\n")) == ["Lamp", "Hills", nil, "Last"])
    let named = try reading("title,movie_id\nLamp,10\nHills,7\n")
    #expect(titles(named) == ["Lamp", "Hills", nil, nil])
  }

  @Test("a title at the end of the line may hold the separator without quotes")
  func openEnd() throws {
    let found = try reading("10,1999,Me, Myself, and a Lamp\n7,2003,Hills\n")
    #expect(titles(found) == ["Me, Myself, and a Lamp", "Hills", nil, nil])
  }

  @Test("of repeated ids the first counts, empty titles are none, control characters become blanks; all counted")
  func notes() throws {
    let found = try reading("item\ttitle\n10\tFirst\n10\tSecond\n7\t\n300\tA\u{1B}[31mB\n")
    #expect(titles(found) == ["First", nil, "A [31mB", nil])
    #expect(
      found.notes.dropFirst() == [
        "1 line of t.csv repeats an id; the first counts", "control characters in 1 title of t.csv became blanks",
      ])
    #expect(found.notes[0].hasSuffix("2 of 4 items have a title"))
  }

  @Test("a byte order mark, CR LF and blank lines are no part of a table")
  func lineEnds() throws {
    let found = try reading("\u{FEFF}movieId,title\r\n10,Lamp\r\n\r\n7,Hills\r\n")
    #expect(titles(found) == ["Lamp", "Hills", nil, nil])
  }

  @Test("compressed tables are read")
  func compressed() throws {
    let packed: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x33, 0x34, 0xe0, 0xf4, 0x49, 0xcc, 0x2d, 0xe0, 0x32,
      0xe7, 0xf4, 0xc8, 0xcc, 0xc9, 0x29, 0xe6, 0x02, 0x00, 0xe6, 0x26, 0x9e, 0x04, 0x10, 0x00, 0x00, 0x00,
    ]
    try withTemporaryDirectory { folder in
      let path = folder + "/t.tsv.gz"
      try Data(packed).write(to: URL(fileURLWithPath: path))
      #expect(titles(try ItemTitles.reading(path, for: Self.items)) == ["Lamp", "Hills", nil, nil])
    }
  }

  @Test("ids and titles stand beside each other; an id that is its title stands alone")
  func labels() {
    let titles = ItemTitles(items: Vocabulary(ids: ["1", "Lamp", "3"]), titles: ["Kettle (1991)", "Lamp", nil])
    #expect((0..<3).map { titles.label(of: $0) } == ["Kettle (1991) [1]", "Lamp", "3"])
    #expect((0..<3).map { titles.name(of: $0) } == ["Kettle (1991)", "Lamp", "3"])
    #expect(titles.count == 1 && titles.hasTitles)
    let others = titles.selecting(Vocabulary(ids: ["3", "new", "1"]))
    #expect(others.map { titles in (0..<3).map { titles.label(of: $0) } } == ["3", "new", "Kettle (1991) [1]"])
    #expect(titles.selecting(Vocabulary(ids: ["x"])) == nil)
  }

  @Test("errors name file, line, text and what is accepted")
  func errors() throws {
    let accepted = "one item a line: its id, its title[, more columns]"
    for (text, expected) in [
      ("", "t.csv: is empty; accepted: \(accepted)"),
      (
        "10\n7\n",
        "t.csv:1: \"10\" has only one column; accepted: at least an id and a title, separated by tab, comma, semicolon, :: or |"
      ),
      (
        "id,title\na1,Lamp\nb2,Hills\n",
        "t.csv:2: \"a1\" is not an item of the data, and no other id in column 1 is; accepted: ids such as \"10\""
      ),
      ("id,title\n", "t.csv: has a header and no items; accepted: ids such as \"10\"; \(accepted)"),
      (
        "id,title,year\n10,Lamp,1\n7,Seven, Hills,2\n",
        "t.csv:3: \"7,Seven, Hills,2\" has 4 columns where the first line has 3; accepted: 3 columns separated by comma, and quotes around a column that holds one"
      ),
      (
        "id,title\n10,\"Lamp\n7,Hills\n",
        "t.csv:2: \"10,\"Lamp\" has a quote that does not end on its line; accepted: quoted columns on one line, with quotes in them doubled"
      ),
      (
        "id,title\n10,\"Lamp\" x\n7,Hills\n",
        "t.csv:2: \"10,\"Lamp\" x\" has text after a closing quote; accepted: quoted columns on one line, with quotes in them doubled"
      ),
      ("id,title\n10,Lamp\n,Hills\n", "t.csv:3: \",Hills\" has no id in column 1; accepted: \(accepted)"),
    ] { #expect(refusal(Array(text.utf8)) == expected) }
    // Two lines in UTF-8 and one that is not: damaged, and no Latin-1.
    let mixed = Array("10,Café\n7,Élan\n300,Caf".utf8) + [0xE9, 0x0A]
    #expect(refusal(mixed)?.hasPrefix("t.csv:3: ") == true)
    #expect(refusal(mixed)?.contains("is not UTF-8, but other lines with accents are") == true)
    #expect(throws: InputError.self) { try ItemTitles.reading("no-such-table.csv", for: Self.items) }
  }

  @Test("titles.tsv comes back as it was written, with and without genres")
  func roundTrip() throws {
    let items = Self.items
    let plain = ItemTitles(items: items, titles: ["Café (1991)", nil, "7", "Lamp"])
    let full = ItemTitles(
      items: items, titles: ["Café (1991)", nil, "x", "Lamp"], genres: [["Drama", "Sci-Fi"], [], ["Sci-Fi"], ["Noir"]])
    try withTemporaryDirectory { folder in
      let path = folder + "/titles.tsv"
      #expect(try ItemTitles(contentsOf: path, items: items) == nil)
      for titles in [plain, full] {
        try titles.write(to: path)
        let read = try #require(try ItemTitles(contentsOf: path, items: items))
        #expect(read == titles)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.dropFirst().map { $0.prefix { $0 != "\t" } } == items.ids.map { Substring($0) })
      }
      func refuses(_ text: String, _ told: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: DataError.self) { try ItemTitles(contentsOf: path, items: items) }
        #expect(error?.description.contains(told) == true, "\(error?.description ?? "")")
      }
      try refuses("item\ttitle\n10\ta\n", "has 2 lines")
      try refuses("item\ttitle\n10\ta\n300\tb\n7\tc\n21\td\n", "titles.tsv:3: \"300\\tb\" is not the line of 7")
      try refuses("item\ttitle\n10\ta\n7\n300\tc\n21\td\n", "titles.tsv:3: \"7\" is not the line of 7")
    }
  }
}
