import ArgumentParser
import Doppel
import FileFormats

/// `doppel export`: a saved model for another runtime.
struct Export: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a saved model as an ONNX graph, for other runtimes.",
    usage: "doppel export <model> --output <file> [<options>]",
    discussion: """
      recommend maps the items of users to the best items that they do not have. encode maps the items of users to \
      latent codes. decode maps latent codes to logits. Items are line numbers of items.txt from 0, or ids with \
      --with-ids; lists of different lengths are padded with -1, or with empty strings. Docs/outlets.md describes the \
      inputs and outputs.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(help: ArgumentHelp("File to write, such as model.onnx.", valueName: "file"), completion: .file())
  var output: String
  @Option(help: "What the graph computes.") var graph = ModelExport.Graph.recommend
  @Flag(
    help: """
      Store the weights outside the graph: in the model's own weight file if it is below the folder of the graph, \
      otherwise in a second file that ends in .data. Above 2 GB, this is always so.
      """)
  var externalWeights = false
  @Flag(help: "Use item ids in place of numbers in the inputs and outputs.") var withIds = false
  @Flag(help: "Add an input that identifies the users, for cdae, which has a vector for each training user.")
  var withUsers = false
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { [("MODEL", model)] + options.inputs }
  var outputs: [Output] { [Output(flag: "--output", path: output, kind: .file)] }

  func idleFlags() -> [IdleFlags] {
    [
      IdleFlags(
        ["--with-ids"], when: graph == .decode, "is for recommend and encode: decode has no item ids as input or output"
      ),
      IdleFlags(["--with-users"], when: graph == .decode, "is for recommend and encode: decode takes latent codes"),
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
