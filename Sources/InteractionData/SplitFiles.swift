import Compute
import FileFormats

/// The parts of a split as files of interactions, with the ids, ratings and times of the data.
///
/// | file | content |
/// |---|---|
/// | `train.tsv` | training interactions |
/// | `validation.tsv` | held-out interactions for choosing the epoch |
/// | `test.tsv` | held-out interactions of the test |
/// | `validation_input.tsv`, `test_input.tsv` | input of held-out and new users; only if there are any |
/// | `holdout.tsv` | all interactions of users who are not in `train.tsv`; only if users are held out |
/// | `split.json` | kind, seed, hash and counts |
public enum SplitFiles {
  /// A file of a split.
  public enum Part: String, Sendable, CaseIterable {
    case train, validation
    case validationInput = "validation_input"
    case test
    case testInput = "test_input"
    case holdout

    /// The name of the file.
    public var fileName: String { rawValue + ".tsv" }
  }

  /// The name of the description.
  public static let description = "split.json"

  /// The files that a directory of this kind may contain.
  public static let fileNames = Part.allCases.map(\.fileName) + [description]

  /// Checks that a split can be written to a directory.
  ///
  /// - Throws: `OutputError`, as writing would.
  public static func verify(_ path: String) throws { try AtomicDirectory.verify(path, replacing: fileNames.contains) }
}

/// Which interactions of some data are in which file of a split.
public struct SplitParts: Sendable {
  /// The data that were split, with ratings and times where they have any.
  public let data: Interactions
  /// The positions in each file, ascending.
  public let positions: [SplitFiles.Part: [Int]]

  /// Finds the parts of a ranking split.
  ///
  /// - Parameters:
  ///   - split: made from `data`.
  ///   - data: the data that were split, with each (user, item) pair once.
  public init(_ split: RankingSplit, of data: Interactions) {
    var sources: [(SplitFiles.Part, UserRows)] = [(.train, split.trainUsers)]
    for (users, wanted, shown) in [
      (split.validation, SplitFiles.Part.validation, SplitFiles.Part.validationInput), (split.test, .test, .testInput),
    ] {
      guard let users else { continue }
      sources.append((wanted, UserRows(ids: users.userIDs, rows: users.heldOut)))
      let unseen = users.userIDs.indices.filter { users.profiles.trainingRows?[$0] == nil }
      if !unseen.isEmpty {
        sources.append(
          (shown, UserRows(ids: unseen.map { users.userIDs[$0] }, rows: users.profiles.items.selecting(rows: unseen))))
      }
    }
    let columns = split.items.indices(of: data.items)
    var positions: [SplitFiles.Part: [Int]] = [:]
    for (part, users) in sources {
      let rows = Vocabulary(ids: users.ids).indices(of: data.users)
      positions[part] = (0..<data.count).filter { position in
        guard let row = rows[Int(data.userIndices[position])], let column = columns[Int(data.itemIndices[position])]
        else { return false }
        return users.rows.contains(column, inRow: row)
      }
    }
    if split.kind == .time {
      // Everything between the two cuts, whether or not it can be predicted, because the second fit has it.
      let fitted = split.fittedUsers
      let (all, first) = (
        Vocabulary(ids: fitted.ids).indices(of: data.users), Set(positions[.train] ?? [])
      )
      positions[.validation] = (0..<data.count).filter { position in
        guard !first.contains(position), let row = all[Int(data.userIndices[position])],
          let column = columns[Int(data.itemIndices[position])]
        else { return false }
        return fitted.rows.contains(column, inRow: row)
      }
    }
    if split.kind == .users {
      let trained = Vocabulary(ids: split.trainUserIDs).indices(of: data.users)
      positions[.holdout] = (0..<data.count).filter { trained[Int(data.userIndices[$0])] == nil }
    }
    (self.data, self.positions) = (data, positions)
  }

  /// Finds the parts of a split of ratings.
  ///
  /// - Parameters:
  ///   - split: made from `data`.
  ///   - data: the data that were split.
  public init(_ split: RatingSplit, of data: Interactions) {
    let rows = split.users.indices(of: data.users)
    let columns = split.items.indices(of: data.items)
    func cells(_ cells: [RatingCell]) -> SparseRows {
      SparseRows(
        rowCount: split.users.count, columnCount: split.items.count, rows: cells.map { Int32($0.user) },
        columns: cells.map { Int32($0.item) })
    }
    positions = [
      SplitFiles.Part.train: split.train, .validation: cells(split.validation), .test: cells(split.test),
    ].mapValues { part in
      (0..<data.count).filter { position in
        guard let row = rows[Int(data.userIndices[position])], let column = columns[Int(data.itemIndices[position])]
        else { return false }
        return part.contains(column, inRow: row)
      }
    }
    self.data = data
  }

  /// How many interactions, users and items each file has.
  public func counts(of part: SplitFiles.Part) -> (interactions: Int, users: Int, items: Int) {
    let own = positions[part] ?? []
    return (own.count, Set(own.map { data.userIndices[$0] }).count, Set(own.map { data.itemIndices[$0] }).count)
  }

  /// Writes the files, all or none.
  ///
  /// - Parameter description: the text of `split.json`.
  /// - Throws: `OutputError` when the directory cannot be written, or exists and holds other files.
  public func write(to path: String, description: String) throws {
    let header =
      ["user", "item"] + (data.ratings == nil ? [] : ["rating"]) + (data.timestamps == nil ? [] : ["timestamp"])
    try AtomicDirectory.write(to: path, replacing: SplitFiles.fileNames.contains) { directory in
      let (users, items) = (data.users.ids, data.items.ids)
      for (part, positions) in positions {
        try AtomicFile.write(to: directory + "/" + part.fileName) { output in
          try output.write(header.joined(separator: "\t") + "\n")
          for position in positions {
            var line = users[Int(data.userIndices[position])] + "\t" + items[Int(data.itemIndices[position])]
            if let ratings = data.ratings { line += "\t" + Self.number(Double("\(ratings[position])") ?? 0) }
            if let times = data.timestamps { line += "\t" + Self.number(times[position]) }
            try output.write(line + "\n")
          }
        }
      }
      try AtomicFile.write(description, to: directory + "/" + SplitFiles.description)
    }
  }

  /// Writes whole numbers without a decimal point.
  private static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}

extension SparseRows {
  /// Whether a row has a column.
  fileprivate func contains(_ column: Int, inRow row: Int) -> Bool {
    let range = range(ofRow: row)
    let place = indices[range].partitioningIndex { $0 >= column }
    return place < range.upperBound && indices[place] == column
  }
}
