import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel inspect`: what a latent space holds.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Analyse and compare the latent spaces of saved models.",
    usage: "doppel inspect <model> … [<data>] [<options>]",
    discussion: """
      Without DATA: the built-in population of the seed the first model was trained with, whose true tastes \
      are known. The truth about other simulated users is given by --truth. Several models must know the same \
      items; those of the same name are held against each other. What an autoencoder has not, because a point \
      has no distribution, is said to be not defined.
      """)

  @Argument(
    help: ArgumentHelp(
      "Model directories, and last a file of interactions or a directory in the authors' layout.",
      valueName: "model"))
  var places: [String]
  @Option(help: ArgumentHelp("True tastes of the users: truth_users.tsv of simulate.", valueName: "file"))
  var truth: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"))
  var report: String?
  @Option(help: ArgumentHelp("Decode points along this dimension, counted from 1.", valueName: "dimension"))
  var traverse: Int?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Decode points from one user to another; give their ids last.", valueName: "user"))
  var interpolate: [String] = []
  @Option(help: ArgumentHelp("Number of points of a walk.", valueName: "n")) var steps = 7
  @Option(name: [.customShort("k"), .customLong("k")], help: ArgumentHelp("Items listed per point.", valueName: "n"))
  var length = 10
  @Option(help: ArgumentHelp("Draws in the importance-weighted bound.", valueName: "n"))
  var draws = InspectionOptions().draws
  @Option(help: ArgumentHelp("The largest number of users to encode.", valueName: "n"))
  var maxUsers = InspectionOptions().maximumUsers
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func validate() throws {
    try Self.check("--steps", steps, most: 1_000)
    if length < 1 { throw ValidationError("-k \(length) is too short; accepted: a whole number from 1") }
    try Self.check("--draws", draws, most: 100_000)
    if maxUsers < 2 { throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 2") }
    if !interpolate.isEmpty && interpolate.count != 2 {
      throw ValidationError("--interpolate takes the ids of two users, such as --interpolate user-0001 user-0002")
    }
  }

  /// Each of them takes memory, hence an upper limit.
  private static func check(_ flag: String, _ number: Int, most: Int) throws {
    if number < 2 || number > most {
      throw ValidationError(
        "\(flag) \(number) is too \(number < 2 ? "few" : "many"); accepted: a whole number from 2 to \(most)")
    }
  }

  func run() throws {
    if report != nil && (traverse != nil || !interpolate.isEmpty) {
      throw UsageError("--report cannot be combined with --traverse or --interpolate")
    }
    if let report { try AtomicFile.verify(report) }
    let processor = try options.processor()
    let (subjects, place) = try subjects()
    let (data, truth) = try data(place, for: subjects[0].directory)
    options.note(data.notes)
    var inspection = InspectionOptions()
    (inspection.draws, inspection.maximumUsers) = (draws, maxUsers)
    if traverse != nil || !interpolate.isEmpty {
      return try walk(subjects, data, inspection, processor)
    }
    let study = try InspectionStudy(
      subjects, on: data, truth: truth, options: inspection, seed: options.randomSeed, processor: processor)
    options.note(study.notes)
    if let report {
      let facts = [
        ("models", subjects.map(\.label).joined(separator: ", ")), ("seed", "\(options.seed)"),
        ("engine", processor.engine.name), ("doppel", DoppelVersion.current),
      ]
      var inspected = InspectionReport(study, facts: facts, command: CommandText.current)
      inspected.further = try InspectionReport.explorers(of: subjects, on: data, processor: processor)
      try inspected.page.write(to: report)
    }
    if options.json { return try Console.standardOutput(document(study.json, processor)) }
    try Console.standardOutput(text(study, processor))
  }

  // MARK: What to look at

  /// Directories with a `config.json` are models; one other place, the last, is the data.
  private func subjects() throws -> (subjects: [InspectionSubject], data: String?) {
    func isModel(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/config.json") }
    var models = places
    var data: String?
    if let last = models.last, models.count > 1, !isModel(last) {
      data = last
      models.removeLast()
    }
    let names = models.map { URL(fileURLWithPath: $0).lastPathComponent }
    let subjects = try zip(models, names).map { path, name in
      InspectionSubject(
        label: names.count { $0 == name } == 1 ? name : path, directory: try ModelDirectory(contentsOf: path))
    }
    guard Set(subjects.map(\.label)).count == subjects.count else {
      throw UsageError("the same model is given twice; accepted: different model directories")
    }
    return (subjects, data)
  }

  private func data(_ place: String?, for model: ModelDirectory) throws -> (Interactions, Truth?) {
    let given = try truth.map { try Truth(contentsOf: $0) }
    guard let place else {
      let population = try Population().simulate(seed: populationSeed(of: model))
      return (try reading.filters.apply(to: population.interactions), given ?? Truth(population))
    }
    switch try DataPlace(place) {
    case .file(let path):
      let format = try reading.format()
      return (try reading.filters.apply(to: InteractionReader(format: format).read(path: path)), given)
    case .directory(let path):
      let split = try RankingSplit.directory(path)
      return (split.trainingInteractions(name: URL(fileURLWithPath: path).lastPathComponent), given)
    }
  }

  /// A model of the built-in population remembers from which seed it was.
  private func populationSeed(of model: ModelDirectory) -> Seed {
    guard model.record["dataset"]?.members?["name"] == .string(Population.name),
      case .number(let seed)? = model.record["seed"], let whole = UInt64(exactly: seed)
    else { return options.randomSeed }
    return Seed(whole)
  }

  // MARK: Output

  private func walk(
    _ subjects: [InspectionSubject], _ data: Interactions, _ settings: InspectionOptions, _ processor: Processor
  ) throws {
    var documents: [JSONValue] = []
    for subject in subjects {
      let inspector = try LatentInspector(
        subject.directory, data, options: settings, seed: options.randomSeed, processor: processor)
      var walks: [LatentWalk] = []
      do {
        if let traverse {
          walks.append(
            try inspector.traverse(subject.directory.model, dimension: traverse, steps: steps, k: length))
        }
        if interpolate.count == 2 {
          walks.append(
            try inspector.interpolate(
              subject.directory.model, from: interpolate[0], to: interpolate[1], steps: steps, k: length))
        }
      } catch let error as LatentWalkError {
        throw UsageError("\(subject.label): \(error)")
      }
      for walk in walks where !options.json {
        let title = "\(Console.printable(subject.label)): \(Console.printable(walk.title))"
        try Console.standardOutput("\(title)\n\n\(walk.table.markdown(firstColumn: "step"))\n")
      }
      documents.append(.object(["label": .string(subject.label), "walks": .array(walks.map(\.json))]))
    }
    if options.json { try Console.standardOutput(document(["models": .array(documents)], processor)) }
  }

  private func document(_ members: [String: JSONValue], _ processor: Processor) -> [String: JSONValue] {
    members.merging([
      "seed": .number(Double(options.seed)), "threads": .number(Double(processor.threads)),
      "engine": .string(processor.engine.name), "version": .string(DoppelVersion.current),
    ]) { own, _ in own }
  }

  private func text(_ study: InspectionStudy, _ processor: Processor) -> String {
    var text = Compare.heading(study.dataset, processor, options.seed)
    text += study.summaryTable.markdown(firstColumn: "\(study.users) users")
    for model in study.models {
      let shown = min(12, model.codes.dimensions.count)
      let weight = model.distribution == nil ? "variance" : "KL"
      text += "\n\(Console.printable(model.label)): the \(shown) dimensions with the largest \(weight)\n\n"
      text += study.dimensionTable(of: model, limit: shown).markdown(firstColumn: "dimension")
    }
    if !study.agreements.isEmpty {
      text += "\nRuns of the same model, on the same users\n\n"
      text += study.agreementTable.markdown(firstColumn: "runs")
    }
    if let table = study.recoveryTable {
      text += "\nRecovery of the true tastes from the codes\n\n" + table.markdown(firstColumn: "representation")
    }
    let sentences = study.sentences
    return text + (sentences.isEmpty ? "" : "\n" + sentences.map { Console.printable($0) + "\n" }.joined())
  }
}
