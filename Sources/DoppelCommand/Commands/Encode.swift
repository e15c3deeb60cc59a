import ArgumentParser
import Doppel
import FileFormats

/// `doppel encode`: latent codes as a table.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the latent code of every user: mean and log-variance, or the point of an autoencoder.")

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"))
  var model: String
  @Argument(help: "File of interactions (default: the built-in population).")
  var data: String?
  @Option(help: ArgumentHelp("Tab-separated file to write, or - for stdout.", valueName: "file"))
  var output: String
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func run() throws {
    if output == "-" && options.json { throw UsageError("--output - and --json both want stdout") }
    let directory = try ModelDirectory(contentsOf: model)
    try checkCodes(of: directory)
    let processor = try options.processor()
    var selection = DataSelection()
    selection.format = try reading.format()
    selection.filters = reading.filters
    selection.threads = options.threads
    if let data { selection.source = .file(data) }
    let audience = directory.audience(try selection.interactions(seed: options.randomSeed))
    options.note(audience.notes)
    let columns = directory.codeColumns
    let header = (["user"] + columns).joined(separator: "\t") + "\n"
    func line(_ user: String, _ code: [Float]) -> String {
      ([user] + code.map { "\($0)" }).joined(separator: "\t") + "\n"
    }
    if output == "-" {
      try Console.standardOutput(header)
      return try directory.encode(audience, processor: processor) { user, code in
        try Console.standardOutput(line(Console.identifier(user), code))
      }
    }
    try AtomicFile.write(to: output) { file in
      try file.write(header)
      try directory.encode(audience, processor: processor) { user, code in try file.write(line(user, code)) }
    }
    if options.json {
      try Console.standardOutput([
        "output": .string(output), "users": .number(Double(audience.userIDs.count)),
        "columns": .number(Double(columns.count)),
      ])
    } else {
      try Console.standardOutput("\(audience.userIDs.count) users × \(columns.count) numbers in \(output)\n")
    }
  }

  private func checkCodes(of directory: ModelDirectory) throws {
    if directory.codeColumns.isEmpty {
      throw DataError(
        path: model, message: "is popularity, which has no latent space", accepted: "an autoencoder")
    }
    if case .itemAutoRec = directory.configuration {
      throw DataError(
        path: model,
        message: "is item-autorec, which encodes items by the ratings of its training users, not users",
        accepted: "an autoencoder of users")
    }
  }
}
