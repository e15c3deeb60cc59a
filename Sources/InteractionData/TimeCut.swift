import FileFormats
import Foundation

/// The cut of a split by time.
public enum TimeCut: Sendable, Equatable {
  /// A cut with this share of the interactions, in order of time, before it.
  case share(Double)
  /// A time, in seconds since 1970 or in the unit of the data; interactions at this time are after the cut.
  case time(Double)

  /// Nine tenths of the interactions.
  public static let standard = TimeCut.share(0.9)

  /// Parses a number between 0 and 1 as a share, any other number as a time, and a date or time in ISO 8601.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, let value = TimeValue.value(bytes.span, 0, bytes.count), value.isFinite else { return nil }
    let isDate = text.dropFirst().contains("-")
    if value > 0 && value < 1 && !isDate {
      self = .share(value)
    } else if value >= 1 || isDate {
      self = .time(value)
    } else {
      return nil
    }
  }

  /// The text that ``init(_:)`` accepts, in words.
  public static let accepted =
    "a share between 0 and 1 such as 0.9, a date such as 1998-03-01, or a time as the data have it"

  /// The time of the cut for these times; interactions at this time are after it.
  ///
  /// Equal times stay together, so a share is the largest that is not exceeded.
  ///
  /// - Precondition: there is a time.
  func time(in times: [Double]) -> Double {
    switch self {
    case .time(let time): return time
    case .share(let share):
      let sorted = times.sorted()
      // A tiny addition, because 0.29 × 100 is 28.999… in binary.
      return sorted[min(sorted.count - 1, Int(share * Double(sorted.count) + 1e-9))]
    }
  }

  /// A time for people: with the date if it is in seconds since 1970.
  public static func words(for time: Double) -> String {
    let number = Int(exactly: time).map { "\($0)" } ?? "\(time)"
    // The years 1973 to 5138, the range in which times are read as seconds.
    guard 1e8..<1e11 ~= time else { return number }
    return Date(timeIntervalSince1970: time.rounded(.down)).formatted(.iso8601) + " (\(number))"
  }
}

/// The numbers of interactions, users and items on both sides of a time cut.
public struct TimeCutCounts: Codable, Sendable, Equatable {
  /// The time of the cut, as times are read; interactions at this time are after it.
  public var cut: Double?
  /// The earlier cut, after which interactions are for validation; `nil` if there is none.
  public var validationCut: Double?
  /// Interactions before the cut, as filtered.
  public var before: Int
  /// Interactions after it.
  public var after: Int
  /// Users with interactions on both sides.
  public var usersOnBothSides: Int
  /// Users without interactions after the cut, who are only trained on.
  public var usersBeforeOnly: Int
  /// Users who first appear after the cut.
  public var newUsers: Int
  /// Of them, those who are tested.
  public var newUsersTested: Int
  /// Users with interactions after the cut whose items before it were removed by filters.
  public var filteredUsers: Int
  /// Users on both sides who have only unknown items after the cut.
  public var usersWithNewItemsOnly: Int
  /// Items that are only after the cut, or that the filters left out before it.
  public var unknownItems: Int
  /// Interactions after the cut with one of them.
  public var withUnknownItems: Int
}
