/// The columns of a file to keep besides users and items.
///
/// The others are checked as well, so that whether a file is accepted does not depend on its use.
public struct InteractionColumns: OptionSet, Sendable {
  /// One bit for each column.
  public let rawValue: UInt8

  /// Creates a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The ratings.
  public static let ratings = InteractionColumns(rawValue: 1)
  /// The times.
  public static let timestamps = InteractionColumns(rawValue: 2)
  /// All there are.
  public static let all: InteractionColumns = [.ratings, .timestamps]
}
