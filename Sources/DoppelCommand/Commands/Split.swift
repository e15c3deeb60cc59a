import ArgumentParser
import Doppel
import FileFormats

/// `doppel split`: the parts of a split as files.
struct Split: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the split of compare as files that every other command takes.",
    usage: "doppel split [<data>] --output <directory> [<options>]",
    discussion: """
      train.tsv, validation.tsv and test.tsv have the ids, ratings and times of the data. If users are held out, \
      validation_input.tsv and test_input.tsv have their input items, and holdout.tsv has all their items, for audit. \
      split.json has the kind, the seed, the hash and the counts. Filters are applied before the split.
      """)

  @OptionGroup var file: OneFileOptions
  // Refused, with the reason.
  @OptionGroup(visibility: .hidden) var parts: PartOptions
  @Option(help: ArgumentHelp("Directory to write.", valueName: "directory"), completion: .directory)
  var output: String
  @Option(help: "What to predict from the parts.")
  var task = RecommendationTask.ranking
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { file.inputs + options.inputs }

  var outputs: [Output] {
    [Output(flag: "--output", path: output, kind: .directory { try SplitFiles.verify($0) })]
  }

  func idleFlags() throws -> [IdleFlags] {
    try [IdleFlags(PartOptions.flags, when: true, "is for commands that take a split; split makes one of DATA")]
      + file.idleFlags(task: task)
  }

  func run() throws {
    let selection = try file.selection(threads: options.threads)
    if case .directory(let path) = selection.source {
      throw UsageError("\(path) is already split; split takes a file of interactions")
    }
    let export = try SplitExport(selection, task: task, seed: options.randomSeed)
    options.note(export.notes)
    try export.write(to: output)
    if options.json {
      var document = export.document
      document.output = output
      return try Console.standardOutput(document)
    }
    var text = ""
    for part in SplitFiles.Part.allCases where export.parts.positions[part] != nil {
      let counts = export.parts.counts(of: part)
      text +=
        "\(part.fileName): \(counted(counts.users, "user")) × \(counted(counts.items, "item")), "
        + "\(counted(counts.interactions, "interaction"))\n"
    }
    try Console.standardOutput(text + "saved in \(output)\n")
  }
}
