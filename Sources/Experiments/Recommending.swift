public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
public import InteractionData

extension ModelDirectory {
  /// Ranked lists for some users, in order; any number of users fits in memory.
  ///
  /// - Parameters:
  ///   - k: the length of a list; it is shorter if fewer items are left.
  ///   - excluded: items never recommended, besides those a user has.
  ///   - allowed: when given, the only items recommended.
  ///   - make: converts a list; several threads call it at the same time.
  ///   - visit: called for some users at a time, in order, with their converted lists.
  /// - Throws: `DataError` for a model that needs every user's ratings (item-autorec), or the errors of `visit`.
  public func recommend<Value: Sendable>(
    to audience: Audience, k: Int, excluding excluded: [String] = [], only allowed: [String]? = nil,
    processor: Processor, making make: @Sendable (_ user: String, _ list: [RankedItem]) -> Value,
    visit: (_ values: [Value]) throws -> Void
  ) throws {
    try checkScores()
    var mask = [Bool](repeating: allowed == nil, count: items.count)
    for id in allowed ?? [] { if let index = items.index(of: id) { mask[index] = true } }
    for id in excluded { if let index = items.index(of: id) { mask[index] = false } }
    // Without these lists, no item needs a lookup.
    let marks = allowed == nil && excluded.isEmpty ? nil : mask
    let users = audience.userIDs.count
    if let screened = try ScreenedLists(model, users: users, processor: processor) {
      return try audience.forEachBlock(of: ScreenedLists.blockSize(users: users), processor) { profiles, places in
        let lists = try screened.lists(for: profiles, k: k, only: marks, using: processor.engine) { row, error in
          unusable(user: audience.userIDs[places.lowerBound + row], item: error.item)
        }
        return zip(places, lists).map { make(audience.userIDs[$0], $1) }
      } visit: {
        try visit($1)
      }
    }
    let size = Evaluator.blockSize(itemCount: items.count, users: users)
    try audience.forEachBlock(of: size, processor) { [model] profiles, places in
      let scores = try model.scores(for: profiles, using: processor.engine)
      return try places.map { place in
        let row = place - places.lowerBound
        do {
          let list = try topK(scores[row: row], k: k, excluding: profiles.items.indices(ofRow: row), only: marks)
          return make(audience.userIDs[place], list)
        } catch let error as NotANumberError {
          throw unusable(user: audience.userIDs[place], item: error.item)
        }
      }
    } visit: {
      try visit($1)
    }
  }

  /// Ranked lists for some users, in order, in the same way.
  ///
  /// - Parameter visit: called for each user in order.
  public func recommend(
    to audience: Audience, k: Int, excluding excluded: [String] = [], only allowed: [String]? = nil,
    processor: Processor, visit: (_ user: String, _ list: [RankedItem]) throws -> Void
  ) throws {
    try recommend(to: audience, k: k, excluding: excluded, only: allowed, processor: processor) { user, list in
      (user: user, list: list)
    } visit: {
      for (user, list) in $0 { try visit(user, list) }
    }
  }

  /// Refuses a model that cannot score items for users given by their items.
  ///
  /// - Parameter path: where the model is, for the error.
  /// - Throws: `DataError`.
  public func checkScores(path: String = "model") throws {
    guard let limitation = model.limitation else { return }
    throw DataError(
      path: path, message: "is \(configuration.name), which \(limitation)",
      accepted: "a ranking model, or user-autorec")
  }
}

/// The JSON document of `recommend`.
public struct Recommendations: Codable, Sendable, Equatable {
  /// The model's name.
  public var model: String
  /// The requested length.
  public var k: Int
  /// A list for each user, in order.
  public var users: [RecommendedList] = []

  /// Starts without lists.
  public init(model: String, k: Int) { (self.model, self.k) = (model, k) }

  /// The note about lists that are shorter than requested.
  ///
  /// - Parameter lengths: the lengths of all lists.
  public static func notes(lengths: [Int], k: Int) -> [String] {
    let short = lengths.filter { $0 < k }
    guard let first = short.first else { return [] }
    if lengths.count == 1 { return ["the list has \(first) of \(counted(k, "item")): no more are left"] }
    let share = "\(short.count) of \(lengths.count) lists \(short.count == 1 ? "is" : "are")"
    return ["\(share) shorter than \(k): no more items are left"]
  }
}

/// The recommendations for one user, best first.
public struct RecommendedList: Codable, Sendable, Equatable {
  /// The user's id.
  public var user: String
  /// The items.
  public var items: [Entry]

  /// One item of a list.
  public struct Entry: Codable, Sendable, Equatable {
    /// The item's id.
    public var item: String
    /// The item's title, if it has one.
    public var title: String?
    /// Its score; only the order is meaningful.
    public var score: Double
  }

  /// Names the items of a ranked list.
  public init(user: String, _ list: [RankedItem], items: Vocabulary, titles: ItemTitles? = nil) {
    self.user = user
    self.items = list.map {
      Entry(item: items[$0.item], title: titles?.title(of: $0.item), score: Double($0.score))
    }
  }
}

/// Ranked lists as text: `user<TAB>item<TAB>score`, a line for each item; with titles, `title` is a fourth column.
public struct RecommendationText: Sendable {
  /// The first line.
  public let header: String

  /// The columns of item ids, one after another.
  private let items: [UInt8]
  /// Where an item's id begins, and where the last one ends; shape: I + 1.
  private let starts: [Int]
  /// The title column of each item; empty without titles.
  private let titles: [[UInt8]]
  private let id: @Sendable (String) -> String

  /// Prepares the text of lists of some items.
  ///
  /// - Parameters:
  ///   - titles: the titles to write after the scores; `nil` for no such column.
  ///   - id: returns an id or title as it is shown.
  public init(items: Vocabulary, titles: ItemTitles? = nil, id: @escaping @Sendable (String) -> String = { $0 }) {
    self.id = id
    (self.items, starts) = items.ids.reduce(into: ([], [0])) { columns, item in
      columns.0 += "\t\(id(item))\t".utf8
      columns.1.append(columns.0.count)
    }
    self.titles =
      titles.map { titles in
        (0..<items.count).map { Array("\t\(titles.title(of: $0).map(id) ?? "")".utf8) }
      } ?? []
    header = "user\titem\tscore" + (titles == nil ? "\n" : "\ttitle\n")
  }

  /// The lines of a user's list.
  public func lines(_ user: String, _ list: [RankedItem]) -> [UInt8] {
    let user = Array(id(user).utf8)
    var text: [UInt8] = []
    text.reserveCapacity(list.count * (user.count + 24))
    let items = items.span
    for entry in list {
      text += user
      for place in starts[entry.item]..<starts[entry.item + 1] { text.append(items[place]) }
      text += entry.score.description.utf8
      if !titles.isEmpty { text += titles[entry.item] }
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
