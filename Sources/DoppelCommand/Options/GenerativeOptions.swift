import ArgumentParser
import Doppel

/// The flags of `compare --generative`.
struct GenerativeOptions: ParsableArguments {
  @Flag(
    help: """
      Compare the models as generators: synthetic users of each against held-out real users (default models: \
      ae,mult-dae,mult-vae).
      """)
  var generative = false
  @Option(
    help: ArgumentHelp(
      "Maximum number of users of each kind in distance measures (default: \(AuditOptions().maximumUsers)).",
      valueName: "n")
  )
  var maxUsers: Int?
  @Option(
    help: ArgumentHelp(
      "Draw at each of these temperatures, such as 0.5,0.75,1 (default: 1); a model is fitted once for all of them.",
      valueName: "list"))
  var temperatures: String?
  @Flag(
    help: """
      With --temperatures: every item keeps the expected share of users that it has at temperature 1, as with sample \
      --keep-popularity.
      """)
  var keepPopularity = false
  @Flag(
    help: """
      Also measure utility: train popularity and mult-vae on the synthetic users of each source and on real users, and \
      test them on the held-out ones.
      """)
  var utility = false
  @Option(
    help: ArgumentHelp(
      "With --utility: maximum number of epochs per training (default: \(UtilityOptions().epochs)).", valueName: "n"))
  var utilityEpochs: Int?
  @Option(
    help: ArgumentHelp(
      """
      Also attack with shadow models: train every generator this many times more (an even number), on random halves of all \
      users, for an attacker who knows how it is made.
      """, valueName: "n"))
  var shadows: Int?
  @Option(
    name: .customLong("private"),
    help: ArgumentHelp(
      """
      Also fit with user-level differential privacy, once for each of these ε, such as 1,3,8, and draw from the prior; \
      for \(GenerativeOptions.privateModels).
      """, valueName: "list"))
  var epsilons: String?
  @Option(help: ArgumentHelp("With --private: δ, well below 1 / users, such as 1e-6.", valueName: "δ"))
  var delta: Double?
  @Option(help: ArgumentHelp("With --private: the largest norm of a user's gradient (default: 1).", valueName: "C"))
  var clip: Double?

  /// The models that can be fitted privately and drawn from.
  private static var privateModels: String { GenerativeComparison.privateModels.joined(separator: ", ") }

  /// Flags that are for comparing lists, and flags without the one that they need.
  var idleFlags: [IdleFlags] {
    [
      IdleFlags(
        ["--save-split", "--metrics", "--per-user", "--seeds", "--folds", "--table", "--tensorboard"], when: generative,
        "cannot be combined with --generative"),
      IdleFlags(
        [
          "--temperatures", "--keep-popularity", "--utility", "--utility-epochs", "--shadows", "--private", "--delta",
          "--clip",
        ], when: !generative, "needs --generative"),
      IdleFlags(
        ["--keep-popularity"], when: (try? chosenTemperatures()) == [.one],
        "has no effect at temperature 1; accepted: with other --temperatures, such as 0.5,0.75,1"),
      IdleFlags(["--utility-epochs"], when: !utility, "needs --utility"),
      IdleFlags(["--delta", "--clip"], when: epsilons == nil, "needs --private"),
    ]
  }

  func validate() throws {
    if let maxUsers {
      if !generative { throw ValidationError("--max-users needs --generative") }
      if maxUsers < 100 {
        throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 100")
      }
    }
    if let utilityEpochs, utilityEpochs < 1 {
      throw ValidationError("--utility-epochs \(utilityEpochs) is too few; accepted: a whole number from 1")
    }
    let accepted = GenerativeComparison.acceptedShadows
    if let shadows, !(accepted ~= shadows && shadows % 2 == 0) {
      throw ValidationError(
        "--shadows \(shadows) is \(accepted ~= shadows ? "odd" : "out of range"); accepted: an even number from "
          + "\(accepted.lowerBound) to \(accepted.upperBound), such as 16")
    }
    _ = try chosenTemperatures()
    if let epsilons { _ = try Self.numbers("--private", epsilons, example: "1,3,8") }
  }

  /// The temperatures, in ascending order.
  ///
  /// - Throws: `ValidationError`.
  func chosenTemperatures() throws -> [Temperature] {
    try temperatures.map(Self.parsedTemperatures) ?? [.one]
  }

  /// The temperatures of a list, in ascending order.
  ///
  /// - Throws: `ValidationError`.
  static func parsedTemperatures(_ list: String) throws -> [Temperature] {
    try numbers("--temperatures", list, example: "0.5,0.75,1").map { number in
      guard let temperature = Temperature(number) else {
        throw ValidationError(
          "--temperatures \(Number.plain(number)) is out of range; accepted: numbers from 0.000001, such as 0.5,0.75,1")
      }
      return temperature
    }
  }

  /// How utility is measured; `nil` without `--utility`.
  var utilityOptions: UtilityOptions? {
    if !utility { return nil }
    var options = UtilityOptions()
    options.tstrOnly = true
    if let utilityEpochs { options.epochs = utilityEpochs }
    return options
  }

  /// The requested guarantees; none without `--private`.
  ///
  /// - Throws: ``UsageError``, `ImpossibleGuarantee`, `ValidationError`.
  func guarantees() throws -> [PrivacyRequest] {
    guard let epsilons else { return [] }
    guard let delta else {
      throw UsageError(
        "--private needs --delta: a guarantee is an ε and a δ; accepted: a δ well below 1 / users, such as 1e-6")
    }
    return try Self.numbers("--private", epsilons, example: "1,3,8").map { epsilon in
      let request = PrivacyRequest(epsilon: epsilon, delta: delta, clip: clip ?? 1)
      try request.check()
      return request
    }
  }

  /// The numbers of a list in ascending order, each once.
  private static func numbers(_ flag: String, _ text: String, example: String) throws -> [Double] {
    let accepted = "accepted: numbers such as \(example)"
    var numbers: [Double] = []
    for word in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
      guard let number = Double(word), number.isFinite else {
        throw ValidationError("\(flag) \(word) is not a number; \(accepted)")
      }
      if numbers.contains(number) {
        throw ValidationError("\(flag) has \(Number.plain(number)) twice; \(accepted), each once")
      }
      numbers.append(number)
    }
    if numbers.isEmpty { throw ValidationError("\(flag) is empty; \(accepted)") }
    return numbers.sorted()
  }
}
