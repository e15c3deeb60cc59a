import Doppel
import FileFormats
import Foundation

/// One run of `doppel sample`, from a plan to a file and a summary.
struct SampleRun {
  let directory: ModelDirectory
  let path: String
  let plan: SampleOptions.Plan
  /// Where the training data are; `nil` when nobody said.
  let source: DataSelection.Source?
  /// How they are read.
  let reader: ModelDataReader
  let output: String
  let options: RunOptions
  let processor: Processor

  private var training: ModelDirectory.Audience?
  private var summary: [String: JSONValue] = [:]

  init(
    directory: ModelDirectory, path: String, plan: SampleOptions.Plan, source: DataSelection.Source?,
    reader: ModelDataReader, output: String, options: RunOptions, processor: Processor
  ) {
    self.directory = directory
    self.path = path
    self.plan = plan
    self.source = source
    self.reader = reader
    self.output = output
    self.options = options
    self.processor = processor
  }

  mutating func write() throws {
    switch directory.model.latent {
    case .none:
      throw DataError(
        path: path, message: "is \(directory.configuration.name), which has no latent space", accepted: "a mult-vae")
    case .points(let model):
      try requireItemProbabilities(model.design.likelihood)
      guard case .fitted = plan.source else { throw noDistribution }
      let source = try FittedGaussian(to: model, over: users().profiles, processor: processor)
      summary["ridge"] = .number(source.ridge)
      let lengths = try lengths(source) { [processor, options] users in
        Neighbourhood(of: model, over: users, seed: options.randomSeed, using: processor.engine)
      }
      try write(ProfileGenerator(model: model, source: source, lengths: lengths))
    case .gaussians(let model):
      try requireItemProbabilities(model.design.likelihood)
      if source != nil || directory.isOfBuiltInPopulation {
        summary["aggregatePosterior"] = try Self.posterior(of: model, over: users().profiles, processor)
      } else {
        summary["aggregatePosterior"] = try directory.record.aggregatePosterior.map { try JSONValue(encoding: $0) }
      }
      try write(model)
    }
  }

  private mutating func write(_ model: Autoencoder<GaussianLatent>) throws {
    switch plan.source {
    case .prior: try write(model, PriorSource(of: model))
    case .population: try write(model, PopulationSource(of: model, over: users().profiles))
    case .fitted:
      let source = try FittedGaussian(to: model, over: users().profiles, processor: processor)
      summary["ridge"] = .number(source.ridge)
      try write(model, source)
    case .user(let like, let spread):
      summary["like"] = .string(like)
      summary["spread"] = .number(spread)
      try write(
        model, PosteriorSource(of: model, near: profile(of: like, "--like"), spread: spread, using: processor.engine))
    case .way(let from, let to, let steps, let interpolation):
      let ends = [try profile(of: from, "--interpolate"), try profile(of: to, "--interpolate")].map { profile in
        profile.items.indices(ofRow: 0).map(Int.init)
      }
      let source = InterpolationSource(
        of: model, between: Profiles(items: SparseRows(columnCount: model.itemCount, rows: ends)), steps: steps,
        users: plan.users, interpolation: interpolation, using: processor.engine)
      let report = InterpolationReport(of: source, through: model, using: processor.engine)
      summary["interpolation"] = report.json
      if !options.json && output != "-" { try Console.standardOutput(Self.table(report)) }
      try write(model, source)
    }
  }

  private mutating func write<Source: LatentSource>(
    _ model: Autoencoder<GaussianLatent>, _ source: Source
  ) throws where Source.Latent == GaussianLatent {
    let lengths = try lengths(source) { [processor, options] users in
      Neighbourhood(of: model, over: users, seed: options.randomSeed, using: processor.engine)
    }
    try write(ProfileGenerator(model: model, source: source, lengths: lengths))
  }

  private mutating func write<Source: LatentSource>(_ generator: ProfileGenerator<Source>) throws {
    let watch = Date()
    var generator = generator
    generator.law = plan.law
    generator.temperature = plan.temperature
    let numbers = plan.numbers
    let text = ProfileText(items: directory.items, law: plan.law, firstUser: plan.first - numbers.lowerBound)
    var tally = ProfileTally(items: generator.model.itemCount)
    let progress = Progress(quiet: options.quiet)
    progress.begin("sample")
    defer { progress.end() }
    func run(_ write: ([UInt8]) throws -> Void) throws {
      try generator.generate(
        users: numbers, seed: options.randomSeed, processor: processor,
        prepare: { block in (block.rows, text.lines(of: block)) }
      ) { block in
        tally.add(block.0)
        try write(block.1)
        progress.show(share: Double(tally.users) / Double(plan.users))
      }
    }
    if output == "-" {
      try Console.standardOutput(text.header)
      return try run { try Console.standardOutput(String(decoding: $0, as: UTF8.self)) }
    }
    try AtomicFile.write(to: output) { file in
      try file.write(text.header)
      try run { try file.write($0) }
    }
    progress.end()
    try report(tally, seconds: Date().timeIntervalSince(watch))
  }

  /// Where the users lie in the latent space, dimension by dimension and all together, as `config.json` has it too.
  static func posterior(
    of model: Autoencoder<GaussianLatent>, over users: Profiles, _ processor: Processor
  ) throws -> JSONValue {
    let fitted = try FittedGaussian(to: model, over: users, processor: processor)
    return try JSONValue(
      encoding: PosteriorSummary(
        model.aggregatePosterior(of: users, processor: processor), jointDivergence: fitted.divergenceFromPrior))
  }

  // MARK: What the users' data are needed for

  /// The training users, read once.
  private mutating func users() throws -> ModelDirectory.Audience {
    if let training { return training }
    if source == nil && !directory.isOfBuiltInPopulation {
      let needed =
        ["prior", "user", "interpolation"].contains(plan.name)
        ? "--lengths \(plan.lengths.rawValue)" : "--from \(plan.name)"
      throw UsageError(
        "\(plan.isDefault && plan.name == "population" ? "--from population, the default," : needed) needs the users that "
          + "\(path) was trained on, which a saved model does not keep; add --data FILE"
          + (plan.name == "population" && directory.configuration.isVariational ? ", or use --from prior" : ""))
    }
    let found = try directory.trainingUsers(source ?? .builtIn, reader: reader)
    options.note(found.notes)
    training = found
    return found
  }

  private var hasUsers: Bool { training != nil || source != nil || directory.isOfBuiltInPopulation }

  /// A user given by id or by a list of items.
  private mutating func profile(of text: String, _ flag: String) throws -> Profiles {
    let listed = directory.items.listed(in: text)
    let ids = listed.ids
    if hasUsers {
      let users = try users()
      for id in [text] + (ids.count == 1 ? ids : []) {
        guard let row = users.userIDs.firstIndex(ofID: id) else { continue }
        if ids.allSatisfy({ directory.items.index(of: $0) != nil }) {
          options.note(["\(flag) '\(text)' names a user and \(ids.count == 1 ? "an item" : "items"); the user is meant"]
          )
        }
        return users.profiles.selecting(row..<row + 1)
      }
    }
    if !ids.contains(where: { directory.items.index(of: $0) != nil }) {
      throw DataError(
        path: flag, text: text,
        message: hasUsers
          ? "is neither a user of the training data nor a list of items that the model knows"
          : "is not a list of items that the model knows",
        accepted: hasUsers
          ? "a user of the data, or ids from items.txt" : "ids from items.txt, or a user of --data FILE")
    }
    let audience = try directory.audience(items: ids)
    options.note(listed.notes + audience.notes)
    return audience.profiles
  }

  private mutating func histogram() throws -> LengthHistogram {
    if source == nil, let saved = directory.record.profileLengths {
      guard let histogram = LengthHistogram(users: saved, items: directory.items.count) else {
        throw DataError(
          path: path + "/config.json", message: "has an invalid profileLengths",
          accepted: "numbers of users by number of items, as written by train; or --data FILE")
      }
      return histogram
    }
    guard let found = LengthHistogram(of: try users().profiles.items) else {
      throw DataError(path: path, message: "has no training user with an item", accepted: "--data FILE")
    }
    return found
  }

  /// The source of lengths, with its summary.
  ///
  /// - Parameter neighbourhood: makes landmarks of the training users.
  private mutating func lengths<Source: LatentSource>(
    _ source: Source, _ neighbourhood: (Profiles) -> Neighbourhood
  ) throws -> ProfileLengths {
    var law = plan.lengths
    var told: [String: JSONValue] = [:]
    var near: Neighbourhood?
    let needsPrediction = law == .auto && plan.isWithoutOwnLength && hasUsers
    if law == .nearby || needsPrediction {
      let found = neighbourhood(try users().profiles)
      told["explainedVariance"] = .number(found.explainedVariance)
      near = found
    }
    if law == .auto {
      let predictsLength = near.map { $0.explainedVariance > 0 } ?? false
      switch plan.source {
      case .user, .way: law = .own
      case .population: law = predictsLength ? .own : .empirical
      case .prior, .fitted: law = predictsLength ? .nearby : .empirical
      }
    }
    told["law"] = .string(law.rawValue)
    defer { summary["lengths"] = .object(told) }
    let histogram = try histogram()
    switch law {
    case .auto, .empirical: return .empirical(histogram)
    case .own: return .own(otherwise: histogram)
    case .nearby:
      guard let near else { return .empirical(histogram) }
      // One person's neighbours are to have their own lengths; draws from everywhere, those of everyone.
      return .nearby(
        plan.isWithoutOwnLength
          ? try near.calibrated(to: histogram, by: source, seed: options.randomSeed, processor: processor) : near)
    case .negativeBinomial:
      let fitted = try ShiftedNegativeBinomial(fitting: histogram)
      told["least"] = .number(Double(fitted.least))
      told["excessMean"] = .number(fitted.excess.mean)
      told["excessShape"] = fitted.excess.shape.map { .number($0) } ?? .null
      return .negativeBinomial(fitted)
    }
  }

  // MARK: Refusals

  private var noDistribution: DataError {
    DataError(
      path: path,
      message: "is \(directory.configuration.name), which encodes users to points and has no distribution to draw from",
      accepted: "a mult-vae, or --from fitted for a Gaussian fitted to the points")
  }

  private func requireItemProbabilities(_ likelihood: Likelihood) throws {
    if directory.configuration.task == .rating {
      throw DataError(
        path: path, message: "is \(directory.configuration.name), which predicts ratings, not interactions",
        accepted: "a mult-vae")
    }
    if likelihood == .gaussian {
      throw DataError(
        path: path, message: "has a gaussian likelihood, whose outputs are not log-probabilities of items",
        accepted: "a model with a multinomial or bernoulli likelihood")
    }
  }

  // MARK: Telling

  private func report(_ tally: ProfileTally, seconds: Double) throws {
    if options.json {
      var document = summary
      document["model"] = .string(directory.configuration.name)
      document["output"] = .string(output)
      document["from"] = .string(plan.name)
      document["law"] = .string(plan.law.rawValue)
      document["temperature"] = .number(plan.temperature.value)
      document["users"] = .number(Double(tally.users))
      document["firstUser"] = .number(Double(plan.first))
      document["interactions"] = .number(Double(tally.interactions))
      document["items"] = .number(Double(tally.distinctItems))
      document["usersWithoutItems"] = .number(Double(tally.emptyUsers))
      document["profileLength"] = .object([
        "mean": .number(tally.meanLength), "least": .number(Double(tally.shortest)),
        "most": .number(Double(tally.longest)),
      ])
      document["seed"] = .number(Double(options.seed))
      document["threads"] = .number(Double(processor.threads))
      document["engine"] = .string(processor.engine.name)
      document["version"] = .string(DoppelVersion.current)
      document["seconds"] = .number(seconds)
      document["usersPerSecond"] = seconds > 0 ? .number(Double(tally.users) / seconds) : .null
      return try Console.standardOutput(document)
    }
    var law = ""
    if case .object(let told)? = summary["lengths"], let name = told["law"]?.text { law = name }
    try Console.standardOutput(
      "\(counted(tally.users, "user")), \(counted(tally.interactions, "interaction")), \(tally.distinctItems) of "
        + "\(counted(directory.items.count, "item")); "
        + "from: \(plan.name), lengths: \(law)" + String(format: ", %.1f s\nsaved in %@\n", seconds, output))
    if case .object(let posterior)? = summary["aggregatePosterior"], plan.name == "prior",
      case .number(let divergence)? = posterior["jointDivergence"]
    {
      options.note([
        String(
          format:
            "the aggregate posterior has a KL divergence of %.2f nats from this prior, by mean and covariance; the larger, "
            + "the less its draws resemble users", divergence)
      ])
    }
    if plan.name == "fitted", !directory.configuration.isVariational {
      options.note([
        "\(directory.configuration.name) has no latent distribution; the Gaussian was fitted to its codes after training"
      ])
    }
  }

  private static func table(_ report: InterpolationReport) -> String {
    var text = "place\toverlap-with-a\toverlap-with-b\tkl-from-a\n"
    for step in report.steps {
      text += String(
        format: "%.3f\t%.4f\t%.4f\t%.4f\n", step.place, step.overlapWithFirst, step.overlapWithLast,
        step.divergenceFromFirst)
    }
    return text
  }
}
