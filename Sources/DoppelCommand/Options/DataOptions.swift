import ArgumentParser
import Doppel
import FileFormats

/// The source of interactions, how they are read and how they are filtered.
struct DataOptions: ParsableArguments {
  @OptionGroup var file: OneFileOptions
  @OptionGroup(title: "Splitting") var parts: PartOptions

  /// The data selection given by these flags.
  func selection(threads: Int?) throws -> DataSelection {
    try parts.check(besides: file.data)
    return try file.selection(of: parts.source, threads: threads)
  }

  /// The input files, with the names of their flags or argument.
  var inputs: [(name: String, path: String?)] { file.inputs + parts.inputs }

  /// Where the data are, before it is known whether the flags go together.
  ///
  /// - Throws: `InputError` for a directory of something else.
  func source() throws -> DataSelection.Source { try parts.source ?? file.source() }

  /// Flags that are for other data, another split or another task.
  ///
  /// - Throws: `InputError` for a directory of something else.
  func idleFlags(task: RecommendationTask) throws -> [IdleFlags] {
    try file.idleFlags(task: task, hasParts: parts.areGiven)
  }
}

/// One file of interactions, how it is read and how it is divided.
struct OneFileOptions: ParsableArguments {
  @Argument(
    help: """
      File of interactions, a directory in the Mult-VAE authors' layout, or - for stdin (default: the \
      built-in population).
      """, completion: .file())
  var data: String?

  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Splitting") var splitting: SplittingOptions

  /// The data selection given by these flags.
  ///
  /// - Parameter parts: the parts of a split that are read in place of the file.
  func selection(of parts: DataSelection.Source? = nil, threads: Int?) throws -> DataSelection {
    var selection = DataSelection()
    (selection.format, selection.filters) = (try reading.format(), reading.filters)
    selection.threads = threads
    try splitting.set(&selection)
    if let parts {
      selection.source = parts
      return selection
    }
    guard data != nil || selection.split != .time else {
      throw UsageError(
        "--split time needs times, and the built-in population has none; accepted: a file with timestamps")
    }
    selection.source = try source()
    return selection
  }

  /// Where the data are.
  ///
  /// - Throws: `InputError` for a directory of something else.
  func source() throws -> DataSelection.Source { try data.map { try DataPlace($0).source } ?? .builtIn }

  /// The input files.
  var inputs: [(name: String, path: String?)] { [("DATA", data)] }

  /// Flags that are for other data, another split or another task.
  ///
  /// - Parameter hasParts: whether the parts of a split are read in place of one file.
  /// - Throws: `InputError` for a directory of something else.
  func idleFlags(task: RecommendationTask, hasParts: Bool = false) throws -> [IdleFlags] {
    let split = splitting.kind
    return try ReadingOptions.idleFlags(data: data, hasFiles: hasParts, alsoOfOneFile: SplittingOptions.flags)
      + [
        IdleFlags(
          SplittingOptions.flags, when: hasParts,
          "divides one file of interactions, but --train and --test are already divided"),
        IdleFlags(
          SplittingOptions.flags, when: task == .rating,
          "is for --task ranking; --task rating holds out a tenth of the ratings, of any user"),
        IdleFlags(
          ["--held-out"], when: split != nil && split != .users,
          "is for --split users, not for --split \(splitting.split)"),
        IdleFlags(["--cut", "--new-users"], when: split != nil && split != .time, "is for --split time"),
      ]
  }
}

/// How files are read and filtered.
struct ReadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Column of user ids: a name or a number from 1.", valueName: "column"))
  var userColumn: String?
  @Option(help: ArgumentHelp("Column of item ids.", valueName: "column"))
  var itemColumn: String?
  @Option(help: ArgumentHelp("Column of ratings.", valueName: "column"))
  var ratingColumn: String?
  @Option(help: ArgumentHelp("Column of timestamps.", valueName: "column"))
  var timestampColumn: String?
  @Option(
    help: ArgumentHelp("Column separator: \(Delimiter.accepted).", valueName: "text"), completion: .delimiters)
  var delimiter: String?
  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Whether the first line names the columns (default: detected, and reported in a note).")
  var header: Bool?

  @Option(
    help: ArgumentHelp(
      "Keep ratings of at least this value as likes; models of ratings keep the values.", valueName: "rating"))
  var minRating: Double?
  @Option(help: ArgumentHelp("Leave out users with fewer items.", valueName: "n"))
  var minUserItems: Int?
  @Option(help: ArgumentHelp("Leave out items with fewer users.", valueName: "n"))
  var minItemUsers: Int?
  @Option(
    help: ArgumentHelp(
      "Repeatedly leave out users with fewer items and items with fewer users.", valueName: "n"))
  var core: Int?

  /// The flags that say how a file is read.
  static let formatFlags = [
    "--user-column", "--item-column", "--rating-column", "--timestamp-column", "--delimiter", "--header", "--no-header",
  ]
  /// All of these flags.
  static let flags = formatFlags + ["--min-rating", "--min-user-items", "--min-item-users", "--core"]

  /// Flags for files that are not read: a ready split is used as it is, and the built-in population has no columns.
  ///
  /// - Parameters:
  ///   - data: the argument DATA.
  ///   - hasFiles: whether other files are read.
  ///   - more: other flags that are only for one file of interactions.
  /// - Throws: `InputError` for a directory of something else.
  static func idleFlags(data: String?, hasFiles: Bool = false, alsoOfOneFile more: [String] = []) throws -> [IdleFlags]
  {
    var directory: String?
    if case .directory(let path)? = try data.map(DataPlace.init) { directory = path }
    return [
      IdleFlags(
        flags + more, when: directory != nil,
        "is for files of interactions, and \(directory ?? "") is a ready split"),
      IdleFlags(
        formatFlags + ["--min-rating"], when: data == nil && !hasFiles,
        "is for files; without one, the data are the built-in population, which has no columns and no ratings"),
    ]
  }

  func validate() throws {
    if let minRating, !minRating.isFinite {
      throw ValidationError(
        "--min-rating \(Number.plain(minRating)) is not a rating; accepted: a finite number such as 4 or 3.5")
    }
    for (flag, number) in [
      ("--min-user-items", minUserItems), ("--min-item-users", minItemUsers), ("--core", core),
    ] {
      if let number, number < 0 {
        throw ValidationError("\(flag) \(number) is too small; accepted: a whole number from 0")
      }
    }
  }

  func format() throws -> InteractionFormat {
    var format = InteractionFormat()
    format.hasHeader = header
    if let userColumn { format.user = .init(userColumn) }
    if let itemColumn { format.item = .init(itemColumn) }
    if let ratingColumn { format.rating = .init(ratingColumn) }
    if let timestampColumn { format.timestamp = .init(timestampColumn) }
    if let delimiter {
      guard let known = Delimiter(delimiter) else {
        throw UsageError("--delimiter '\(delimiter)' is not a delimiter; accepted: \(Delimiter.accepted)")
      }
      format.delimiter = known
    }
    return format
  }

  var filters: Filters {
    Filters(minRating: minRating, minUserItems: minUserItems ?? 0, minItemUsers: minItemUsers ?? 0, core: core ?? 0)
  }

  /// A reader for a saved model: whatever the flags do not set is as in its training.
  func reader(for model: ModelDirectory, threads: Int?) throws -> ModelDataReader {
    var wishes = ModelDataReader.Wishes()
    wishes.format = try format()
    (wishes.minRating, wishes.core) = (minRating, core)
    (wishes.minUserItems, wishes.minItemUsers) = (minUserItems, minItemUsers)
    return ModelDataReader(for: model, wishes: wishes, threads: threads)
  }
}

/// How one file is divided.
struct SplittingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("users, interactions, leave-one-out or time.", valueName: "kind"), completion: .splits)
  var split: String = SplitKind.users.rawValue
  @Option(
    help: ArgumentHelp("Share of users held out for validation, and the same share for the test.", valueName: "share"))
  var heldOut = 0.1
  @Option(
    help: ArgumentHelp(
      """
      Where --split time cuts: a date, or the share of interactions before it (default: 0.9; train uses all of them).
      """, valueName: "date|share"))
  var cut: String?
  @Flag(
    help: "With --split time, also test users who first appear after the cut, with their first items as input.")
  var newUsers = false

  /// All of these flags.
  static let flags = ["--split", "--held-out", "--cut", "--new-users"]

  /// The kind of split; `nil` for an unknown word, which ``set(_:)`` refuses.
  var kind: SplitKind? { SplitKind.ofOneFile.first { $0.rawValue == split } }

  /// Applies the flags to a selection.
  ///
  /// - Throws: ``UsageError``.
  func set(_ selection: inout DataSelection) throws {
    guard let kind else {
      let names = SplitKind.ofOneFile.map(\.rawValue)
      throw UsageError(
        "--split \(split) is unknown; did you mean \(alternatives(nearestSpellings(to: split, among: names)))? "
          + "Accepted: \(names.joined(separator: ", "))")
    }
    guard heldOut > 0 && heldOut < 0.5 else {
      throw UsageError(
        "--held-out \(Number.plain(heldOut)) is not a share; accepted: a number above 0 and below 0.5")
    }
    (selection.split, selection.heldOut) = (kind, heldOut)
    (selection.cut, selection.newUsers) = (try cut.map(Self.parsedCut), newUsers)
  }

  /// Parses a cut.
  static func parsedCut(_ text: String) throws -> TimeCut {
    guard let cut = TimeCut(text) else {
      throw UsageError("--cut \(text) is neither a share nor a time; accepted: \(TimeCut.accepted)")
    }
    return cut
  }
}

/// The parts of a split as separate files.
struct PartOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Fixed training file.", valueName: "file"), completion: .file())
  var train: String?
  @Option(help: ArgumentHelp("Fixed validation file.", valueName: "file"), completion: .file())
  var validation: String?
  @Option(help: ArgumentHelp("Fixed test file.", valueName: "file"), completion: .file())
  var test: String?

  /// All of these flags.
  static let flags = ["--train", "--validation", "--test"]

  /// Whether there are such files.
  var areGiven: Bool { train != nil || validation != nil || test != nil }

  /// The input files.
  var inputs: [(name: String, path: String?)] {
    [("--train", train), ("--validation", validation), ("--test", test)]
  }

  /// The files as a source; `nil` if there are none.
  ///
  /// Without ``train``, which ``check(besides:)`` asks for, its path is empty.
  var source: DataSelection.Source? {
    areGiven ? .files(train: train ?? "", validation: validation, test: test) : nil
  }

  /// Checks that the files make a split by themselves.
  ///
  /// - Parameter data: the argument DATA, which they replace.
  /// - Throws: ``UsageError``.
  func check(besides data: String?) throws {
    guard areGiven else { return }
    guard data == nil else { throw UsageError("give DATA or --train with --test, not both") }
    guard train != nil else { throw UsageError("--test and --validation need --train") }
  }
}
