public import Autoencoders
public import Compute
public import Experiments
import FileFormats
public import Generation
public import InteractionData
import Presentation

/// A choice of temperature and profile lengths for synthetic users of a saved model, by a stated objective.
///
/// Every temperature is tried with as many synthetic users as there are training users, drawn with streams of their own.
/// They are audited against the training users and against held-out users, whom the model has not seen. At the best
/// temperature, other laws of profile lengths are tried, unless the plan names one. ``SamplingObjective`` decides, first
/// among the temperatures and then among all candidates.
///
/// The held-out users take part in the choice. The figures of the best candidate are therefore somewhat optimistic, and
/// no privacy guarantee covers what is drawn.
///
/// ```swift
/// var choice = try SamplingChoice(of: directory, people: people, heldOut: others, seed: Seed(42), processor: processor)
/// choice.temperatures = [0.5, 0.75, 1].compactMap { Temperature($0) }
/// let plan = try choice.decide(SamplingPlan()).applied(to: SamplingPlan())
/// ```
public struct SamplingChoice: Sendable {
  /// The temperatures that are tried unless others are set.
  public static let defaultTemperatures = [0.5, 0.6, 0.75, 0.9, 1].compactMap { Temperature($0) }

  /// The temperatures that are tried.
  public var temperatures = SamplingChoice.defaultTemperatures
  /// What decides.
  public var objective = SamplingObjective()
  /// How the models are trained that measure utility; only popularity and mult-vae by default.
  public var utility: UtilityOptions
  /// The largest number of users of each kind: of those drawn for a candidate, and in the measures.
  public var maximumUsers = AuditOptions().maximumUsers
  /// Receives the progress of the trainings; asked between and during candidates whether to stop.
  public var observer = RunObserver()
  /// Remarks about the held-out users.
  ///
  /// What an audit notes as well is also in ``SamplingDecision/notes``.
  public let notes: [String]
  private let directory: ModelDirectory
  private let users: (ids: [String], profiles: Profiles)
  private let areRemade: Bool
  private let usersName: String
  /// Shape: H × I.
  private let heldOut: SparseRows
  private let heldOutName: String
  private let seed: Seed
  private let processor: Processor

  /// Reads the training users, and takes the held-out users over the items of the model.
  ///
  /// - Parameters:
  ///   - directory: the model.
  ///   - people: the users it was trained on.
  ///   - heldOut: users it has not seen; items that the model does not know are left out.
  /// - Throws: ``ImpossibleSamplingChoice/privateModel``; `DataError` for fewer than ``AuditData/leastUsers`` users of
  ///   either kind, and if more than half of the held-out users have the items of a training user; what reading `people` throws.
  public init(
    of directory: ModelDirectory, people: SamplingPeople, heldOut: Interactions, seed: Seed, processor: Processor
  ) throws {
    if directory.record.privacy != nil { throw ImpossibleSamplingChoice.privateModel }
    users = try people.read()
    let (rows, unknown) = heldOut.rows(in: directory.items)
    let (kept, none) = rows.filled
    self.heldOut = kept
    for (count, name) in [(users.profiles.items.rowCount, people.name), (kept.rowCount, heldOut.name)]
    where count < AuditData.leastUsers {
      throw DataError(
        path: name, message: "has \(counted(count, "user")) with items of the model, too few to compare distributions",
        accepted: "at least \(AuditData.leastUsers) users")
    }
    let same = AuditData.equalProfiles(of: kept, in: users.profiles.items)
    if let error = AuditData.notUnseen(same, of: kept.rowCount, heldOut.name) { throw error }
    var notes = AuditData.notes(of: heldOut)
    if unknown > 0 {
      notes.append(
        "\(heldOut.name): \(counted(unknown, "interaction")) with items that are not in the model left out")
    }
    if none > 0 { notes.append("\(heldOut.name): \(counted(none, "user")) without an item of the model left out") }
    notes += AuditData.sharedIDs(Vocabulary(ids: users.ids), people.name, heldOut)
    // The audits of the candidates note it as well, but only after trainings.
    let other = BlindAttack.note(train: users.profiles.items, people.name, holdout: kept, heldOut.name)
    notes += [other].compactMap(\.self)
    self.notes = notes
    utility = UtilityOptions()
    utility.tstrOnly = true
    (self.directory, areRemade) = (directory, people.areRemade)
    (usersName, heldOutName) = (people.name, heldOut.name)
    (self.seed, self.processor) = (seed, processor)
  }

  /// Checks that temperature and lengths of a plan can be chosen.
  ///
  /// - Throws: ``ImpossibleSamplingChoice``.
  public static func check(_ plan: SamplingPlan) throws(ImpossibleSamplingChoice) {
    switch plan.source {
    case .prior, .population, .fitted: break
    case .user, .interpolation: throw .source(plan.source.name)
    }
    if plan.law != .withoutReplacement { throw .counts }
  }

  /// Tries all candidates for a plan, of which temperature, number of users and automatic lengths do not matter.
  ///
  /// The same seed gives the same decision at any number of threads.
  ///
  /// - Throws: ``ImpossibleSamplingChoice``; `SamplingError` for a plan that cannot be carried out with this model;
  ///   `TrainingError`, also when the observer is interrupted; `DataError`; `GSLError`.
  public func decide(_ plan: SamplingPlan) throws -> SamplingDecision {
    try Self.check(plan)
    let laws = plan.lengths == .auto ? Self.laws(of: plan.source) : []
    // Automatic lengths are one of the laws.
    let count = temperatures.count + max(0, laws.count - 1)
    observer.onModels(UtilityAudit.trainings(utility, audits: count))
    var trials = Trials(options: options)
    for temperature in temperatures.sorted(by: { $0.value < $1.value }) {
      try measure(draw(plan, temperature, plan.lengths), &trials)
    }
    guard let first = SamplingDecision(objective, trials.candidates)?.chosen else {
      throw ImpossibleSamplingChoice.noTemperatures
    }
    for law in laws where law != first.lengths {
      let drawn: Drawn
      do {
        drawn = try draw(plan, first.temperature, law)
      } catch let error as GSLError where law == .negativeBinomial {
        trials.note(["\(law.rawValue) lengths not tried: \(error)"])
        continue
      }
      try measure(drawn, &trials)
    }
    guard let decision = SamplingDecision(objective, trials.candidates, notes: trials.notes) else {
      throw ImpossibleSamplingChoice.noTemperatures
    }
    return decision
  }

  /// The laws of lengths for a source; that of the user drawn from exists for the population alone, and `nearby` takes its
  /// place elsewhere.
  private static func laws(of source: SamplingPlan.Source) -> [SamplingPlan.Lengths] {
    [.empirical, source == .population ? .own : .nearby, .negativeBinomial]
  }

  private var options: AuditOptions {
    var options = AuditOptions()
    (options.maximumUsers, options.utility) = (maximumUsers, utility)
    // The objective uses no figure that comes from these.
    (options.permutations, options.resamples) = (9, 4)
    return options
  }

  // MARK: Candidates

  /// Everything found so far.
  private struct Trials {
    /// With what audits of earlier candidates have found out about the real users.
    var options: AuditOptions
    var candidates: [SamplingCandidate] = []
    var notes: [String] = []

    /// Adds notes, each once.
    mutating func note(_ more: [String]) {
      for note in more where !notes.contains(note) { notes.append(note) }
    }
  }

  /// Synthetic users, with their settings.
  private struct Drawn {
    let temperature: Temperature
    let lengths: SamplingPlan.Lengths
    let rows: SparseRows
  }

  private func draw(
    _ plan: SamplingPlan, _ temperature: Temperature, _ lengths: SamplingPlan.Lengths
  ) throws -> Drawn {
    var plan = plan
    (plan.temperature, plan.lengths, plan.firstUser, plan.hasTitles) = (temperature, lengths, 1, false)
    plan.users = min(users.profiles.items.rowCount, maximumUsers)
    let known = SamplingPeople(areRemade: areRemade) { [users] in users }
    // All candidates have the same streams, so that chance makes less of a difference.
    let (rows, law) = try plan.rows(
      from: directory, people: known, seed: seed.derived(for: AuditDraw.choiceUsers), processor: processor
    ) { if observer.isInterrupted() { throw TrainingError.interrupted } }
    return Drawn(temperature: temperature, lengths: law, rows: rows)
  }

  private func measure(_ drawn: Drawn, _ trials: inout Trials) throws {
    if observer.isInterrupted() { throw TrainingError.interrupted }
    // Without commas, which separate the columns of a log.
    let name = "T \(Number.exact(drawn.temperature.value)) with \(drawn.lengths.rawValue) lengths"
    let synthetic = drawn.rows.synthetic(named: name)
    trials.note(synthetic.notes)
    var auditor = Auditor(seed: seed, processor: processor)
    auditor.options = trials.options
    (auditor.observer, auditor.label) = (observer, name)
    // They are counted with the others.
    auditor.observer.onModels = { _ in }
    let found = try auditor.audit(
      AuditData(
        items: directory.items, train: users.profiles.items, synthetic: synthetic.rows,
        holdout: heldOut, names: (usersName, heldOutName, "the users drawn at \(name)")))
    trials.options.know(found)
    trials.note(found.notes)
    guard let utility = found[.vaeUtility], let value = utility.value else { throw ImpossibleSamplingChoice.noUtility }
    guard let attack = found.strongestAttack, let area = attack.value else { throw ImpossibleSamplingChoice.noAttack }
    let attackers = found.privacy.measures.attacks.count { $0.value != nil }
    if attackers < AuditMeasureKind.attackAreas.count {
      trials.note([
        "only \(attackers) of \(AuditMeasureKind.attackAreas.count) attackers could be run: the one by likelihood ratio, "
          + "usually the strongest, needs \(2 * LikelihoodRatio.least) held-out users"
      ])
    }
    trials.candidates.append(
      SamplingCandidate(
        temperature: drawn.temperature, lengths: drawn.lengths, utility: value, utilityError: utility.standardError,
        shareOfReal: utility.details["ratio"] ?? .nan, attack: area, attackError: attack.standardError,
        attacker: attack.kind, classifier: found[.twoSampleTest]?.value))
  }
}

/// The reason why temperature and lengths cannot be chosen.
public enum ImpossibleSamplingChoice: Error, Equatable, CustomStringConvertible {
  /// The model was trained privately; its guarantee does not cover what is chosen by looking at the training users.
  case privateModel
  /// Vectors come from one or two named users.
  case source(String)
  /// Items are drawn with replacement.
  case counts
  /// There is no temperature to try.
  case noTemperatures
  /// Utility cannot be measured.
  case noUtility
  /// No attacker can be run.
  case noAttack

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .privateModel:
      "the guarantee of this model does not cover settings that are chosen by its training users; accepted: a temperature"
    case .source(let name):
      "temperature and lengths are chosen for draws from the whole latent space, and the source \(name) draws near or "
        + "between given users; accepted: prior, population, fitted"
    case .counts: "the audit is about sets of items, not about counts; accepted: items drawn without replacement"
    case .noTemperatures: "there is no temperature to choose from; accepted: one or more"
    case .noUtility:
      "utility cannot be measured, because no held-out user has five items of the model; accepted: held-out users with "
        + "longer profiles"
    case .noAttack:
      "no attacker can be run, because training or held-out users have no items in common with others; accepted: more "
        + "users"
    }
  }
}
