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
  @Option(help: ArgumentHelp("Tab-separated file to write.", valueName: "file"))
  var output: String
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func run() throws {
    let directory = try ModelDirectory(contentsOf: model)
    let processor = try options.processor()
    var selection = DataSelection()
    selection.format = try reading.format()
    selection.filters = reading.filters
    if let data { selection.source = .file(data) }
    let audience = directory.audience(try selection.interactions(seed: options.randomSeed))
    options.note(audience.notes)
    let columns = directory.codeColumns
    try AtomicFile.write(to: output) { file in
      try file.write((["user"] + columns).joined(separator: "\t") + "\n")
      try directory.encode(audience, processor: processor) { user, code in
        try file.write(([user] + code.map { "\($0)" }).joined(separator: "\t") + "\n")
      }
    }
    if options.json {
      Console.standardOutput(
        JSONValue.object([
          "output": .string(output), "users": .number(Double(audience.userIDs.count)),
          "columns": .number(Double(columns.count)),
        ]).prettyPrinted + "\n")
    } else {
      Console.standardOutput("\(audience.userIDs.count) users × \(columns.count) numbers in \(output)\n")
    }
  }
}
