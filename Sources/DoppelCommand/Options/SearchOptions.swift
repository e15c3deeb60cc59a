import ArgumentParser
import Doppel
import FileFormats
import Settings

/// How settings are searched for, in the commands that search.
struct SearchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Trials per model, including its defaults.", valueName: "n"))
  var trials = 30
  @Option(
    help: ArgumentHelp(
      """
      Trials of a model that are proposed without each other's results, so that as many processes under mpirun can \
      work at the same time. The result depends on it, but not on the number of processes.
      """, valueName: "n"))
  var atOnce = 1
  @Option(
    help: ArgumentHelp(
      "Start no trial after this time, such as 90s, 30m or 2h, divided evenly among the models.", valueName: "time"),
    transform: TimeLimit.init)
  var time: TimeLimit?
  @Option(
    help: ArgumentHelp("Metric to optimise on the validation users of a ranking.", valueName: "key"),
    completion: .metric)
  var selection = Metric.selectionDefault.key
  @Option(
    help: ArgumentHelp(
      "Other ranges, from YAML or JSON such as 'models: {ease: {l2: {from: 10, to: 1000, log: true}}}'.",
      valueName: "file"), completion: .config)
  var space: String?
  @Flag(
    help: """
      Run every trial to its end. By default, after a few epochs and again later, trainings that are not among the \
      best third of nine are stopped.
      """)
  var noHalving = false
  @Option(
    help: ArgumentHelp("Write each trial to this file, one line each, as soon as it has finished.", valueName: "file"),
    completion: .file())
  var journal: String?
  @Flag(help: "Continue with the trials that are in --journal.")
  var resume = false

  func validate() throws {
    if trials < 1 { throw ValidationError("--trials \(trials) is too few; accepted: a whole number from 1") }
    try Self.check(atOnce: atOnce)
  }

  /// Refuses a number of trials at once that makes no sense.
  ///
  /// - Throws: `ValidationError`.
  static func check(atOnce: Int) throws {
    if !(1...1000 ~= atOnce) {
      throw ValidationError(
        "--at-once \(atOnce) is too \(atOnce < 1 ? "few" : "many"); accepted: a whole number from 1 to 1000")
    }
  }

  /// The flag has no effect if at most one trial is proposed from the results of others.
  static func idle(atOnceWith trials: Int) -> IdleFlags {
    let fewest = TuningRun.fewestTrialsAtOnce
    return IdleFlags(
      ["--at-once"], when: trials < fewest,
      "has no effect on fewer than \(fewest) trials: the first \(ParzenSampler.startUp) need no results")
  }

  /// Flags that are for another task, or for a journal that is not kept.
  func idleFlags(task: RecommendationTask) -> [IdleFlags] {
    [
      IdleFlags(["--selection"], when: task == .rating, "is for --task ranking; ratings are searched by their RMSE"),
      IdleFlags(["--resume"], when: journal == nil, "continues a journal; name it with --journal"),
      Self.idle(atOnceWith: trials),
    ]
  }

  /// Configures the search.
  ///
  /// - Throws: ``UsageError``, `MetricKeyError`, `OutputError` for a journal that would be lost.
  func configure(_ run: inout TuningRun, set settings: ModelOptions) throws {
    (run.trials, run.atOnce, run.halves) = (trials, atOnce, !noHalving)
    run.time = time.map { .inAll(seconds: $0.seconds) }
    (run.journal, run.resumes) = (journal, resume)
    run.selection = try Metric(key: selection.lowercased())
    if let journal, !resume, Processes.isRoot, LineJournal.isThere(journal) {
      throw OutputError(path: journal, reason: "it exists; continue it (--resume) or choose another path")
    }
    try Self.hold(&run, set: settings)
    if let space { run.spaces = try Self.spaces(of: space, for: run.models) }
  }

  /// Excludes settings from the search that the user has set.
  ///
  /// - Throws: ``UsageError``.
  static func hold(_ run: inout TuningRun, set settings: ModelOptions) throws {
    let given = Set(try settings.settings.values().keys)
    for model in run.models {
      let inFile = Invocation.current?.config?.models[model.name]?.map(\.key) ?? []
      run.held[model.name] = given.union(inFile)
    }
  }

  /// The ranges of a space file.
  private static func spaces(of path: String, for models: [any ZooModel]) throws -> [String: SpaceChanges] {
    let file = try ConfigFile(path: path)
    if let (key, place) = file.otherKeys(than: ["models"]).first {
      throw UsageError("\(place): unknown key '\(key)' of --space; accepted: models")
    }
    return try file.modelSettings { _ = try Zoo.parse($0) }.reduce(into: [:]) { spaces, entry in
      let (name, settings) = entry
      guard let model = models.first(where: { $0.name == name }) else {
        throw UsageError(
          "\(settings.first?.place ?? path): \(name) is not among the models; accepted: "
            + models.map(\.name).joined(separator: ", "))
      }
      for setting in settings {
        do {
          let range = try model.searchRange(of: setting.key, from: setting.value)
          spaces[name, default: [:]].updateValue(range, forKey: setting.key)
        } catch let error as SpaceError {
          throw UsageError("\(setting.place): \(error)")
        }
      }
    }
  }
}

extension TunedComparison.Budget {
  /// Parses a number of trials, or a length of time.
  ///
  /// - Throws: `ValidationError`.
  init(_ text: String) throws {
    if let trials = Int(text) {
      guard trials > 0 else {
        throw ValidationError("--tune \(text) is too few; accepted: a whole number from 1, or a time such as 5m")
      }
      self = .trials(trials)
    } else if let time = try? TimeLimit(text) {
      self = .seconds(time.seconds)
    } else {
      throw ValidationError(
        "--tune '\(text)' is neither a number of trials nor a time; accepted: 30, or a number with its unit, such as 90s, "
          + "5m or 2h")
    }
  }
}

/// A length of time such as `90s`, `30m` or `2h`.
struct TimeLimit {
  let seconds: Double

  init(_ text: String) throws {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0,
      number.isFinite
    else {
      throw ValidationError(
        "'\(text)' is not a length of time; accepted: a number with its unit, such as 90s, 30m or 2h")
    }
    seconds = number * unit
  }
}
