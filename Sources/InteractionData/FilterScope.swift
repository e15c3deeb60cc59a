/// Which files filters are about: what a model is fitted to is shaped by all of them, other files only by what a like is.
extension Filters {
  /// The filter that says what a like is, without those that shape a training set by counts.
  public var ofLikes: Filters {
    var filters = Filters(minRating: minRating)
    filters.keepsRatings = keepsRatings
    return filters
  }

  /// The filters by counts, without the one that says what a like is.
  var ofCounts: Filters { Filters(minUserItems: minUserItems, minItemUsers: minItemUsers, core: core) }

  /// Takes a file that no model is fitted to as it is, but for ratings that are no likes.
  ///
  /// A file without ratings is taken whole: it holds likes already.
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
