import ArgumentParser
import Doppel

/// `doppel explain`: AE against VAE in one minute.
struct Explain: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain AE against VAE on your data: five claims, each tested by measurement.",
    usage: "doppel explain [<data>] [<options>]",
    discussion: """
      Seven small models are trained: an AE and a VAE twice each, and the VAE with other values of β, the weight of \
      the prior. Every claim is measured on users that are not in the training data; where a claim does not hold, the \
      text says so.
      """)

  @OptionGroup var data: DataOptions
  @Option(
    help: ArgumentHelp("Save the lesson as a page with figures: one HTML file.", valueName: "file"), completion: .file()
  )
  var report: String?
  @Option(
    help: ArgumentHelp(
      "β of the VAE, the weight of its prior (default: \(Number.plain(Lesson.defaultBeta))).", valueName: "β"))
  var beta: Double?
  @Option(help: ArgumentHelp("Width of every code.", valueName: "width")) var latent = 32
  @Option(help: ArgumentHelp("Epochs per training (default: 100, fewer on large data).", valueName: "n"))
  var epochs: Int?
  @Option(
    help: ArgumentHelp("Users to train on (default: as many as a minute allows).", valueName: "n"))
  var maxUsers: Int?
  @OptionGroup var titling: TitleOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { data.inputs + titling.inputs + options.inputs }

  var outputs: [Output] { Output.file("--report", report) }

  func idleFlags() throws -> [IdleFlags] { try data.idleFlags(task: .ranking) }

  func validate() throws {
    if let beta, !(beta >= 0 && beta.isFinite) {
      throw ValidationError("--beta \(Number.plain(beta)) is not a weight; accepted: a number from 0")
    }
    for (flag, number, least) in [
      ("--latent", latent, 2), ("--epochs", epochs ?? 1, 1), ("--max-users", maxUsers ?? 50, 50),
    ]
    where !(least...100_000_000 ~= number) {
      throw ValidationError("\(flag) \(number) is out of range; accepted: a whole number from \(least)")
    }
  }

  func run() throws {
    var lesson = Lesson(seed: options.randomSeed, processor: try options.processor())
    lesson.data = try data.selection(threads: options.threads)
    lesson.titles = titling.titles
    (lesson.beta, lesson.latent) = (beta ?? lesson.beta, latent)
    (lesson.epochs, lesson.users) = (epochs, maxUsers)
    let reporter = TrainingReporter(quiet: options.quiet, verbose: false)
    defer { reporter.clear() }
    lesson.observer = reporter.observe()
    let result = try lesson.run()
    reporter.clear()
    if let report { try LessonReport(result, command: CommandText.current).page.write(to: report) }
    if options.json { return try Console.standardOutput(RunDocument(result.facts, result)) }
    try Console.standardOutput(
      Console.printable(result.facts.heading + "\n\n" + result.text(width: Console.width)))
  }
}
