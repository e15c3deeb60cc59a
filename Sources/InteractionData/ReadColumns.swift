/// How a file was read: what separates its columns, whether its first line names them, and which of them hold what.
public struct ReadColumns: Codable, Sendable, Equatable {
  /// A column of the file.
  public struct Column: Codable, Sendable, Equatable {
    /// Its place, counted from 1, or `nil` for a field of JSON lines.
    public let number: Int?
    /// Its name, or `nil` without a header.
    public let name: String?

    /// Creates a column.
    public init(number: Int?, name: String? = nil) {
      self.number = number
      self.name = name
    }
  }

  /// The file's name.
  public let file: String
  /// The separator: `tab`, `comma`, `semicolon`, `blanks`, `::` or a character in quotes; `nil` for JSON lines.
  public let separator: String?
  /// Whether the first line names the columns.
  public let header: Bool
  /// The column of the user.
  public let user: Column
  /// The column of the item.
  public let item: Column
  /// The column of the rating, or `nil` when none is read.
  public let rating: Column?
  /// The column of the time, or `nil` when none is read.
  public let timestamp: Column?
  /// The columns that are not read.
  public let unread: [Column]

  /// Creates a description of how a file was read.
  public init(
    file: String, separator: String?, header: Bool, user: Column, item: Column, rating: Column?, timestamp: Column?,
    unread: [Column]
  ) {
    self.file = file
    self.separator = separator
    self.header = header
    self.user = user
    self.item = item
    self.rating = rating
    self.timestamp = timestamp
    self.unread = unread
  }

  init(file: String, fields: JSONFields) {
    let names = fields.names.map { $0.map { Column(number: nil, name: String(decoding: $0, as: UTF8.self)) } }
    let none = Column(number: nil)
    self.init(
      file: file, separator: nil, header: true, user: names[0] ?? none, item: names[1] ?? none, rating: names[2],
      timestamp: names[3],
      unread: fields.all.map { Column(number: nil, name: $0) }.filter { !names.contains($0) })
  }

  init(file: String, delimiter: Delimiter, names: [String]?, width: Int, columns: InlineArray<4, Int>) {
    func column(_ number: Int) -> Column {
      Column(number: number + 1, name: names.flatMap { number < $0.count ? $0[number] : nil })
    }
    func column(_ role: ColumnRole) -> Column? {
      columns[role.rawValue] < 0 ? nil : column(columns[role.rawValue])
    }
    let read = (0..<4).map { columns[$0] }
    self.init(
      file: file, separator: "\(delimiter)", header: names != nil, user: column(columns[0]), item: column(columns[1]),
      rating: column(.rating), timestamp: column(.timestamp),
      unread: (0..<width).filter { !read.contains($0) }.map { column($0) })
  }
}

extension ReadColumns: CustomStringConvertible {
  /// One line, such as `ratings.csv: comma-separated, header; user = userId (column 1), item = movieId (2)`.
  public var description: String {
    let read: [(String, Column)] =
      [("user", user), ("item", item)]
      + [("rating", rating), ("timestamp", timestamp)].compactMap { role, column in
        column.map { (role, $0) }
      }
    var sentence = "\(file): \(manner); "
    if header {
      let parts = read.enumerated().map { index, part in
        let place = part.1.number.map { " (\(index == 0 ? "column " : "")\($0))" } ?? ""
        return "\(part.0) = \(Self.short(part.1.name ?? ""))\(place)"
      }
      sentence += parts.joined(separator: ", ")
    } else {
      sentence += "columns \(Self.list(read.map { "\($0.1.number ?? 0)" })) read as \(Self.list(read.map(\.0)))"
    }
    return unread.isEmpty ? sentence : sentence + "; " + unreadPart
  }

  private var manner: String {
    guard let separator else { return "JSON lines" }
    let isWord = ["tab", "comma", "semicolon"].contains(separator)
    return (isWord ? "\(separator)-separated" : "separated by \(separator)") + (header ? ", header" : ", no header")
  }

  private var unreadPart: String {
    let named = unread.compactMap { column in
      column.name.flatMap { name in name.isEmpty ? nil : Self.short(name) + (column.number.map { " (\($0))" } ?? "") }
    }
    if named.count == unread.count && named.count <= 4 { return "not read: \(named.joined(separator: ", "))" }
    let numbers = unread.compactMap(\.number)
    guard let first = numbers.first, let last = numbers.last else { return "\(unread.count) more fields not read" }
    if numbers.count == 1 { return "column \(first) not read" }
    if numbers.count > 2 && last - first == numbers.count - 1 { return "columns \(first) to \(last) not read" }
    return numbers.count <= 4
      ? "columns \(Self.list(numbers.map { "\($0)" })) not read" : "\(numbers.count) more columns not read"
  }

  private static func list(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
  }

  private static func short(_ name: String) -> String { name.count > 40 ? name.prefix(39) + "…" : name }
}
