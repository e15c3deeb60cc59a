import Compute
import FileFormats
import Presentation

/// Filters that are applied before anything else.
public struct Filters: Sendable, Equatable {
  /// Ratings below this are dropped; the rest count as likes, whatever their ratings, unless ``keepsRatings``.
  ///
  /// Compared in the precision of the ratings, so that a rating equal to the threshold is kept. `nil` keeps all, with
  /// ratings.
  public var minRating: Double?
  /// Whether ``minRating`` leaves the other ratings as they are, for models of ratings.
  public var keepsRatings = false
  /// Users with fewer interactions are dropped.
  public var minUserItems: Int
  /// Items with fewer interactions are dropped, before the filter on users.
  public var minItemUsers: Int
  /// Users and items with fewer interactions are dropped repeatedly, until nothing changes.
  public var core: Int

  /// Creates filters; without arguments they keep everything.
  public init(minRating: Double? = nil, minUserItems: Int = 0, minItemUsers: Int = 0, core: Int = 0) {
    self.minRating = minRating
    self.minUserItems = minUserItems
    self.minItemUsers = minItemUsers
    self.core = core
  }

  /// Applies the rating, then the item, then the user filter, once each, then the core.
  ///
  /// - Returns: the remaining interactions, with notes on how many each filter removed.
  /// - Throws: `DataError` when a rating filter is given and there are no ratings, or naming the filter that left
  ///   nothing.
  public func apply(to data: Interactions) throws -> Interactions {
    var kept = Remaining(data)
    var notes = notes(on: data.notes)
    if let minRating {
      guard let ratings = data.ratings else { throw noRatings(data.name) }
      let least = Float(minRating)
      kept.remove { ratings[$0] < least }
      try kept.report(Self.rating(minRating), &notes)
    }
    if minItemUsers > 1 {
      kept.removeItems(below: minItemUsers)
      try kept.report("--min-item-users \(minItemUsers)", &notes)
    }
    if minUserItems > 1 {
      kept.removeUsers(below: minUserItems)
      try kept.report("--min-user-items \(minUserItems)", &notes)
    }
    if core > 1 {
      while kept.removeItems(below: core) || kept.removeUsers(below: core) {}
      try kept.report("--core \(core)", &notes)
    }
    let binarises = minRating != nil && !keepsRatings
    if !binarises && kept.positions.count == data.count { return data }
    let result = data.selecting(kept.positions, notes: notes)
    return binarises ? result.binarised() : result
  }

  /// Applies the rating filter, and no other, to the parts of a file.
  ///
  /// - Precondition: no pair repeats; which of several ratings counts must be known first.
  /// - Throws: as ``apply(to:)``.
  func applyRating(to data: ReadInteractions, _ processor: Processor) throws -> ReadInteractions {
    guard let minRating else { return data }
    guard data.hasRatings else { throw noRatings(data.name) }
    let left = try data.keeping(ratingsFrom: Float(minRating), asRatings: keepsRatings, processor)
    var notes = notes(on: data.notes)
    try Self.report(
      Self.rating(minRating), removed: data.count - left.count, of: data.count, name: data.name, &notes)
    return left.noting(notes)
  }

  /// These filters without the one by rating.
  var withoutRating: Filters {
    var filters = self
    filters.minRating = nil
    return filters
  }

  private func notes(on data: [String]) -> [String] { data.filter { minRating == nil || $0 != ColumnChoice.zeros } }

  private static func rating(_ least: Double) -> String { "--min-rating \(Number.plain(least))" }

  private func noRatings(_ name: String) -> DataError {
    DataError(
      path: name, message: "has no ratings, so \(Self.rating(minRating ?? 0)) cannot be applied",
      accepted: "a file with a rating column (--rating-column), or no --min-rating")
  }

  /// Adds what a filter has removed to the notes.
  ///
  /// - Throws: `DataError` when nothing is left.
  fileprivate static func report(
    _ filter: String, removed: Int, of total: Int, name: String, _ notes: inout [String]
  ) throws {
    if removed == total {
      throw DataError(
        path: name, message: "has no interactions left after \(filter)", accepted: "a smaller number")
    }
    if removed > 0 { notes.append("\(filter) removed \(removed) of \(counted(total, "interaction"))") }
  }
}

extension Interactions {
  /// The same interactions without their ratings.
  func binarised() -> Interactions {
    Interactions(
      name: name, columns: columns, users: users, items: items, userIndices: userIndices, itemIndices: itemIndices,
      timestamps: timestamps, notes: notes)
  }
}

/// The interactions that no filter has removed yet.
private struct Remaining {
  let data: Interactions
  var positions: [Int]
  private var reported: Int

  init(_ data: Interactions) {
    self.data = data
    positions = Array(0..<data.count)
    reported = data.count
  }

  @discardableResult
  mutating func remove(where isUnwanted: (Int) -> Bool) -> Bool {
    let before = positions.count
    positions.removeAll(where: isUnwanted)
    return positions.count < before
  }

  @discardableResult
  mutating func removeUsers(below least: Int) -> Bool {
    remove(data.userIndices, data.users.count, below: least)
  }

  @discardableResult
  mutating func removeItems(below least: Int) -> Bool {
    remove(data.itemIndices, data.items.count, below: least)
  }

  private mutating func remove(_ indices: [Int32], _ count: Int, below least: Int) -> Bool {
    var counts = [Int](repeating: 0, count: count)
    for position in positions { counts[Int(indices[position])] += 1 }
    return remove { counts[Int(indices[$0])] < least }
  }

  mutating func report(_ filter: String, _ notes: inout [String]) throws {
    try Filters.report(filter, removed: reported - positions.count, of: reported, name: data.name, &notes)
    reported = positions.count
  }
}
