import ArgumentParser
import Doppel
import FileFormats

/// Where interactions come from, how they are read and what is left out.
struct DataOptions: ParsableArguments {
  @Argument(
    help: """
      File of interactions, a directory in the Mult-VAE authors' layout, or - for stdin (default: the \
      built-in population).
      """)
  var data: String?

  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Splitting") var splitting: SplittingOptions

  /// The selection these flags make.
  func selection(threads: Int?) throws -> DataSelection {
    var selection = try splitting.selection(data: data, reading: reading)
    selection.threads = threads
    return selection
  }
}

/// How files are read and what is left out.
struct ReadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Column of user ids: a name or a number from 1.", valueName: "column"))
  var userColumn: String?
  @Option(help: ArgumentHelp("Column of item ids.", valueName: "column"))
  var itemColumn: String?
  @Option(help: ArgumentHelp("Column of ratings.", valueName: "column"))
  var ratingColumn: String?
  @Option(help: ArgumentHelp("Column of timestamps.", valueName: "column"))
  var timestampColumn: String?
  @Option(help: ArgumentHelp("Column separator: \(Delimiter.accepted).", valueName: "text"))
  var delimiter: String?

  @Option(help: ArgumentHelp("Keep ratings of at least this value and treat them as likes.", valueName: "rating"))
  var minRating: Double?
  @Option(help: ArgumentHelp("Leave out users with fewer items.", valueName: "n"))
  var minUserItems = 0
  @Option(help: ArgumentHelp("Leave out items with fewer users.", valueName: "n"))
  var minItemUsers = 0
  @Option(
    help: ArgumentHelp(
      "Leave out users and items with fewer, repeatedly until all have enough.", valueName: "n"))
  var core = 0

  func validate() throws {
    if let minRating, !minRating.isFinite {
      throw ValidationError(
        "--min-rating \(minRating) is not a rating; accepted: a finite number such as 4 or 3.5")
    }
    for (flag, number) in [
      ("--min-user-items", minUserItems), ("--min-item-users", minItemUsers), ("--core", core),
    ]
    where number < 0 {
      throw ValidationError("\(flag) \(number) is too small; accepted: a whole number from 0")
    }
  }

  func format() throws -> InteractionFormat {
    var format = InteractionFormat()
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
    Filters(minRating: minRating, minUserItems: minUserItems, minItemUsers: minItemUsers, core: core)
  }
}

/// How one file is divided, or which files are the parts.
struct SplittingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("users, interactions or leave-one-out.", valueName: "kind"))
  var split: String = SplitKind.users.rawValue
  @Option(
    help: ArgumentHelp("Share of users held out for validation, and the same for the test.", valueName: "share"))
  var heldOut = 0.1
  @Option(help: ArgumentHelp("Fixed training file.", valueName: "file"))
  var train: String?
  @Option(help: ArgumentHelp("Fixed validation file.", valueName: "file"))
  var validation: String?
  @Option(help: ArgumentHelp("Fixed test file.", valueName: "file"))
  var test: String?

  func selection(data: String?, reading: ReadingOptions) throws -> DataSelection {
    var selection = DataSelection()
    selection.format = try reading.format()
    selection.filters = reading.filters
    let kinds: [SplitKind] = [.users, .interactions, .leaveOneOut]
    guard let kind = kinds.first(where: { $0.rawValue == split }) else {
      let names = kinds.map(\.rawValue)
      throw UsageError(
        "--split \(split) is unknown; did you mean \(nearestSpelling(to: split, among: names) ?? "")? "
          + "Accepted: \(names.joined(separator: ", "))")
    }
    selection.split = kind
    guard heldOut > 0 && heldOut < 0.5 else {
      throw UsageError("--held-out \(heldOut) is not a share; accepted: a number above 0 and below 0.5")
    }
    selection.heldOut = heldOut
    if train != nil || validation != nil || test != nil {
      guard data == nil else { throw UsageError("give DATA or --train with --test, not both") }
      guard let train else { throw UsageError("--test and --validation need --train") }
      selection.source = .files(train: train, validation: validation, test: test)
    } else if let data {
      switch try DataPlace(data) {
      case .file(let path): selection.source = .file(path)
      case .directory(let path): selection.source = .directory(path)
      }
    }
    return selection
  }
}
