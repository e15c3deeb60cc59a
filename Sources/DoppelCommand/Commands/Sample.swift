import ArgumentParser
import Doppel
import FileFormats

/// `doppel sample`: synthetic users.
struct Sample: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write synthetic user profiles drawn from a variational autoencoder.",
    discussion: """
      For each user, draws a latent vector, a profile length, and that many items with probabilities from the decoder. \
      The result is a file of interactions with users synthetic-000001 and so on. A saved model does not keep its \
      users: options that need them read --data, the file it was trained on (or simulate the built-in population \
      again), with the filters of the training unless flags say otherwise. Synthetic profiles are not automatically \
      anonymous; doppel audit measures what they reveal.

      With --temperature auto, temperature and lengths are chosen. Every candidate draws users of its own, who are \
      audited against the training users and against those of --holdout. Of the candidates whose strongest membership \
      attacker stays at or below --attack-limit, the most useful one is taken; if there is none, the one that reveals \
      least, with a warning. A table shows all. --lengths other than auto is kept.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(help: ArgumentHelp("Number of users (default: 1000; with --interpolate one per step).", valueName: "n"))
  var users: Int?
  @Option(help: ArgumentHelp("Tab-separated file to write, or - for stdout.", valueName: "file"), completion: .file())
  var output: String
  @Option(help: ArgumentHelp("Number of the first user, so that runs can be joined.", valueName: "n"))
  var firstUser = 1
  @Option(
    help: ArgumentHelp(
      "The interactions the model was trained on: a file or a directory, as for compare.", valueName: "data"),
    completion: .file())
  var data: String?
  @Flag(help: "Add a column with the item titles of the model or of --titles.")
  var withTitles = false
  @OptionGroup var titling: TitleOptions
  @OptionGroup(title: "Drawing") var drawing: SampleOptions
  @OptionGroup(title: "Choosing") var choosing: ChoiceOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [("MODEL", model), ("--data", data)] + choosing.inputs + titling.inputs + options.inputs
  }

  var outputs: [Output] { [Output(flag: "--output", path: output, kind: .fileOrStdout)] }

  func idleFlags() throws -> [IdleFlags] {
    try ReadingOptions.idleFlags(data: data, hasFiles: true)
      + [
        IdleFlags(
          ReadingOptions.flags, when: data == nil && choosing.holdout == nil,
          "is for reading --data, which is not given"),
        IdleFlags(["--titles"], when: !withTitles, "needs --with-titles"),
        IdleFlags(
          ["--keep-popularity"], when: Double(drawing.temperature) == 1,
          "has no effect at temperature 1; accepted: with another --temperature, such as 0.5"),
      ] + choosing.idleFlags(hasNumber: drawing.hasNumber)
  }

  func run() throws {
    if output == "-" && options.json { throw UsageError("--output - and --json both write to stdout") }
    var plan = try drawing.plan(users: users, first: firstUser)
    plan.hasTitles = withTitles
    let holdout = try drawing.isAutomatic ? choosing.requiredHoldout() : nil
    var titled = try ModelDirectory(contentsOf: model)
    try titling.give(to: &titled, note: options.note)
    let directory = titled
    plan = plan.adapted(to: directory)
    let (processor, people) = (try options.processor(), try people(of: directory))
    func note(_ notes: [SamplingNote]) { options.note(notes.map(drawing.words)) }
    do {
      // Before the trainings of a choice.
      try plan.checkTitles(of: directory)
      let decision = try holdout.map { try decide(plan, directory, people, heldOut: $0, processor) }
      if let decision { plan = decision.applied(to: plan) }
      let progress = Progress(quiet: options.quiet)
      progress.begin("sample")
      defer { progress.end() }
      if output == "-" {
        // The users are on stdout.
        if let decision, !options.quiet { Console.standardError(decision.text()) }
        return try plan.draw(
          from: directory, people: people, seed: options.randomSeed, processor: processor, note: note,
          progress: progress.show
        ) { try Console.standardOutput(String(decoding: $0, as: UTF8.self)) }
      }
      let result = try plan.write(
        to: output, from: directory, people: people, seed: options.randomSeed, processor: processor, note: note,
        progress: progress.show)
      progress.end()
      if options.json {
        let facts = RunFacts(seed: options.randomSeed, processor)
        return try Console.standardOutput(
          RunDocument(facts, SamplingDocument(result, choice: decision), output: output))
      }
      let choice = decision.map { $0.text(width: Console.width) + "\n" } ?? ""
      try Console.standardOutput(choice + result.text(items: directory.items.count) + "saved in \(output)\n")
      options.note(result.remarks(isVariational: directory.configuration.isVariational))
    } catch let error as SamplingError {
      throw drawing.explanation(of: error, plan, directory, path: model)
    }
  }

  /// The training users, if `--data` has them or they can be simulated again.
  private func people(of directory: ModelDirectory) throws -> SamplingPeople? {
    let reader = try reading.reader(for: directory, threads: options.threads)
    return directory.samplingPeople(try data.map { try DataPlace($0).source }, reader: reader, note: options.note)
  }
}
