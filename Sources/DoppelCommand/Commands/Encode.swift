import ArgumentParser
import Doppel
import FileFormats

/// `doppel encode`: latent codes as a table.
struct Encode: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the latent code of every user: mean and log-variance, or the point of an autoencoder.",
    discussion: """
      As a table (tsv); as a directory that TensorBoard's projector loads, vectors.tsv and metadata.tsv with their \
      configuration, with means or points only (projector); or as a NumPy array with a row for each user in the order \
      of the data, means before log-variances (npy). Files are read and ratings turned into likes as in the model's \
      training, unless flags say otherwise.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Argument(help: "File of interactions (default: the built-in population).", completion: .file())
  var data: String?
  @Option(
    help: ArgumentHelp(
      "File to write, - for a table on stdout, or the projector's directory.", valueName: "path"), completion: .file())
  var output: String
  @Option(help: "Format of the file.") var format = CodeExport.Format.tsv
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { [("MODEL", model), ("DATA", data)] + options.inputs }

  var outputs: [Output] {
    [
      Output(
        flag: "--output", path: output,
        kind: format == .projector && output != "-"
          ? .directory { try AtomicDirectory.verify($0, replacing: CodeExport.projectorFiles.contains) }
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
    let codes = CodeExport(directory, audience, as: format, processor: processor)
    if output == "-" { return try codes.table(id: Console.identifiers) { try Console.standardOutput($0) } }
    let written = try codes.write(to: output)
    if options.json { return try Console.standardOutput(written) }
    try Console.standardOutput(written.text)
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
