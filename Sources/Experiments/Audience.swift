public import Autoencoders
import Compute
import FileFormats
public import InteractionData
import Presentation

/// Users to serve with a saved model. No training data are needed.
extension ModelDirectory {
  /// Users to serve, as rows over the model's items.
  public struct Audience: Sendable {
    /// Their ids.
    public let userIDs: [String]
    /// What each has.
    public let profiles: Profiles
    /// Notes with counts.
    public let notes: [String]
  }

  /// The users of a data set.
  public func audience(_ data: Interactions) -> Audience {
    let (rows, unknown) = data.rows(in: items, keepsRatings: configuration.task == .rating)
    let (rated, assumed) = data.ratings == nil ? rating(rows) : (rows, [])
    let profiles = Profiles(items: rated, trainingRows: trainingRows(of: data.users.ids))
    return Audience(
      userIDs: data.users.ids, profiles: profiles,
      notes: data.notes + notes(unknown: unknown) + assumed + configuration.newcomerNotes(profiles))
  }

  /// One new user, given by a list of items.
  ///
  /// - Throws: ``UnknownItems`` when the model knows none of them.
  public func audience(items ids: [String]) throws(UnknownItems) -> Audience {
    let known = ids.compactMap { items.index(of: $0) }
    let unknown = ids.filter { items.index(of: $0) == nil }
    if known.isEmpty && !ids.isEmpty { throw UnknownItems(ids: ids) }
    let (rows, assumed) = rating(SparseRows(columnCount: items.count, rows: [known]))
    return Audience(
      userIDs: ["new"], profiles: Profiles(items: rows),
      notes: (unknown.isEmpty ? [] : ["not in the model: \(unknown.joined(separator: ", "))"])
        + assumed + configuration.newcomerNotes(Profiles(items: rows)))
  }

  /// The rows that users had in the training of a model with something for each training user; `nil` for other models.
  func trainingRows(of ids: [String]) -> [Int?]? {
    users.map { known in ids.map { known.index(of: $0) } }
  }

  /// What to say of interactions with items that the model does not know.
  func notes(unknown: Int) -> [String] {
    unknown == 0 ? [] : ["left out \(counted(unknown, "interaction")) with items that are not in the model"]
  }

  /// Gives items without ratings to a model of ratings: each counts as rated with the mean of the training ratings, which
  /// says neither that it was liked nor that it was not.
  private func rating(_ rows: SparseRows) -> (SparseRows, notes: [String]) {
    guard configuration.task == .rating, rows.nonZeroCount > 0 else { return (rows, []) }
    let mean = record.facts?.data?.meanRating
    let told = mean.map { "\(Number.decimal($0, 2)), the mean of the training ratings" } ?? "1"
    return (
      SparseRows(
        columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices,
        values: [Float](repeating: Float(mean ?? 1), count: rows.nonZeroCount)),
      ["\(configuration.name) predicts from ratings, and there are none: each item is taken as rated \(told)"]
    )
  }
}

/// A model knows none of the items that somebody is given by.
public struct UnknownItems: Error, Equatable, CustomStringConvertible {
  /// The items.
  public let ids: [String]

  /// What is wrong, in one sentence.
  public var description: String {
    "none of \(ids.joined(separator: ", ")) is in the model; accepted: ids from the model's items.txt"
  }
}

extension ModelDirectory.Audience {
  /// Works something out for blocks of users, several at a time, and hands it over in order.
  ///
  /// A few blocks at a time, so that any number of users fits in memory. What has been worked out is handed over while other
  /// threads go on with the next blocks.
  ///
  /// - Parameters:
  ///   - size: the users of a block.
  ///   - work: what there is of the users of a block, given with their places.
  ///   - visit: called on the calling thread, one block at a time.
  func forEachBlock<Value: Sendable>(
    of size: Int, _ processor: Processor, work: @Sendable (Profiles, Range<Int>) throws -> Value,
    visit: (_ users: Range<Int>, Value) throws -> Void
  ) throws {
    let blocks = stride(from: 0, to: userIDs.count, by: size).map { $0..<min(userIDs.count, $0 + size) }
    var finished: [Work<Value>] = []
    // Once more than there are blocks, for the last to be handed over.
    for first in stride(from: 0, to: blocks.count + 2 * processor.threads, by: 2 * processor.threads) {
      var next = blocks.dropFirst(first).prefix(2 * processor.threads).map { Work<Value>(users: $0) }
      try processor.forEach(&next) {
        for block in finished { if let value = try block.result?.get() { try visit(block.users, value) } }
      } _: { [profiles] _, block in
        block.result = Result { try work(profiles.selecting(block.users), block.users) }
      }
      finished = next
    }
  }

  /// A block of users on its way.
  private struct Work<Value: Sendable>: Sendable {
    let users: Range<Int>
    var result: Result<Value, any Error>?
  }
}
