import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel evaluate`: a saved model on users of your own.
struct Evaluate: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a saved model.",
    discussion: """
      With one file, a fifth of each user's items is held out and the rest folds in. With --train and --test, or a \
      directory in the authors' layout, the files define the parts. Without DATA, new users are simulated from the \
      built-in population; none of them is in the training data. Files are read and ratings turned into likes as in \
      the model's training, unless flags say otherwise. With --split time, items before the cut are the input and \
      items after it are the targets; with --new-users, users who first appear after the cut are tested too, with \
      their first items as input.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Argument(help: "File of interactions or a directory in the authors' layout.", completion: .file())
  var data: String?
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(help: ArgumentHelp("The known items of the test users.", valueName: "file"), completion: .file())
  var train: String?
  @Option(help: ArgumentHelp("The items to predict.", valueName: "file"), completion: .file())
  var test: String?
  @Option(
    help: ArgumentHelp("How one file is divided: users, or time.", valueName: "kind"),
    completion: .list(kinds.map(\.rawValue)))
  var split = SplitKind.users.rawValue
  @Option(
    help: ArgumentHelp(
      "Where --split time cuts: a date, or the share of interactions before it (default: the cut of the model's training).",
      valueName: "date|share"))
  var cut: String?
  @Flag(
    help: """
      With --split time, also test users who first appear after the cut and have at least five items: the latest fifth \
      of their items is the target.
      """)
  var newUsers = false
  @OptionGroup(title: "Measuring") var measure: MetricOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [("MODEL", model), ("DATA", data), ("--train", train), ("--test", test)] + options.inputs
  }

  var outputs: [Output] { measure.outputs }

  func idleFlags() throws -> [IdleFlags] {
    try ReadingOptions.idleFlags(
      data: data, hasFiles: train != nil || test != nil, alsoOfOneFile: ["--split", "--cut", "--new-users"])
      + [
        IdleFlags(
          ReadingOptions.flags, when: data == nil && train == nil && test == nil,
          "is for files; without one, users are drawn from the built-in population"),
        IdleFlags(["--cut", "--new-users"], when: kind != .time, "is for --split time"),
        IdleFlags(
          ["--split", "--cut", "--new-users"], when: data == nil || train != nil || test != nil,
          "is for one file of interactions, DATA"),
      ]
  }

  func run() throws {
    let started = Date()
    let directory = try ModelDirectory(contentsOf: model)
    guard directory.configuration.task == .ranking else {
      throw UsageError(
        "\(directory.configuration.name) predicts ratings; doppel compare --task rating measures models of ratings")
    }
    let metrics = try measure.parsed(for: .ranking)
    let processor = try options.processor()
    let reader = try reading.reader(for: directory, threads: options.threads)
    let test = try testUsers(of: directory, reader)
    options.note(test.notes)
    let loading = Date().timeIntervalSince(started)
    let result = try directory.evaluate(on: test.users, metrics: metrics, processor: processor)
    options.note(result.notes)
    let comparison = Comparison([result], metrics: metrics)
    try measure.writePerUser(comparison)
    let document = ResultDocument(
      RunFacts(
        seed: options.randomSeed, processor, dataset: test.dataset, split: test.users.description(of: test.kind)),
      comparison,
      seconds: .init(load: loading, total: Date().timeIntervalSince(started)), notes: test.notes + result.notes)
    if options.json { return try Console.standardOutput(document) }
    try Console.standardOutput(
      Console.printable(document.facts.heading) + "\n\n"
        + document.comparison.scoreTable.markdown(firstColumn: "metric", width: Console.width))
  }

  /// How one file may be divided.
  private static let kinds = [SplitKind.users, .time]

  /// How one file is divided; `nil` for an unknown word.
  private var kind: SplitKind? { Self.kinds.first { $0.rawValue == split } }

  private func testUsers(of directory: ModelDirectory, _ reader: ModelDataReader) throws -> TestUsers {
    switch kind {
    case .time?:
      guard let data else { throw UsageError("--split time needs DATA") }
      return try directory.testUsers(
        ofFile: data, cut: cut.map(SplittingOptions.parsedCut), newUsers: newUsers, reader: reader,
        seed: options.randomSeed)
    case .users?: return try directory.testUsers(source(), reader: reader, seed: options.randomSeed)
    default:
      throw UsageError(
        "--split \(split) is unknown here; accepted: \(Self.kinds.map(\.rawValue).joined(separator: ", "))")
    }
  }

  /// Where the users are.
  private func source() throws -> DataSelection.Source {
    if let train {
      guard let test else { throw UsageError("--train needs --test") }
      guard data == nil else { throw UsageError("give DATA or --train with --test, not both") }
      return .files(train: train, validation: nil, test: test)
    }
    if test != nil { throw UsageError("--test needs --train") }
    return try data.map { try DataPlace($0).source } ?? .builtIn
  }
}
