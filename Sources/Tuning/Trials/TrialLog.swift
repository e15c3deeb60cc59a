/// The searches of a run with their results, and the journal, whose records have the order of a single process: model by
/// model.
struct TrialLog {
  /// The searches, in the order of the models.
  private(set) var searches: [ModelSearch]
  private var journal: TrialJournal?
  /// The number of records of each search in the journal.
  private var written: [Int]
  /// The search whose records are written next.
  private var current = 0
  /// How many of the searches have ended, finished or not.
  private var ended = 0

  /// Begins or continues.
  ///
  /// - Parameters:
  ///   - searches: with the records that are in the journal.
  ///   - journal: the journal, in the process that writes; `nil` for none.
  init(_ searches: [ModelSearch], in journal: TrialJournal?) {
    (self.searches, self.journal) = (searches, journal)
    written = searches.map(\.records.count)
  }

  /// Takes over a search that has results of an earlier run in addition to its records.
  ///
  /// - Throws: `OutputError`.
  mutating func set(_ search: ModelSearch, at place: Int) throws {
    searches[place] = search
    _ = try writeInOrder()
  }

  /// Takes over a search with a new result.
  ///
  /// - Throws: `OutputError`.
  mutating func add(_ record: TrialRecord, to search: ModelSearch, at place: Int) throws {
    searches[place] = search
    let isWritten = try writeInOrder().contains(record)
    if !isWritten { try journal?.keep(ahead: record) }
  }

  /// Notes that the first searches have ended, even if time has left trials of them.
  ///
  /// - Throws: `OutputError`.
  mutating func end(of count: Int) throws {
    ended = count
    _ = try writeInOrder()
    let isComplete = zip(searches, written).allSatisfy { $0.results.count == $1 }
    if ended == searches.count, isComplete { journal?.removeAhead() }
  }

  /// Writes all records before the first that is missing.
  private mutating func writeInOrder() throws -> [TrialRecord] {
    var new: [TrialRecord] = []
    while current < searches.count {
      for record in searches[current].records.dropFirst(written[current]) {
        try journal?.append(record)
        written[current] += 1
        new.append(record)
      }
      guard current < ended || searches[current].isFinished else { break }
      current += 1
    }
    return new
  }
}
