import ArgumentParser
import Doppel
import FileFormats

/// `doppel encode`: latent codes as a table.
struct Encode: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the latent code of every user: mean and log-variance, or the point of an autoencoder.",
    discussion: """
      As a table (tsv); as the two files that TensorBoard's projector loads, vectors.tsv and metadata.tsv, in a \
      directory, with means or points only (projector); or as a NumPy array with a row for each user in the \
      order of the data, means before log-variances (npy). Files are read, and ratings taken as likes, as in the \
      model's training, unless flags say otherwise.
      """)

  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable { case tsv, projector, npy }

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Argument(help: "File of interactions (default: the built-in population).", completion: .file())
  var data: String?
  @Option(
    help: ArgumentHelp(
      "File to write, - for a table on stdout, or the projector's directory.", valueName: "path"), completion: .file())
  var output: String
  @Option(help: "Format of the file.") var format = Format.tsv
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { [("MODEL", model), ("DATA", data)] + options.inputs }

  var outputs: [Output] {
    [
      Output(
        flag: "--output", path: output,
        kind: format == .projector && output != "-"
          ? .directory { try AtomicDirectory.verify($0, replacing: WrittenCodes.projectorFiles.contains) }
          : .fileOrStdout)
    ]
  }

  func idleFlags() throws -> [IdleFlags] { try ReadingOptions.idleFlags(data: data) }

  func run() throws {
    if output == "-" && options.json { throw UsageError("--output - and --json both write to stdout") }
    if output == "-" && format != .tsv {
      throw UsageError("--format \(format.rawValue) cannot go to stdout; accepted: --format tsv, or a path")
    }
    let directory = try ModelDirectory(contentsOf: model)
    try directory.checkEncodes(path: model)
    let processor = try options.processor()
    let audience = directory.audience(try interactions(for: directory))
    options.note(audience.notes)
    let written = WrittenCodes(directory: directory, audience: audience, processor: processor)
    switch format {
    case .tsv where output == "-":
      return try written.table(write: { try Console.standardOutput($0) }, id: Console.identifier)
    case .tsv: try AtomicFile.write(to: output) { file in try written.table { try file.write($0) } }
    case .projector: try written.projector(to: output)
    case .npy: try written.array(to: output)
    }
    let columns = format == .projector ? written.pointColumns : directory.codeColumns.count
    if options.json {
      try Console.standardOutput([
        "output": .string(output), "users": .number(Double(audience.userIDs.count)),
        "columns": .number(Double(columns)), "format": .string(format.rawValue),
      ])
    } else {
      try Console.standardOutput(
        "\(counted(audience.userIDs.count, "user")) × \(counted(columns, "number")) in \(output)\n")
    }
  }

  private func interactions(for directory: ModelDirectory) throws -> Interactions {
    let reader = try reading.reader(for: directory, threads: options.threads)
    let found =
      if let data {
        try reader.read(data, scope: .anyone)
      } else {
        try reader.filter(Population().simulate(seed: options.randomSeed).interactions, scope: .anyone)
      }
    return found.data.noting(found.differenceNotes)
  }
}

/// Writes codes to a file, a block of users at a time.
private struct WrittenCodes {
  let directory: ModelDirectory
  let audience: ModelDirectory.Audience
  let processor: Processor

  /// What the projector loads.
  static let projectorFiles = ["vectors.tsv", "metadata.tsv"]

  /// How many columns are means or points.
  var pointColumns: Int { directory.codeColumns.count { !$0.hasPrefix("logvar") } }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: "\t") + "\n" }

  /// A header, then a line for each user.
  func table(write: (String) throws -> Void, id: (String) -> String = { $0 }) throws {
    try write(Self.line(["user"] + directory.codeColumns))
    try directory.encode(audience, processor: processor) { user, code in
      try write(Self.line([id(user)] + code.map { "\($0)" }))
    }
  }

  /// `vectors.tsv` has no header; `metadata.tsv` has one, since it has two columns.
  func projector(to path: String) throws {
    try AtomicDirectory.write(to: path, replacing: Self.projectorFiles.contains) { folder in
      try AtomicFile.write(to: folder + "/vectors.tsv") { file in
        try directory.encode(audience, processor: processor) { _, code in
          try file.write(Self.line(code.prefix(pointColumns).map { "\($0)" }))
        }
      }
      try AtomicFile.write(to: folder + "/metadata.tsv") { file in
        try file.write("user\titems\n")
        for (row, user) in audience.userIDs.enumerated() {
          let id = user.map { $0.isNewline || $0 == "\t" ? " " : $0 }
          try file.write(Self.line([String(id), "\(audience.profiles.items.count(ofRow: row))"]))
        }
      }
    }
  }

  func array(to path: String) throws {
    try AtomicFile.write(to: path) { file in
      try file.write(
        NumPyArray.header(rows: audience.userIDs.count, columns: directory.codeColumns.count))
      try directory.encode(audience, processor: processor) { _, code in try file.write(NumPyArray.bytes(code)) }
    }
  }
}
