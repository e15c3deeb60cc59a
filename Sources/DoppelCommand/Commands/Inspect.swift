import ArgumentParser
import Doppel
import Foundation

/// `doppel inspect`: an analysis of latent spaces.
struct Inspect: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Analyse and compare the latent spaces of saved models.",
    usage: "doppel inspect <model> … [<data>] [<options>]",
    discussion: """
      Without DATA, the users are the built-in population of the first model's training seed, whose true tastes are \
      known. --truth gives the true tastes of other simulated users. Several models must have the same items; models \
      of the same name are compared with each other. Measures that need a distribution are reported as not defined for \
      an autoencoder, because a point has none.
      """)

  @Argument(
    help: ArgumentHelp(
      "Model directories, followed by a file of interactions or a directory in the authors' layout.",
      valueName: "model"), completion: .file())
  var places: [String]
  @Option(
    help: ArgumentHelp("True tastes of the users: truth_users.tsv of simulate.", valueName: "file"), completion: .file()
  )
  var truth: String?
  @Option(help: ArgumentHelp("Save a report with plots: one HTML file.", valueName: "file"), completion: .file())
  var report: String?
  @OptionGroup var titling: TitleOptions
  @OptionGroup var walk: WalkOptions
  @Option(help: ArgumentHelp("Draws in the importance-weighted bound.", valueName: "n"))
  var draws = InspectionOptions().draws
  @Option(help: ArgumentHelp("Maximum number of users to encode.", valueName: "n"))
  var maxUsers = InspectionOptions().maximumUsers
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    let (models, data) = modelsAndData
    // A model is a directory; what cannot be one is reported when it is read.
    let directories: [(name: String, path: String?)] = models.filter { $0 != "-" }.map { (name: "MODEL", path: $0) }
    return directories + [("DATA", data), ("--truth", truth)] + titling.inputs + options.inputs
  }

  var outputs: [Output] { Output.file("--report", report) }

  func idleFlags() throws -> [IdleFlags] {
    // A model that cannot be read is reported later.
    let hasPointsOnly = modelsAndData.models.allSatisfy {
      (try? ModelDirectory.configuration(at: $0))?.isVariational == false
    }
    return try ReadingOptions.idleFlags(data: modelsAndData.data)
      + [
        IdleFlags(
          ["--draws"], when: hasPointsOnly,
          "is for the bounds of models with a latent distribution, and none of these has one")
      ] + walk.idleFlags
  }

  func validate() throws {
    try WalkOptions.check("--draws", draws, most: 100_000)
    if maxUsers < 2 { throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 2") }
  }

  func run() throws {
    let processor = try options.processor()
    let facts = RunFacts(seed: options.randomSeed, processor)
    var subjects = try InspectionSubject.reading(modelsAndData.models)
    guard Set(subjects.map(\.label)).count == subjects.count else {
      throw UsageError("the same model is given twice; accepted: different model directories")
    }
    if let titles = try titling.read(for: subjects[0].directory.items, note: options.note) {
      subjects = subjects.map { $0.titled(titles) }
    }
    let reader = try reading.reader(for: subjects[0].directory, threads: options.threads)
    let data = try InspectionData(
      modelsAndData.data.map { try DataPlace($0).source } ?? .builtIn, for: subjects, reader: reader,
      truth: truth.map { try Truth(contentsOf: $0) }, seed: options.randomSeed)
    options.note(data.interactions.notes)
    var settings = InspectionOptions()
    (settings.draws, settings.maximumUsers) = (draws, maxUsers)
    let (seed, interactions) = (options.randomSeed, data.interactions)
    if let plan = walk.plan {
      let study = try WalkStudy(
        plan, through: subjects, on: interactions, options: settings, seed: seed, processor: processor)
      if options.json { return try Console.standardOutput(RunDocument(facts, study)) }
      return try Console.standardOutput(Console.printable(study.text(width: Console.width)))
    }
    let study = try InspectionStudy(
      subjects, on: interactions, truth: data.truth, options: settings, seed: seed, processor: processor)
    options.note(study.notes)
    if let report {
      var inspected = InspectionReport(study, run: facts, command: CommandText.current)
      inspected.further = try InspectionReport.explorers(
        of: subjects, on: interactions, titles: data.titles, processor: processor)
      try inspected.page.write(to: report)
    }
    if options.json { return try Console.standardOutput(RunDocument(facts, study)) }
    let heading = RunFacts(seed: options.randomSeed, processor, dataset: study.dataset).heading
    try Console.standardOutput(Console.printable(heading + "\n\n" + study.text(width: Console.width)))
  }

  /// Directories with a `config.json` are models; any other path must be the last and is the data.
  private var modelsAndData: (models: [String], data: String?) {
    guard let last = places.last, places.count > 1,
      !FileManager.default.fileExists(atPath: last + "/config.json")
    else { return (places, nil) }
    return (places.dropLast(), last)
  }
}
