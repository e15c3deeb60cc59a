/// Which filters apply to a file: all filters to the data a model is fitted to, only the rating filter to other files.
extension Filters {
  /// The rating filter, which defines a like, without the filters by counts.
  public var ofLikes: Filters {
    var filters = Filters(minRating: minRating)
    filters.keepsRatings = keepsRatings
    return filters
  }

  /// The filters by counts, without the rating filter.
  var ofCounts: Filters { Filters(minUserItems: minUserItems, minItemUsers: minItemUsers, core: core) }

  /// Keeps a file that no model is fitted to, except for ratings that are not likes.
  ///
  /// A file without ratings is kept whole, because all its interactions are likes.
  ///
  /// - Throws: `DataError` when no like is left.
  public func applyToLikes(of data: Interactions) throws -> Interactions {
    data.ratings == nil ? data : try ofLikes.apply(to: data)
  }
}

extension Interactions {
  /// These and the others, without ratings and times.
  public func joined(with other: Interactions) -> Interactions {
    let users = Vocabulary(ids: self.users.ids + other.users.ids)
    let items = Vocabulary(ids: self.items.ids + other.items.ids)
    func numbers(_ indices: [Int32], _ own: Vocabulary, _ all: Vocabulary) -> [Int32] {
      let places = all.indices(of: own).map { Int32($0 ?? 0) }
      return indices.map { places[Int($0)] }
    }
    return Interactions(
      name: name, users: users, items: items,
      userIndices: numbers(userIndices, self.users, users) + numbers(other.userIndices, other.users, users),
      itemIndices: numbers(itemIndices, self.items, items) + numbers(other.itemIndices, other.items, items))
  }
}
