import ArgumentParser
import Doppel
import FileFormats

/// Where synthetic users come from.
enum SampleOrigin: String, CaseIterable {
  case prior, population, user, fitted
}

/// Where profile lengths come from.
enum SampleLengths: String, CaseIterable {
  case auto, own, empirical, nearby
  case negativeBinomial = "negative-binomial"
}

/// What `doppel sample` draws from and how.
struct SampleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      prior, population (a real user's posterior, each time another's), user (the posterior of --like) or fitted (a \
      Gaussian laid over the codes; the only one for a model without distributions). Default: population.
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
      "Below 1 favours the most probable items, above 1 flattens the distribution.", valueName: "t"))
  var temperature = 1.0
  @Flag(help: "Draw items with replacement and write their counts: exactly the model's multinomial.")
  var counts = false
  @Option(
    help: ArgumentHelp(
      """
      empirical (as in the training data), negative-binomial (fitted to them), nearby (as users near the latent vector), \
      own (as the user the vector comes from), or auto: own with --like and --interpolate; elsewhere empirical, unless \
      the place foretells the length, then own for the population and nearby for other origins.
      """, valueName: "law"), completion: .list(SampleLengths.allCases.map(\.rawValue)))
  var lengths = SampleLengths.auto.rawValue

  /// Checked before anything is read.
  struct Plan {
    enum Source {
      case prior, population, fitted
      case user(like: String, spread: Double)
      case way(from: String, to: String, steps: Int, Interpolation)
    }
    var source: Source
    var isDefault: Bool
    var temperature: Temperature
    var law: ItemLaw
    var lengths: SampleLengths
    var users: Int

    /// Whether vectors come from everywhere, not from one or two users who are named.
    var isWithoutOwnLength: Bool {
      switch source {
      case .prior, .population, .fitted: true
      case .user, .way: false
      }
    }

    /// The name of the source in messages and results.
    var name: String {
      switch source {
      case .prior: "prior"
      case .population: "population"
      case .fitted: "fitted"
      case .user: "user"
      case .way: "interpolation"
      }
    }
  }

  /// The plan given by the flags.
  ///
  /// - Throws: ``UsageError`` for values out of range, and flags that do not go together.
  func plan(users: Int?) throws -> Plan {
    let origin = try from.map { try Self.parse($0, "--from", SampleOrigin.self) }
    guard let temperature = Temperature(temperature) else {
      throw UsageError("--temperature \(self.temperature) is out of range; accepted: a number from 0.000001")
    }
    let source = try source(origin)
    let least: Int
    if case .way(_, _, let steps, _) = source { least = steps } else { least = 1 }
    let count = users ?? (least > 1 ? least : 1000)
    guard count >= least, count <= 1_000_000_000 else {
      throw UsageError(
        "--users \(count) is out of range; accepted: a whole number from \(least)"
          + (least > 1 ? ", one for each of --steps," : "") + " to 1000000000")
    }
    let lengths = try Self.parse(lengths, "--lengths", SampleLengths.self)
    let plan = Plan(
      source: source, isDefault: from == nil, temperature: temperature,
      law: counts ? .multinomial : .withoutReplacement,
      lengths: lengths, users: count)
    if lengths == .own && ["prior", "fitted"].contains(plan.name) {
      throw UsageError(
        "--lengths own needs a user to take the length from; accepted with --from \(plan.name): "
          + "auto, empirical, nearby, negative-binomial")
    }
    return plan
  }

  private func source(_ origin: SampleOrigin?) throws -> Plan.Source {
    if !interpolate.isEmpty {
      guard interpolate.count == 2 else {
        throw UsageError("--interpolate takes two, not \(interpolate.count); accepted: --interpolate A B --steps 10")
      }
      guard origin == nil && like == nil else {
        throw UsageError("--interpolate cannot be combined with --from or --like")
      }
      guard spread == nil else { throw UsageError("--spread needs --like and cannot be combined with --interpolate") }
      let steps = steps ?? 10
      guard 2...100_000 ~= steps else {
        throw UsageError("--steps \(steps) is out of range; accepted: a whole number from 2 to 100000")
      }
      let way = try self.way.map { try Self.parse($0, "--way", Interpolation.self) } ?? .spherical
      return .way(from: interpolate[0], to: interpolate[1], steps: steps, way)
    }
    guard steps == nil && way == nil else { throw UsageError("--steps and --way need --interpolate A B") }
    if let like {
      guard origin == nil || origin == .user else {
        throw UsageError("--like needs --from user, not --from \(from ?? "")")
      }
      let spread = spread ?? 1
      guard spread.isFinite && 0...1000 ~= spread else {
        throw UsageError("--spread \(spread) is out of range; accepted: a number from 0 to 1000")
      }
      return .user(like: like, spread: spread)
    }
    guard spread == nil else { throw UsageError("--spread needs --like") }
    switch origin {
    case .user: throw UsageError("--from user needs --like, a user of --data or item ids separated by commas")
    case .prior: return .prior
    case .fitted: return .fitted
    case .population, nil: return .population
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
