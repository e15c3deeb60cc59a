import FileFormats

/// Titles of items for people, and their genres where a table has them (I items).
///
/// Programs use ids; lists for people show the title beside the id. An item without a title is shown by its id, and so
/// is one whose id is its title.
///
/// ```swift
/// let found = try ItemTitles.reading("movies.csv", for: directory.items)
/// directory.titles = found.titles
/// print(found.notes[0])
/// ```
public struct ItemTitles: Sendable, Equatable {
  /// The items, in the order of every list here.
  public let items: Vocabulary
  /// The name of each genre, in order of first appearance; empty if no genres are known.
  public let genres: [String]
  /// The title of each item, empty if there is none; shape: I.
  private let titles: [String]
  /// The genres of each item, as places in ``genres``; shape: I, or empty.
  private let genresOfItem: [[Int]]

  /// Creates titles.
  ///
  /// - Parameters:
  ///   - titles: one for each item, in order; `nil` if there is none.
  ///   - genres: the genres of each item; `nil` if none are known.
  /// - Precondition: there is one entry for each item.
  public init(items: Vocabulary, titles: [String?], genres: [[String]]? = nil) {
    precondition(titles.count == items.count && genres?.count ?? items.count == items.count)
    self.items = items
    self.titles = titles.enumerated().map { index, title in title.flatMap { $0 == items[index] ? nil : $0 } ?? "" }
    var numbers: [String: Int] = [:]
    var names: [String] = []
    genresOfItem = (genres ?? []).map { own in
      own.map { genre in
        if let number = numbers[genre] { return number }
        names.append(genre)
        numbers[genre] = names.count - 1
        return names.count - 1
      }
    }
    self.genres = names
  }

  /// Whether any item has a title.
  public var hasTitles: Bool { titles.contains { !$0.isEmpty } }

  /// The number of items with a title.
  public var count: Int { titles.count { !$0.isEmpty } }

  /// The same for the same items, titles and genres.
  public var fingerprint: String {
    var fingerprint = Fingerprint()
    fingerprint.add(items)
    fingerprint.add(titles)
    for item in 0..<items.count { fingerprint.add(genres(of: item).map { genres[$0] }) }
    return fingerprint.hexadecimal
  }

  /// The title of an item; `nil` if there is none, or the id is the title.
  public func title(of item: Int) -> String? { titles[item].isEmpty ? nil : titles[item] }

  /// The genres of an item, as places in ``genres``.
  public func genres(of item: Int) -> [Int] { genresOfItem.isEmpty ? [] : genresOfItem[item] }

  /// The short label: the title, or else the id.
  public func name(of item: Int) -> String { title(of: item) ?? items[item] }

  /// The label in lists: the title with the id after it, such as `Toy Story (1995) [1]`, or the id alone.
  public func label(of item: Int) -> String { Self.label(items[item], title: title(of: item)) }

  /// The label in lists of an item with this id and an optional title.
  public static func label(_ id: String, title: String?) -> String { title.map { "\($0) [\(id)]" } ?? id }

  /// The same titles for other items, or for these in another order.
  ///
  /// - Returns: the titles of those that are known here; `nil` if none is.
  public func selecting(_ others: Vocabulary) -> ItemTitles? {
    if others == items { return self }
    let places = items.indices(of: others)
    guard places.contains(where: { $0 != nil }) else { return nil }
    return ItemTitles(
      items: others, titles: places.map { place in place.flatMap { title(of: $0) } },
      genres: genres.isEmpty ? nil : places.map { place in place.map { genres(of: $0).map { genres[$0] } } ?? [] })
  }
}

extension ItemTitles {
  /// The genres of a simulated population, whose ids are titles.
  ///
  /// - Parameter items: those wanted, in order.
  public init(_ population: SimulatedPopulation, for items: Vocabulary) {
    self.init(
      items: items, titles: [String?](repeating: nil, count: items.count),
      genres: population.catalogue.indices(of: items).map { place in
        place.map { [population.tasteNames[population.itemTastes[$0]]] } ?? []
      })
  }
}
