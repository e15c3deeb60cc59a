/// How to read a file of interactions; everything not set here is detected.
public struct InteractionFormat: Sendable, Equatable {
  /// Where to find a column.
  public enum Column: Sendable, Equatable {
    /// By its name or, without names, by its place.
    case recognised
    /// Under this name in the first line.
    case named(String)
    /// In this place, counted from 1.
    case number(Int)
    /// Nowhere.
    case absent

    /// What ``init(_:)`` understands as this column; `nil` for ``recognised``.
    public var text: String? {
      switch self {
      case .recognised: nil
      case .named(let name): name
      case .number(let number): "\(number)"
      case .absent: "none"
      }
    }

    /// Parses what a user writes: a number counted from 1, `none`, or a name.
    public init(_ text: String) {
      if let number = Int(text) {
        self = .number(number)
      } else {
        self = text == "none" ? .absent : .named(text)
      }
    }
  }

  /// The separator, or `nil` to detect it.
  public var delimiter: Delimiter?
  /// Whether the first line names the columns, or `nil` to detect it.
  public var hasHeader: Bool?
  /// The column of the user.
  public var user: Column
  /// The column of the item.
  public var item: Column
  /// The column of the rating.
  public var rating: Column
  /// The column of the time.
  public var timestamp: Column

  /// Creates a format.
  public init(
    delimiter: Delimiter? = nil, hasHeader: Bool? = nil, user: Column = .recognised, item: Column = .recognised,
    rating: Column = .recognised, timestamp: Column = .recognised
  ) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
    self.user = user
    self.item = item
    self.rating = rating
    self.timestamp = timestamp
  }

  func column(_ role: ColumnRole) -> Column {
    switch role {
    case .user: user
    case .item: item
    case .rating: rating
    case .timestamp: timestamp
    }
  }
}
