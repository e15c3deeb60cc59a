public import Autoencoders
public import Compute
public import Experiments
import FileFormats
public import Generation
public import InteractionData
import Presentation

/// Autoencoders and variational autoencoders as generators: fitted on some users, with their synthetic users compared with others.
///
/// Users are cut into two random halves. Models learn from one (a part of which chooses the epoch, and all of which the model is
/// then fitted again on), and draw as many synthetic users. Every measure looks at how far these are from the training users, and
/// so do the held-out ones in their place: with halves of equal size, that is the ceiling.
///
/// A variational model is fitted for generating (`Objective/generate`) unless its β has another cap than 1: what draws from the
/// prior is to be fitted to it. An autoencoder has no such choice.
///
/// ```swift
/// var comparison = try GenerativeComparison(interactions, seed: Seed(42), processor: processor)
/// comparison.temperatures = [0.5, 0.75, 1].compactMap { Temperature($0) }
/// comparison.guarantees = [1, 3, 8].map { PrivacyRequest(epsilon: $0, delta: 1e-6) }
/// comparison.options.utility = UtilityOptions()
/// let curves = try comparison.run([AE(), MultVAE()]).curves
/// ```
public struct GenerativeComparison: Sendable {
  /// The training half: what models are fitted on.
  public let split: RankingSplit
  /// The other half, over the items of the first; shape: H × I.
  public let heldOut: SparseRows
  /// How models are fitted.
  public var experiment: Experiment<RankingSplit>
  /// How much the audits look at; utility is left out unless it is set here.
  public var options = AuditOptions()
  /// The temperatures at which users are drawn from each source of a model, which is fitted once for all.
  public var temperatures: [Temperature] = [.one]
  /// Whether, at other temperatures than 1, items keep the expected shares that they have at 1
  /// (`PopularityCorrection`).
  public var keepsPopularity = false
  /// The guarantees of private fits: every model that can have them is fitted once more for each, and drawn from its
  /// prior alone (``privateRefusal(of:)``).
  ///
  /// Without a seed of its own, the noise comes from the seed of the comparison, so that its numbers can be repeated: no
  /// model leaves it, and the numbers are not covered by the guarantees in any case, because they are computed from the
  /// users.
  public var guarantees: [PrivacyRequest] = []
  /// The number of shadow generators, an even number: every fit is repeated as often on random halves of all users, for an
  /// attacker who knows how the generator is made (`ShadowAttack`); none by default.
  public var shadows = 0
  /// The accepted numbers of shadow generators, if there are any.
  public static let acceptedShadows = 4...1000
  /// Counted remarks about the halves.
  public let notes: [String]
  private let seed: Seed
  private let processor: Processor
  private let hash: String

  /// Divides users in halves.
  ///
  /// - Parameter validation: the share of the training half that chooses the epoch.
  /// - Throws: `DataError` when there are too few users.
  public init(_ data: Interactions, validation: Double = 0.1, seed: Seed, processor: Processor) throws {
    let (known, unseen) = try data.dividingUsers(heldOut: 0.5, seed: seed)
    split = try RankingSplit.users(
      known, heldOut: validation, seed: seed, forTraining: true, threads: processor.threads)
    let (rows, dropped) = unseen.rows(in: split.items)
    let (kept, none) = rows.filled
    heldOut = kept
    for (count, name) in [(known.users.count, "the training half"), (kept.rowCount, "the held-out half")]
    where count < AuditData.leastUsers {
      throw DataError(
        path: data.name, message: "has \(counted(count, "user")) in \(name), too few to compare distributions",
        accepted: "at least \(2 * AuditData.leastUsers) users")
    }
    var notes = data.notes
    if dropped > 0 {
      notes.append("\(counted(dropped, "interaction")) of held-out users with items that no training user has left out")
    }
    if none > 0 { notes.append("\(counted(none, "held-out user")) \(none == 1 ? "has" : "have") no other items") }
    self.notes = notes
    var fingerprint = Fingerprint()
    for part in [split.hash, unseen.hash] { fingerprint.add(part) }
    hash = fingerprint.hexadecimal
    experiment = Experiment(split, seed: seed, processor: processor)
    options.utility = nil
    (self.seed, self.processor) = (seed, processor)
  }

  /// Everybody a model is fitted on; shape: T × I.
  public var training: SparseRows { experiment.refits ? split.refit ?? split.train : split.train }

  /// Why no users can be drawn from a model, however it is trained; `nil` when they can.
  public static func refusal(of model: any ZooModel) -> String? {
    if model.task == .rating { return "\(model.name) predicts ratings, not interactions" }
    if type(of: model).latentKind == .none { return "\(model.name) has no latent space to draw from" }
    if model.hyperparameters["likelihood"]?.text == Likelihood.gaussian.rawValue {
      return "\(model.name) with a gaussian likelihood gives no item probabilities"
    }
    return nil
  }

  /// Why nothing can be drawn from a model that was trained privately, or why it cannot be; `nil` when it can.
  public static func privateRefusal(of model: any ZooModel) -> String? {
    if let obstacle = model.obstacleToPrivacy { return "\(model.name) \(obstacle)" }
    return model.isVariational ? nil : "\(model.name) has no prior to draw from"
  }

  /// The names of the built-in models that users can be drawn from.
  public static var models: [String] { Zoo.defaults.filter { refusal(of: $0) == nil }.map(\.name) }

  /// The names of the built-in models that can be fitted privately and drawn from.
  public static var privateModels: [String] { Zoo.defaults.filter { privateRefusal(of: $0) == nil }.map(\.name) }

  /// Fits every model, draws from it in every way it has, and holds what is drawn against the training users.
  ///
  /// - Throws: `TrainingError`, `DataError`; `ImpossibleGuarantee`, before anything is fitted.
  /// - Precondition: no model has a ``refusal(of:)``.
  public func run(_ models: [any ZooModel]) throws -> GenerativeResult {
    let fits = try fits(of: models)
    experiment.observer.onModels(trainings(of: fits))
    let attack: ShadowAttack? =
      shadows == 0
      ? nil
      : ShadowAttack(
        train: training, holdout: heldOut, shadows: shadows, most: options.maximumUsers, seed: seed,
        processor: processor)
    var (results, contenders): ([ModelResult], [GenerativeContender]) = ([], [])
    let warnings = warnings(of: fits)
    if !warnings.isEmpty { experiment.observer.onNotes(warnings) }
    var notes = leftOut(of: models) + warnings
    if keepsPopularity && temperatures.contains(where: { $0 != .one }) {
      notes.append("at temperatures other than 1, items keep the expected shares that they have at temperature 1")
    }
    var options = options
    for fit in fits {
      let (result, draw) = try fitted(fit)
      results.append(result)
      let first = contenders.count
      var likelihoods: [[Double]] = []
      try draw { source, temperature, rows in
        try goOn()
        var contender = GenerativeContender(
          model: fit.model.name, source: source, temperature: temperature,
          keepsPopularity: keepsPopularity && temperature != .one, guarantee: fit.guarantee,
          namesTemperature: temperatures != [.one])
        let synthetic = rows.synthetic(named: contender.label)
        notes += synthetic.notes
        let found = try audit(synthetic.rows, named: contender.label, options)
        // What training on real users and the attacker's reference models give is the same for all.
        options.know(found)
        for note in found.notes where options.utility != nil || !note.hasPrefix("utility") {
          if !notes.contains(note) { notes.append(note) }
        }
        (contender.users, contender.measures) = (synthetic.rows.rowCount, found.measures)
        contenders.append(contender)
        if let attack { likelihoods.append(try attack.likelihoods(under: synthetic.rows, check: goOn)) }
      }
      guard let attack else { continue }
      let others = try (0..<shadows).map { try shadow($0, of: fit, epochs: result.bestEpoch, attack) }
      for (way, own) in likelihoods.enumerated() {
        contenders[first + way].measures += attack.measures(own, shadows: others.map { $0[way] })
      }
    }
    return GenerativeResult(
      trainingUsers: training.rowCount, heldOutUsers: heldOut.rowCount, models: results, contenders: contenders,
      notes: notes)
  }

  /// Everything that ``run(_:)`` trains, for an estimate of memory: models, private fits with the largest batches that
  /// they may draw, and the model that measures utility.
  ///
  /// - Throws: `HyperparameterError` for a model whose batch size cannot be set.
  public func trained(_ models: [any ZooModel]) throws -> [any ZooModel] {
    var trained = models
    if !guarantees.isEmpty {
      for model in models where Self.privateRefusal(of: model) == nil {
        trained.append(try model.withLargestPrivateBatch(users: training.rowCount))
      }
    }
    if options.utility != nil { trained.append(MultVAE()) }
    return trained.reduce(into: []) { distinct, model in
      if !distinct.contains(where: model.isEqual) { distinct.append(model) }
    }
  }

  // MARK: Fits

  /// A model with the guarantee it is to have.
  private struct PlannedFit {
    let model: any ZooModel
    var guarantee: PrivacyRequest?
  }

  /// Every model as it is, followed by its private fits.
  private func fits(of models: [any ZooModel]) throws -> [PlannedFit] {
    var fits: [PlannedFit] = []
    for model in models {
      precondition(Self.refusal(of: model) == nil, "\(model.name) draws nobody")
      fits.append(PlannedFit(model: model, guarantee: nil))
      guard Self.privateRefusal(of: model) == nil, let trained = model as? any IterativeModel else { continue }
      for var request in guarantees.sorted(by: { $0.epsilon < $1.epsilon }) {
        if processor.precision != .float32 { throw ImpossibleGuarantee.precision }
        // A guarantee that is out of reach must not waste the fits before it.
        _ = try request.plan(users: training.rowCount, options: trained.training)
        request.noiseSeed = request.noiseSeed ?? seed.value
        fits.append(PlannedFit(model: model, guarantee: request))
      }
    }
    return fits
  }

  /// What is wrong with the guarantees, each once.
  private func warnings(of fits: [PlannedFit]) -> [String] {
    fits.compactMap { $0.guarantee?.remark(users: training.rowCount) }.reduce(into: []) { distinct, warning in
      if !distinct.contains(warning) { distinct.append(warning) }
    }
  }

  /// How many models are trained in all.
  private func trainings(of fits: [PlannedFit]) -> Int {
    let count = fits.count * (1 + shadows)
    guard let utility = options.utility else { return count }
    let sources = fits.reduce(0) { sum, fit in
      sum + (fit.guarantee == nil && fit.model.isVariational ? GenerativeSource.allCases.count : 1)
    }
    return count + UtilityAudit.trainings(utility, audits: sources * temperatures.count)
  }

  /// Fits a model.
  ///
  /// - Returns: what fitting took, and what draws from the model.
  private func fitted(_ plan: PlannedFit) throws -> (result: ModelResult, draw: Draw) {
    var experiment = experiment
    guard let request = plan.guarantee else {
      experiment.objective = Self.objective(of: plan.model)
      let (result, found) = try experiment.run(plan.model)
      return (result, draw(from: found, plan, training, seed))
    }
    let epsilon = Number.exact(request.epsilon)
    experiment.privacy = request
    experiment.observer = experiment.observer.appending(" with ε \(epsilon)")
    let watch = Stopwatch()
    let found = try experiment.fit(any: plan.model)
    var result = ModelResult(
      configuration: plan.model.settingsUsed(rows: training.rowCount), scores: [], bestEpoch: found.bestEpoch,
      parameters: found.model.parameterCount, seconds: .init(train: watch.seconds))
    result.label = "\(plan.model.name), ε \(epsilon)"
    return (result, draw(from: found, plan, training, seed))
  }

  /// Draws users from a model in every way it has.
  private typealias Draw = (_ visit: GenerativeDrawing.Visit) throws -> Void

  /// What draws from a fitted model.
  ///
  /// - Parameter rows: whom it was fitted on.
  private func draw(
    from found: Fit<any FittedModel>, _ plan: PlannedFit, _ rows: SparseRows, _ seed: Seed
  ) -> Draw {
    let drawing = GenerativeDrawing(
      users: Profiles(items: rows, trainingRows: Array(0..<rows.rowCount)), count: count,
      temperatures: temperatures.sorted { $0.value < $1.value }, keepsPopularity: keepsPopularity, seed: seed,
      processor: processor)
    guard let request = plan.guarantee else { return { try drawing.draw(from: found.model, $0) } }
    guard let guarantee = found.guarantee else { preconditionFailure("\(plan.model.name) was not fitted privately") }
    return { try drawing.draw(from: found.model, under: guarantee, secret: request.secret, $0) }
  }

  /// Fits a model as before on the users of a shadow, and draws as many users from it in the same ways.
  ///
  /// - Parameter epochs: as many as the fit under attack had.
  /// - Returns: for each way, how probable its users make the people whom the attacker tells apart.
  private func shadow(_ place: Int, of plan: PlannedFit, epochs: Int, _ attack: ShadowAttack) throws -> [[Double]] {
    var plan = plan
    let (rows, seed) = (attack.users(of: place), seed.derived(for: AuditDraw.shadowTraining, place))
    plan.guarantee?.noiseSeed = seed.value
    var shadow = Experiment(RankingSplit(training: rows, items: split.items), seed: seed, processor: processor)
    shadow.observer = experiment.observer.appending(" (shadow \(place + 1) of \(shadows))")
    shadow.privacy = plan.guarantee
    if plan.guarantee == nil {
      shadow.objective = Self.objective(of: plan.model)
      shadow.knownEpochs = epochs > 0 ? epochs : nil
    }
    var found: [[Double]] = []
    let drawing = try draw(from: shadow.fit(any: plan.model), plan, rows, seed)
    try drawing { _, _, drawn in
      found.append(try attack.likelihoods(under: drawn.filled.rows, check: goOn))
    }
    return found
  }

  private func goOn() throws {
    if experiment.observer.isInterrupted() { throw TrainingError.interrupted }
  }

  /// A note on the models that have no private fit.
  private func leftOut(of models: [any ZooModel]) -> [String] {
    let reasons = guarantees.isEmpty ? [] : models.compactMap { Self.privateRefusal(of: $0) }
    return reasons.isEmpty ? [] : ["not fitted privately: \(reasons.joined(separator: "; "))"]
  }

  /// How many synthetic users each contender draws.
  private var count: Int { min(training.rowCount, options.maximumUsers) }

  private static func objective(of model: any ZooModel) -> TrainingObjective {
    model.canGenerate ? .generate : .recommend
  }

  // MARK: Audits

  private func audit(_ synthetic: SparseRows, named label: String, _ options: AuditOptions) throws -> AuditResult {
    var auditor = Auditor(seed: seed, processor: processor)
    auditor.options = options
    auditor.observer = experiment.observer
    // Names go into the columns of a log, which commas separate.
    auditor.label = label.replacing(",", with: "")
    // They are counted with the others.
    auditor.observer.onModels = { _ in }
    return try auditor.audit(
      AuditData(
        items: split.items, train: training, synthetic: synthetic, holdout: heldOut,
        names: ("the training users", "the held-out users", label)))
  }

  /// The halves in the JSON document, test meaning the held-out half.
  public var description: SplitDescription {
    var halves = split.description
    (halves.train, halves.trainUsers) = (training.nonZeroCount, training.rowCount)
    (halves.test, halves.testUsers) = (heldOut.nonZeroCount, heldOut.rowCount)
    halves.hash = hash
    return halves
  }
}
