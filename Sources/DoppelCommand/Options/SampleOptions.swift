import ArgumentParser
import Doppel
import FileFormats

/// Where synthetic users come from.
enum SampleOrigin: String, CaseIterable {
  case prior, population, user, fitted
}

/// What `doppel sample` draws from and how.
struct SampleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      prior, population (the posterior of a real user, drawn anew each time), user (the posterior of --like) or fitted \
      (a Gaussian fitted to the codes; the only origin for a model without distributions). Default: population; prior \
      for a model of train --private.
      """, valueName: "origin"), completion: .list(SampleOrigin.allCases.map(\.rawValue)))
  var from: String?
  @Option(
    help: ArgumentHelp("A user of --data, or item ids separated by commas: draw near them.", valueName: "user|items"))
  var like: String?
  @Option(
    help: ArgumentHelp(
      "With --like: 0 repeats the mean, 1 is the posterior, larger values explore further.", valueName: "τ"))
  var spread: Double?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Interpolate between two users, each given as for --like.", valueName: "a b"))
  var interpolate: [String] = []
  @Option(
    help: ArgumentHelp("With --interpolate: number of points, including both ends (default: 10).", valueName: "n"))
  var steps: Int?
  @Option(
    help: ArgumentHelp("With --interpolate: spherical (default) or linear.", valueName: "way"),
    completion: .list(Interpolation.allCases.map(\.rawValue)))
  var way: String?
  @Option(
    help: ArgumentHelp(
      """
      Below 1 favours the most probable items, above 1 flattens the distribution; auto tries several, and several \
      sources of lengths, and takes the best by --holdout.
      """, valueName: "t|auto"), completion: .list([SampleOptions.automatic]))
  var temperature = "1"
  @Flag(
    help: """
      With --temperature: every item keeps the expected share of users that it has at temperature 1, so that popular \
      items do not become more popular.
      """)
  var keepPopularity = false
  @Flag(help: "Draw items with replacement and write their counts: exactly the model's multinomial.")
  var counts = false
  @Option(
    help: ArgumentHelp(
      """
      empirical (as in the training data), negative-binomial (fitted to them), nearby (as users near the latent \
      vector), own (as the user the vector comes from), or auto: own with --like and --interpolate; otherwise \
      empirical, unless the latent vector predicts the length: then own for the population and nearby for other \
      origins.
      """, valueName: "law"), completion: .list(SamplingPlan.Lengths.allCases.map(\.rawValue)))
  var lengths = SamplingPlan.Lengths.auto.rawValue

  /// The word for a temperature that is chosen.
  private static let automatic = "auto"

  /// Whether temperature and lengths are chosen.
  var isAutomatic: Bool { temperature == Self.automatic }

  /// Whether the temperature is a number; what is neither that nor chosen is refused with the plan.
  var hasNumber: Bool { Double(temperature) != nil }

  /// The plan given by the flags; with a temperature that is chosen, the plan that it is chosen for.
  ///
  /// - Throws: ``UsageError`` for values out of range, and flags that cannot be combined.
  func plan(users: Int?, first: Int) throws -> SamplingPlan {
    var plan = SamplingPlan()
    let origin = try from.map { try Self.parse($0, "--from", SampleOrigin.self) }
    guard let number = isAutomatic ? 1 : Double(temperature) else {
      throw UsageError(
        "--temperature \(temperature) is not a number; accepted: a number from 0.000001, or \(Self.automatic)")
    }
    guard let chosen = Temperature(number) else {
      throw UsageError(
        "--temperature \(temperature) is out of range; accepted: a number from 0.000001, or \(Self.automatic)")
    }
    if let wanted = try source(origin) { plan.source = wanted }
    if case .interpolation(_, _, let steps, _) = plan.source { plan.users = steps }
    (plan.users, plan.firstUser) = (users ?? plan.users, first)
    (plan.temperature, plan.law) = (chosen, counts ? .multinomial : .withoutReplacement)
    plan.keepsPopularity = keepPopularity
    plan.lengths = try Self.parse(lengths, "--lengths", SamplingPlan.Lengths.self)
    do {
      try plan.check()
    } catch {
      throw UsageError(words(error))
    }
    if isAutomatic { try checkChoice(for: plan) }
    return plan
  }

  private func checkChoice(for plan: SamplingPlan) throws {
    do {
      try SamplingChoice.check(plan)
    } catch {
      let start = "--temperature \(Self.automatic) cannot be combined with"
      guard case .source = error else { throw UsageError("\(start) --counts: \(error)") }
      throw UsageError(
        "\(start) \(userFlag): it chooses for users from the whole latent space, and \(userFlag) draws near a place in "
          + "it; accepted: \(Self.everywhere), or --temperature with a number")
    }
  }

  /// The source that the flags name; `nil` for that of the model.
  private func source(_ origin: SampleOrigin?) throws -> SamplingPlan.Source? {
    if !interpolate.isEmpty {
      guard interpolate.count == 2 else {
        throw UsageError(
          "--interpolate takes two users, not \(interpolate.count); accepted: --interpolate A B --steps 10")
      }
      guard origin == nil && like == nil else {
        throw UsageError("--interpolate cannot be combined with --from or --like")
      }
      guard spread == nil else { throw UsageError("--spread needs --like and cannot be combined with --interpolate") }
      let way = try self.way.map { try Self.parse($0, "--way", Interpolation.self) } ?? .spherical
      return .interpolation(from: interpolate[0], to: interpolate[1], steps: steps ?? 10, way)
    }
    guard steps == nil && way == nil else { throw UsageError("--steps and --way need --interpolate A B") }
    if let like {
      guard origin == nil || origin == .user else {
        throw UsageError("--like needs --from user, not --from \(from ?? "")")
      }
      return .user(like: like, spread: spread ?? 1)
    }
    guard spread == nil else { throw UsageError("--spread needs --like") }
    switch origin {
    case .user: throw UsageError("--from user needs --like, a user of --data or item ids separated by commas")
    case .prior: return .prior
    case .fitted: return .fitted
    case .population: return .population
    case nil: return nil
    }
  }

  private static func parse<Value: RawRepresentable & CaseIterable>(
    _ text: String, _ flag: String, _ type: Value.Type
  ) throws -> Value where Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    let names = type.allCases.map(\.rawValue)
    throw UsageError(
      "\(flag) \(text) is unknown; did you mean \(alternatives(nearestSpellings(to: text, among: names)))? "
        + "Accepted: \(names.joined(separator: ", "))")
  }
}

/// Notes and errors of the library about a plan, in terms of flags.
extension SampleOptions {
  /// The flag that names a user.
  private var userFlag: String { interpolate.isEmpty ? "--like" : "--interpolate" }

  func words(_ note: SamplingNote) -> String {
    if case .userIsMeant = note { "\(userFlag) \(note)" } else { "\(note)" }
  }

  private func words(_ error: SamplingError) -> String {
    switch error {
    case .outOfRange(let setting, let value, let accepted):
      let steps = setting == .users && accepted.lowerBound > 1 ? ", one for each of --steps," : ""
      return "--\(setting.rawValue.kebabCased) \(value) is out of range; accepted: a "
        + "\(setting == .spread ? "number" : "whole number") from \(accepted.lowerBound)\(steps) to \(accepted.upperBound)"
    case .ownLengths(let source):
      return "--lengths own needs a user to take the length from; accepted with --from \(source): "
        + "auto, empirical, nearby, negative-binomial"
    case .popularityOfPlace:
      return "--keep-popularity is for users from the whole latent space, and \(userFlag) draws near a place in it; "
        + "accepted: \(Self.everywhere)"
    default: return "\(error)"
    }
  }

  /// The origins in the whole latent space.
  private static let everywhere = "--from prior, --from population, --from fitted"

  /// Every model that can be sampled.
  private static var drawnModels: String {
    "\(SamplingError.modelsWithDistribution), or with --from fitted \(SamplingError.modelsWithPoints)"
  }

  /// The error of a plan that does not fit the model.
  func explanation(
    of error: SamplingError, _ plan: SamplingPlan, _ directory: ModelDirectory, path: String
  ) -> any Error {
    func unfit(_ message: String, _ accepted: String) -> DataError {
      DataError(path: path, message: message, accepted: accepted)
    }
    switch error {
    case .outOfRange, .ownLengths, .popularityOfPlace: return UsageError(words(error))
    case .noLatentSpace(let model): return unfit("is \(model), which has no latent space", Self.drawnModels)
    case .noDistribution(let model):
      return unfit(
        "is \(model), which encodes users to points and has no distribution to draw from",
        "\(SamplingError.modelsWithDistribution), or --from fitted for a Gaussian fitted to the points")
    case .predictsRatings(let model):
      return unfit("is \(model), which predicts ratings, not interactions", Self.drawnModels)
    case .noItemProbabilities:
      return unfit(
        "has a gaussian likelihood, whose outputs are not log-probabilities of items",
        "a model with a multinomial or bernoulli likelihood")
    case .readsProtectedUsers:
      return UsageError(
        "\(path) was trained with --private, and its guarantee does not cover output that reads its training users; accepted: "
          + "--from prior, or --like and --interpolate with item ids, all without --data")
    case .damagedLengths:
      return DataError(
        path: path + "/config.json", message: "has an invalid profileLengths",
        accepted: "numbers of users by number of items, as written by train; or --data FILE")
    case .noTitles:
      return UsageError("--with-titles needs titles, and \(path) has none; accepted: --titles FILE")
    case .needsPeople:
      let isPopulation = plan.source == .population
      let needs =
        isPopulation || plan.source == .fitted
        ? "--from \(plan.source.name)" + (from == nil ? ", the default," : "") : "--lengths \(plan.lengths.rawValue)"
      return UsageError(
        "\(needs) needs the users that \(path) was trained on, which a saved model does not keep; add --data FILE"
          + (isPopulation && directory.configuration.isVariational ? ", or use --from prior" : ""))
    case .unknownUser(let text, let hasPeople):
      return DataError(
        path: userFlag, text: text,
        message: hasPeople
          ? "is neither a user of the training data nor a list of items of the model"
          : "is not a list of items of the model",
        accepted: hasPeople
          ? "a user of the data, or ids from items.txt" : "ids from items.txt, or a user of --data FILE")
    }
  }
}
