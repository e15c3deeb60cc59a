import FileFormats

/// The format of a table of titles: its separator, and its columns of ids, titles and genres.
///
/// The ids of the items are known when a table is read, so the column with these ids determines the separator and the
/// column.
struct TitleColumns {
  let delimiter: Delimiter
  /// The column of the ids, from 0.
  let id: Int
  /// The column of the titles; `nil` in a table of genres alone.
  let title: Int?
  /// The column of the genres, or the flags of `u.item`.
  private let genre: GenreColumn?
  /// The names of the columns, if the first line has them.
  private let names: [String]?
  /// The number of columns.
  let width: Int
  /// Where the first item starts, and on which line.
  let start: Int
  let line: Int

  /// The separators that are tried; blanks are not, because titles contain them.
  private static let delimiters = Delimiter.recognised.filter { $0 != .blanks }

  init(_ bytes: [UInt8], path: String, items: Vocabulary) throws {
    let lines = try FirstLines(bytes.span, path: path, accepted: TitleTable.accepted)
    let samples = Self.delimiters.compactMap { delimiter in
      TableSample.width(of: lines.first.bytes, delimiter) > 1 ? TableSample(lines, delimiter) : nil
    }
    guard var (sample, id) = Self.choose(samples, items) else {
      throw DataError(
        path: path, line: lines.first.number, text: String(decoding: lines.first.bytes, as: UTF8.self),
        message: "has only one column",
        accepted: "at least an id and a title, separated by tab, comma, semicolon, :: or |")
    }
    let header = ColumnNames(sample.first)
    let named = TitleNames(header)
    let hasHeader =
      header.hasTypes || named.id != nil && named.others != nil
      || items.index(of: sample.first[id]) == nil && (named.id != nil || named.others != nil)
    sample.firstRow = hasHeader && sample.rows.count > 1 ? 1 : 0
    // Several columns can have ids; a column named as one is preferred if it has any.
    if hasHeader, let own = named.id, own != id,
      Self.matches(sample, own, items) > 0 || Self.matches(sample, id, items) == 0
    {
      id = own
    }
    delimiter = sample.delimiter
    // A title with commas may be on the first line of a table without a header.
    let width = hasHeader ? sample.width : sample.rows.map(\.count).min() ?? sample.width
    let genre = hasHeader ? named.genre.map { GenreColumn(sample, $0, isTyped: named.genresAreWords) } : nil
    let title = hasHeader && named.title != id ? named.title : nil
    self.title = title ?? Self.text(sample, width, besides: [id, genre?.column])
    self.genre =
      genre ?? Self.lists(sample, width, besides: [id, self.title])
      ?? (hasHeader ? nil : GenreColumn(flags: sample, width))
    guard self.title != nil || self.genre != nil else {
      throw DataError(
        path: path, line: lines.first.number, text: String(decoding: lines.first.bytes, as: UTF8.self),
        message: "has no column of titles beside that of the ids", accepted: TitleTable.accepted)
    }
    (self.id, self.width) = (id, width)
    names = hasHeader ? header.names : nil
    start = hasHeader ? lines.first.next : lines.first.start
    line = hasHeader ? lines.first.number + 1 : lines.first.number
  }

  /// The separator and column with the most different ids of items; where none has any, the separator that ends the first
  /// column earliest, and that column.
  private static func choose(_ samples: [TableSample], _ items: Vocabulary) -> (sample: TableSample, id: Int)? {
    var best: (sample: TableSample, id: Int, matches: Int)?
    for sample in samples {
      for column in 0..<min(sample.width, 64) {
        let found = matches(sample, column, items)
        if found > best?.matches ?? 0 { best = (sample, column, found) }
      }
    }
    if let best { return (best.sample, best.id) }
    let sound = samples.filter { !$0.hasFaults && $0.cutsEveryLine }
    return (sound.isEmpty ? samples : sound).min { $0.first[0].utf8.count < $1.first[0].utf8.count }.map { ($0, 0) }
  }

  private static func matches(_ sample: TableSample, _ column: Int, _ items: Vocabulary) -> Int {
    Set(sample.rows.lazy.compactMap { column < $0.count ? $0[column] : nil }.filter { items.index(of: $0) != nil })
      .count
  }

  /// The first column of words, else the first of anything.
  private static func text(_ sample: TableSample, _ width: Int, besides taken: [Int?]) -> Int? {
    let free = (0..<min(width, 64)).filter { !taken.contains($0) }
    let words = free.first { column in
      let values = sample.values(column)
      return 2 * values.count { $0.contains(where: \.isLetter) && !$0.contains("://") && !TableSample.isTime($0) }
        > values.count
    }
    return words ?? (sample.firstRow == 0 ? free.first : nil)
  }

  /// A column of lists such as `Comedy|Romance`, whose elements repeat.
  private static func lists(_ sample: TableSample, _ width: Int, besides taken: [Int?]) -> GenreColumn? {
    guard sample.delimiter != .bar else { return nil }
    for column in 0..<min(width, 64) where !taken.contains(column) {
      let values = sample.values(column)
      let pieces = Set(values.flatMap { $0.split(separator: "|") })
      if values.contains(where: { $0.contains("|") }), pieces.count <= 100, !pieces.contains(where: { $0.count > 40 }) {
        return GenreColumn(sample, column, isTyped: false)
      }
    }
    return nil
  }

  /// The genres of a line.
  func genres(of fields: [String]) -> [String] { genre?.genres(of: fields) ?? [] }

  /// Everything from the title to the end of a line, with the separators in it.
  func rest(of line: [UInt8]) -> String {
    var wanted = InlineArray<4, Int>(repeating: -1)
    wanted[0] = title ?? -1
    let cut = LineSplitter(delimiter, wanted: wanted).columns(of: line.span, at: 0)
    let start = max(0, cut.bounds[0])
    let rest = line[start...]
    let end = rest.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } ?? start
    return String(decoding: rest[...end], as: UTF8.self)
  }
}

extension TitleColumns: CustomStringConvertible {
  /// The detected format, such as `comma-separated, header; item = movieId (column 1), title = title (2)`.
  var description: String {
    let read: [(role: String, column: Int?)] = [("item", id), ("title", title), ("genre", genre?.column)]
    var parts: [String] = []
    for (role, column) in read {
      guard let column else { continue }
      let place = parts.isEmpty ? "column \(column + 1)" : "\(column + 1)"
      let name = names.flatMap { column < $0.count ? $0[column] : nil }
      parts.append(name.map { "\(role) = \($0) (\(place))" } ?? "\(role) = \(place)")
    }
    if let genre, genre.column == nil { parts.append("genre = \(genre.first + 1) to \(width)") }
    return "\(delimiter.adjective), \(names == nil ? "no header" : "header"); " + parts.joined(separator: ", ")
  }
}

/// The columns of genres: one column with a list, or the nineteen flags of MovieLens' `u.item`.
struct GenreColumn {
  /// The column of lists; `nil` for flags.
  let column: Int?
  /// The first column of flags.
  let first: Int
  /// The separator of the genres of one item.
  private let separator: Character?

  /// - Parameter isTyped: whether RecBole's type says that blanks separate.
  init(_ sample: TableSample, _ column: Int, isTyped: Bool) {
    let values = sample.values(column)
    (self.column, first) = (column, 0)
    separator = isTyped ? " " : ["|", ";", ","].first { sign in values.contains { $0.contains(sign) } }
  }

  /// The flags of `u.item`: 24 columns, the last nineteen 0 or 1.
  init?(flags sample: TableSample, _ width: Int) {
    let first = 24 - Self.flags.count
    guard width == 24, (first..<24).allSatisfy({ sample.isColumn($0) { $0 == "0" || $0 == "1" } }) else { return nil }
    (column, self.first, separator) = (nil, first, nil)
  }

  func genres(of fields: [String]) -> [String] {
    guard let column else {
      return Self.flags.indices.compactMap { flag in
        first + flag < fields.count && fields[first + flag] == "1" ? Self.flags[flag] : nil
      }
    }
    guard column < fields.count else { return [] }
    let all = separator.map { fields[column].split(separator: $0).map(String.init) } ?? [fields[column]]
    var genres: [String] = []
    for genre in all.map({ $0.split(separator: " ").joined(separator: " ") })
    where !genre.isEmpty && !genre.hasPrefix("(no ") && !genres.contains(genre)
      && !genre.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    { genres.append(genre) }
    return genres
  }

  /// In the order of `u.genre`.
  private static let flags = [
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
  ]
}

/// The columns of a header that are named as an id, a title or genres.
struct TitleNames {
  private(set) var id: Int?
  private(set) var title: Int?
  private(set) var genre: Int?
  /// Whether RecBole's type says that the genres of an item have blanks between them.
  let genresAreWords: Bool

  /// A title or genre.
  var others: Int? { title ?? genre }

  init(_ header: ColumnNames) {
    let plain = header.names.map(KnownNames.plain)
    let titles: [(String) -> Bool] = [
      { $0 == "title" }, { $0.hasSuffix("title") }, { $0 == "name" },
      {
        $0.hasSuffix("name")
          && !["user", "author", "genre", "class", "brand", "category"].contains(where: $0.hasPrefix)
      },
      { $0 == "label" }, { $0 == "description" },
    ]
    let genres: Set<String> = [
      "genre", "genres", "category", "categories", "class", "classes", "style", "styles", "tag", "tags", "topic",
      "topics",
    ]
    title = titles.lazy.compactMap { isOne in plain.firstIndex(where: isOne) }.first
    genre = plain.firstIndex { genres.contains($0) }
    let (title, genre) = (title, genre)
    func column(_ names: Set<String>) -> Int? {
      let found = plain.indices.filter { names.contains(plain[$0]) && $0 != title && $0 != genre }
      return found.first { plain[$0].hasSuffix("id") } ?? found.first
    }
    id = plain.firstIndex(of: "id") ?? KnownNames.item.lazy.compactMap(column).first
    if let itemID = column(KnownNames.item[0]), plain[itemID].hasSuffix("id") { id = itemID }
    genresAreWords = header.hasTypes
  }
}
