import ArgumentParser
import Doppel
import FileFormats

/// `doppel export`: a saved model for another run time.
struct Export: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a saved model as an ONNX graph, for other run times.",
    usage: "doppel export <model> --output <file> [<options>]",
    discussion: """
      recommend: from what users have to the best items that they lack. encode: from what users have to their latent \
      codes. decode: from latent codes to logits. Items are numbers, the lines of items.txt from 0, or ids with \
      --with-ids; lists of different lengths are padded with -1, or with empty texts. Docs/outlets.md has the inputs \
      and outputs.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(help: ArgumentHelp("File to write, such as model.onnx.", valueName: "file"), completion: .file())
  var output: String
  @Option(help: "What the graph computes.") var graph = ModelExport.Graph.recommend
  @Flag(
    help: """
      Keep the weights out of the file: in the model's own where that lies in the same folder or below it, else in a \
      second file with .data at its end. Above 2 GB it is always so.
      """)
  var externalWeights = false
  @Flag(help: "Take and give ids of items in place of numbers.") var withIds = false
  @Flag(help: "Take who the users are, too, for cdae: its training users have a vector each.") var withUsers = false
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { [("MODEL", model)] + options.inputs }
  var outputs: [Output] { [Output(flag: "--output", path: output, kind: .file)] }

  func idleFlags() -> [IdleFlags] {
    [
      IdleFlags(
        ["--with-ids"], when: graph == .decode, "is for recommend and encode: decode takes and gives no items"),
      IdleFlags(["--with-users"], when: graph == .decode, "is for recommend and encode: decode takes codes"),
    ]
  }

  func run() throws {
    let directory = try ModelDirectory(contentsOf: model)
    let export = try ModelExport(of: directory, at: model, as: graph, usesIDs: withIds, takesUsers: withUsers)
    let written = try export.write(to: output, weightsOutside: externalWeights)
    if options.json { return try Console.standardOutput(written) }
    try Console.standardOutput(written.text)
  }
}
