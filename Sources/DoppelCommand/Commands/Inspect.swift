import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel inspect`: what a latent space holds.
struct Inspect: CheckedCommand {
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
      valueName: "model"), completion: .file())
  var places: [String]
  @Option(
    help: ArgumentHelp("True tastes of the users: truth_users.tsv of simulate.", valueName: "file"), completion: .file()
  )
  var truth: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
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

  var inputs: [(name: String, path: String?)] {
    [("DATA", modelsAndData.data), ("--truth", truth)] + options.inputs
  }

  var outputs: [Output] { Output.file("--report", report) }

  func idleFlags() throws -> [IdleFlags] {
    let walks = traverse != nil || !interpolate.isEmpty
    // A model that cannot be read is told about later.
    let hasPointsOnly = modelsAndData.models.allSatisfy {
      (try? ModelDirectory.configuration(at: $0))?.isVariational == false
    }
    return try ReadingOptions.idleFlags(data: modelsAndData.data)
      + [
        IdleFlags(
          ["--draws"], when: hasPointsOnly, "is for the bounds of models with distributions, and there is none"),
        IdleFlags(["--steps", "-k", "--k"], when: !walks, "is for --traverse and --interpolate"),
        IdleFlags(
          ["--report", "--truth", "--draws"], when: walks,
          "is about the whole space; leave it out, or --traverse and --interpolate"),
      ]
  }

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
    let processor = try options.processor()
    let (subjects, place) = try subjects()
    let (data, truth) = try data(place, for: subjects)
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
  private var modelsAndData: (models: [String], data: String?) {
    guard let last = places.last, places.count > 1,
      !FileManager.default.fileExists(atPath: last + "/config.json")
    else { return (places, nil) }
    return (places.dropLast(), last)
  }

  private func subjects() throws -> (subjects: [InspectionSubject], data: String?) {
    let (models, data) = modelsAndData
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

  private func data(_ place: String?, for subjects: [InspectionSubject]) throws -> (Interactions, Truth?) {
    let given = try truth.map { try Truth(contentsOf: $0) }
    let reader = try reading.reader(for: subjects[0].directory, threads: options.threads)
    guard let place else {
      let population =
        try subjects[0].directory.builtInPopulation() ?? Population().simulate(seed: options.randomSeed)
      let found = try reader.filter(population.interactions, scope: .training)
      return (found.data.noting(try differences(subjects, found.data)), given ?? Truth(population))
    }
    switch try DataPlace(place) {
    case .file(let path):
      let data = try reader.read(path, scope: .training).data
      return (data.noting(try differences(subjects, data)), given)
    case .directory(let path):
      let split = try RankingSplit.directory(path, forTraining: true, threads: options.threads)
      let name = URL(fileURLWithPath: path).lastPathComponent
      let all = (split.refitUsers ?? split.trainUsers).interactions(name: name, items: split.items)
      return (split.trainingInteractions(name: name).noting(try differences(subjects, all)), given)
    }
  }

  /// Which models were trained on something else.
  private func differences(_ subjects: [InspectionSubject], _ data: Interactions) throws -> [String] {
    let hash = data.pairHash()
    return try subjects.compactMap { subject in
      guard let trained = subject.directory.record.facts?.data?.hash, trained != hash else { return nil }
      return "\(data.name) is not what \(subject.label) was trained on"
    }
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
        let table = walk.table.markdown(firstColumn: "step", width: Console.width)
        try Console.standardOutput("\(title)\n\n\(table)\n")
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
    let facts = RunFacts(seed: options.randomSeed, processor, dataset: study.dataset)
    var text = Console.printable(facts.heading) + "\n\n"
    text += study.summaryTable.markdown(firstColumn: counted(study.users, "user"), width: Console.width)
    for model in study.models {
      let shown = min(12, model.codes.dimensions.count)
      let weight = model.distribution == nil ? "variance" : "KL"
      text += "\n\(Console.printable(model.label)): the \(shown) dimensions with the largest \(weight)\n\n"
      text += study.dimensionTable(of: model, limit: shown).markdown(firstColumn: "dimension", width: Console.width)
    }
    if !study.agreements.isEmpty {
      text += "\nRuns of the same model, on the same users\n\n"
      text += study.agreementTable.markdown(firstColumn: "runs", width: Console.width)
    }
    if let table = study.recoveryTable {
      text +=
        "\nRecovery of the true tastes from the codes\n\n"
        + table.markdown(firstColumn: "representation", width: Console.width)
    }
    let sentences = study.sentences
    return text + (sentences.isEmpty ? "" : "\n" + sentences.map { Console.printable($0) + "\n" }.joined())
  }
}
