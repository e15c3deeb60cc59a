import Compute
import FileFormats
import Foundation

/// The files in which the authors of Mult-VAE ship a strong-generalisation split.
///
/// `unique_sid.txt` has one item id a line, in the order of the columns. `train.csv` has the training users;
/// `validation_tr.csv` and `test_tr.csv` the fold-in items, `validation_te.csv` and `test_te.csv` the held-out items.
/// All have a header `uid,sid`. `unique_uid.txt`, which is not part of the authors' layout, gives the ids of the users,
/// so that output has the original ids.
enum AuthorsLayout: String, CaseIterable {
  case train = "train.csv"
  case validationInput = "validation_tr.csv"
  case validationHeldOut = "validation_te.csv"
  case testInput = "test_tr.csv"
  case testHeldOut = "test_te.csv"

  static let items = "unique_sid.txt"
  static let users = "unique_uid.txt"

  /// The names of all files of the layout.
  static let fileNames = allCases.map(\.rawValue) + [items, users]

  /// Whether a file of this name belongs to the layout.
  static func isOwn(_ name: String) -> Bool { fileNames.contains(name) }
}

extension RankingSplit {
  /// The names of the files that are read from a directory in the Mult-VAE authors' layout, where they exist.
  public static let authorsLayoutFiles = AuthorsLayout.fileNames

  /// Reads a split in the layout of the Mult-VAE authors.
  ///
  /// Their files hold numbers: when every `sid` of all files is a whole number below the number of lines of
  /// `unique_sid.txt`, it is the line (counted from 0), otherwise it must be one of the ids. A note says so
  /// when both readings are possible and differ. Users are read in the same way where there is a
  /// `unique_uid.txt`.
  ///
  /// Users with held-out items but no fold-in items are skipped and counted in a note.
  ///
  /// - Parameters:
  ///   - forTraining: no test; ``RankingSplit/refit`` has the training and the validation users.
  ///   - threads: the largest number of threads that read; `nil` for all cores.
  /// - Throws: `InputError` when a file is missing; `DataError` when one cannot be understood, an item is not
  ///   in `unique_sid.txt`, or nothing is held out.
  public static func directory(
    _ path: String, forTraining: Bool = false, threads: Int? = nil
  ) throws -> RankingSplit {
    let directory = path.hasSuffix("/") ? path : path + "/"
    let wanted = AuthorsLayout.allCases.filter { !forTraining || !$0.rawValue.hasPrefix("test") }
    let format = InteractionFormat(
      delimiter: .comma, user: .named("uid"), item: .named("sid"), rating: .absent, timestamp: .absent)
    var files: [AuthorsLayout: Interactions] = [:]
    var reader = InteractionReader(format: format, threads: threads)
    // The columns of these files are fixed.
    reader.describesColumns = false
    for file in wanted { files[file] = try reader.read(path: directory + file.rawValue) }
    let itemPath = directory + AuthorsLayout.items
    let items = try IdentifierList.read(itemPath)
    var notes = wanted.flatMap { files[$0]?.notes ?? [] }
    let itemNumbers = try numbers(of: files, \.items, items, listPath: itemPath, directory, &notes)
    var userNames: [AuthorsLayout: [String]] = files.mapValues(\.users.ids)
    let userPath = directory + AuthorsLayout.users
    if FileManager.default.fileExists(atPath: userPath) {
      let users = try IdentifierList.read(userPath)
      userNames = try numbers(of: files, \.users, users, listPath: userPath, directory, &notes)
        .mapValues { $0.map { users[$0] } }
    }
    let ids = userNames

    /// Rows of one file for the given users.
    func rows(_ file: AuthorsLayout, _ users: Vocabulary) -> SparseRows {
      let data = files[file]
      let columns = itemNumbers[file] ?? []
      let own = (ids[file] ?? []).map { users.index(of: $0) }
      return SparseRows(
        columnCount: items.count,
        rows: (data?.userIndices.indices).map { positions in
          var rows = [[Int]](repeating: [], count: users.count)
          for position in positions {
            guard let data, let row = own[Int(data.userIndices[position])] else { continue }
            rows[row].append(columns[Int(data.itemIndices[position])])
          }
          return rows
        } ?? [])
    }
    func heldOut(_ input: AuthorsLayout, _ target: AuthorsLayout) throws -> (HeldOutUsers, all: UserRows) {
      let users = Vocabulary(ids: (ids[input] ?? []) + (ids[target] ?? []))
      let foldIn = rows(input, users)
      let hidden = rows(target, users).subtracting(foldIn)
      let unknown = hidden.filledRows.count { foldIn.count(ofRow: $0) == 0 }
      if unknown > 0 {
        notes.append(
          "skipped \(counted(unknown, "user")) of \(target.rawValue) without an item in \(input.rawValue): "
            + "they have no input items")
      }
      guard let result = HeldOutUsers(unseen: users.ids, foldIn: foldIn, heldOut: hidden) else {
        throw DataError(
          path: directory + target.rawValue,
          message: unknown > 0
            ? "holds out no item of the users of \(input.rawValue)"
            : "holds out no item that \(input.rawValue) does not have",
          accepted: "items to predict for at least one user of \(input.rawValue)")
      }
      return (result, UserRows(ids: users.ids, rows: foldIn.union(hidden)))
    }
    let trainUsers = Vocabulary(ids: ids[.train] ?? [])
    let train = rows(.train, trainUsers)
    let (validation, everything) = try heldOut(.validationInput, .validationHeldOut)
    let test = forTraining ? nil : try heldOut(.testInput, .testHeldOut).0
    for users in [validation, test].compactMap({ $0 }) {
      if let known = users.userIDs.first(where: { trainUsers.index(of: $0) != nil }) {
        throw DataError(
          path: directory + AuthorsLayout.train.rawValue, text: known,
          message: "is both a training and a held-out user", accepted: "held-out users who are not in train.csv")
      }
    }
    let trained = UserRows(ids: trainUsers.ids, rows: train)
    return RankingSplit(
      kind: .directory, items: items, trainUserIDs: trained.ids, train: trained.rows, validation: validation,
      refit: forTraining ? trained.appending(everything) : nil, test: test, notes: notes)
  }

  /// The index of each id of each file.
  private static func numbers(
    of files: [AuthorsLayout: Interactions], _ part: KeyPath<Interactions, Vocabulary>, _ list: Vocabulary,
    listPath: String, _ directory: String, _ notes: inout [String]
  ) throws -> [AuthorsLayout: [Int]] {
    let ids = files.mapValues { $0[keyPath: part].ids }
    let asLines = ids.mapValues { $0.map { id in Int(id).flatMap { 0..<list.count ~= $0 ? $0 : nil } } }
    let asNames = files.mapValues { list.indices(of: $0[keyPath: part]) }
    let areLines = asLines.values.allSatisfy { !$0.contains(nil) }
    if areLines {
      if asNames != asLines && asNames.values.allSatisfy({ !$0.contains(nil) }) {
        notes.append(
          "the numbers in \(directory) were read as line numbers of \(listPath), although they are also ids there")
      }
      return asLines.mapValues { $0.compactMap(\.self) }
    }
    // An id that is neither a line number nor an id is reported before one that is only not an id.
    for needsNoLine in [true, false] {
      for file in asNames.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
        guard let names = asNames[file], let lines = asLines[file] else { continue }
        let unknown = names.indices.first { names[$0] == nil && (lines[$0] == nil || !needsNoLine) }
        guard let unknown else { continue }
        throw DataError(
          path: directory + file.rawValue, text: ids[file]?[unknown],
          message: "is neither a line nor an id of \(listPath)",
          accepted: "line numbers from 0 to \(list.count - 1), or the ids themselves")
      }
    }
    return asNames.mapValues { $0.compactMap(\.self) }
  }

  /// Checks that ``writeAuthorsLayout(to:)`` can write there.
  ///
  /// - Throws: `OutputError`, as writing would. Nothing is left behind.
  public static func verifyAuthorsLayout(at path: String) throws {
    try AtomicDirectory.verify(path, replacing: AuthorsLayout.isOwn)
  }

  /// Writes a split by users in the layout of the Mult-VAE authors, with numbers as they have them.
  ///
  /// Users are numbered through training, validation and test, and `unique_uid.txt` has their ids. Skipped
  /// users are left out.
  ///
  /// - Throws: `OutputError` when the directory cannot be written, exists and holds other files, or the split
  ///   is not one of held-out users with validation and test.
  public func writeAuthorsLayout(to path: String) throws {
    guard kind.holdsOutUsers, let validation, let test else {
      throw OutputError(path: path, reason: "this layout is for held-out users, with validation and test")
    }
    try AtomicDirectory.write(
      to: path, replacing: AuthorsLayout.isOwn,
      filling: { directory in
        func write(_ rows: SparseRows, firstUser: Int, _ file: AuthorsLayout) throws {
          try AtomicFile.write(to: directory + "/" + file.rawValue) { output in
            try output.write("uid,sid\n")
            for row in 0..<rows.rowCount {
              for item in rows.indices(ofRow: row) { try output.write("\(firstUser + row),\(item)\n") }
            }
          }
        }
        let users = trainUserIDs + validation.userIDs + test.userIDs
        try IdentifierList.write(items.ids, to: directory + "/" + AuthorsLayout.items)
        try IdentifierList.write(users, to: directory + "/" + AuthorsLayout.users)
        try write(train, firstUser: 0, .train)
        let firstValidation = trainUserIDs.count
        try write(validation.profiles.items, firstUser: firstValidation, .validationInput)
        try write(validation.heldOut, firstUser: firstValidation, .validationHeldOut)
        let firstTest = firstValidation + validation.userIDs.count
        try write(test.profiles.items, firstUser: firstTest, .testInput)
        try write(test.heldOut, firstUser: firstTest, .testHeldOut)
      })
  }
}
