import Compute
import Presentation

/// A data set in five numbers.
public struct DataSummary: Codable, Sendable, Equatable {
  /// The file's name.
  public var name: String
  /// How many users it has.
  public var users: Int
  /// How many items.
  public var items: Int
  /// How many different (user, item) pairs.
  public var interactions: Int
  /// The share of cells that are filled.
  public var density: Double
  /// How the file was read, of several files the training file; `nil` for data that do not come from a table.
  public var columns: ReadColumns?

  /// The data in words, such as `ratings.csv: 938 users × 1447 items, 54,413 interactions; 93 test users`.
  ///
  /// - Parameter testUsers: how many users the models are measured on; `nil` where nothing is measured.
  public func heading(testUsers: Int? = nil) -> String {
    let size = "\(counted(users, "user")) × \(counted(items, "item")), \(Number.text(interactions)) "
    return "\(name): \(size)\(interactions == 1 ? "interaction" : "interactions")"
      + (testUsers.map { "; \(counted($0, "test user"))" } ?? "")
  }

  init(name: String, columns: ReadColumns? = nil, users: Int, items: Int, interactions: Int) {
    self.name = name
    self.columns = columns
    self.users = users
    self.items = items
    (self.interactions, density) = (0, 0)
    keepInteractions(interactions)
  }

  /// Replaces the number of interactions, and with it the density.
  public mutating func keepInteractions(_ number: Int) {
    interactions = number
    let cells = Double(users) * Double(items)
    density = cells == 0 ? 0 : Double(number) / cells
  }

  /// The summary of interactions.
  public init(_ data: Interactions) {
    self.init(
      name: data.name, columns: data.columns, users: data.users.count, items: data.items.count,
      interactions: data.count)
  }

  /// The summary of a file in which no pair repeats.
  init(_ data: ReadInteractions) {
    self.init(
      name: data.name, columns: data.columns, users: data.users.count, items: data.items.count,
      interactions: data.count)
  }

  /// The content of a ready split; each user is counted once, whatever the part.
  package init(name: String, columns: ReadColumns? = nil, split: RankingSplit) {
    var users = split.trainUserIDs
    var interactions = split.train.nonZeroCount
    for part in [split.validation, split.test].compactMap(\.self) {
      users += part.userIDs
      interactions += part.heldOut.nonZeroCount
      if part.profiles.trainingRows == nil { interactions += part.profiles.items.nonZeroCount }
    }
    self.init(
      name: name, columns: columns, users: Vocabulary(ids: users).count, items: split.items.count,
      interactions: interactions)
  }
}
