import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Presentation

/// The utility of synthetic users for training, measured on unseen real users.
///
/// Every model is trained on real, and again on synthetic users, a tenth of whom choose the epoch: who has only synthetic
/// users can do no better. Tests are the holdout users, a fifth of each one's items to be found from the rest.
struct UtilityAudit: Sendable {
  private static let models: [any ZooModel] = [Popularity(), DAE(), MultDAE(), MultVAE()]
  private static let few: [any ZooModel] = [Popularity(), MultVAE()]
  private static let metric = Metric(.ndcg, at: 100)

  var utility = AuditUtility()
  var realScores = RealScores(fingerprint: "", values: [:])
  var notes: [String] = []

  /// How many models several audits against the same real users train, those on the real users once.
  static func trainings(_ options: UtilityOptions, audits: Int) -> Int {
    let models = options.tstrOnly ? few.count : models.count
    return (options.known == nil ? models : 0) + audits * (models + (options.tstrOnly ? 0 : 1))
  }

  /// - Parameter label: what the synthetic users are called in the names of trainings on them.
  init?(
    _ data: AuditData, options: UtilityOptions, label: String? = nil, seed: Seed, processor: Processor,
    observer: RunObserver
  ) throws {
    guard let holdout = data.holdout else { return nil }
    let users = Self.interactions(holdout.drawing(options.testUsers, seed, .utilityTest), data.items, "holdout")
    guard let test = HeldOutUsers.foldingIn(users, items: data.items, seed: seed).users else { return nil }
    let real = data.train.drawing(options.users, seed, .utilityReal)
    // Equally many, so that only what the users are makes the difference.
    let synthetic = data.synthetic.drawing(real.rowCount, seed, .utilitySynthetic)
    let count = min(real.rowCount, synthetic.rowCount)
    let pools: [(AuditUtility.Source, SparseRows)] = [
      (.real, real.drawing(count, seed, .utilityRealAsMany)), (.synthetic, synthetic),
    ]
    notes.append(
      "utility: each model trained on \(count) real and on \(count) synthetic users for at most \(counted(options.epochs, "epoch")), "
        + "tested on \(counted(test.userIDs.count, "holdout user"))")
    // What training on real users gives does not depend on the synthetic ones: an earlier audit may have found it out.
    let split = pools.map { Self.split($0.1, data.items, test, seed) }
    let fingerprint = Self.fingerprint(split[0], options, seed, processor)
    let known = options.known.flatMap { $0.fingerprint == fingerprint ? $0 : nil }
    realScores = RealScores(fingerprint: fingerprint, values: known?.values ?? [:])
    func found(_ model: any ZooModel, _ source: AuditUtility.Source) -> [Double]? {
      guard source == .real, let values = realScores.values[model.name], values.count == test.userIDs.count else {
        return nil
      }
      return values
    }
    func run(_ model: any ZooModel, _ source: AuditUtility.Source, _ split: RankingSplit) throws -> [Double] {
      if let values = found(model, source) {
        record(model, source, values)
        return values
      }
      var experiment = Experiment(split, seed: seed, processor: processor)
      experiment.metrics = [Self.metric]
      experiment.observer = observer.measuringUtility(source.trainingUsers(label))
      var trained = model
      if model.has("epochs") { trained = try model.setting(["epochs": .number(Double(options.epochs))]) }
      let values = try experiment.run(trained).result[Self.metric]?.values ?? []
      if source == .real { realScores.values[model.name] = values }
      record(model, source, values)
      return values
    }
    let models = options.tstrOnly ? Self.few : Self.models
    let trainings = models.flatMap { model in pools.map { found(model, $0.0) } }.count { $0 == nil }
    observer.onModels(trainings + (options.tstrOnly ? 0 : 1))
    var values: [[[Double]]] = []
    for model in models {
      values.append(try zip(pools, split).map { try run(model, $0.0, $1) })
    }
    let (first, last) = (values[0], values[values.count - 1])
    utility.measures = [
      Self.measure(.popularityUtility, first[1], first[0]), Self.measure(.vaeUtility, last[1], last[0]),
    ]
    if options.tstrOnly { return }
    let both = try run(
      Self.models[3], .both, Self.split(pools[0].1.followed(by: pools[1].1), data.items, test, seed))
    utility.measures += [Self.measure(.augmentation, both, last[0]), Self.agreement(values)]
  }

  private mutating func record(_ model: any ZooModel, _ source: AuditUtility.Source, _ values: [Double]) {
    utility.scores.append(
      .init(
        model: model.name, trainedOn: source, value: Statistics.mean(values),
        standardError: Statistics.standardError(values)))
  }

  /// Everything that decides what training on real users gives.
  private static func fingerprint(
    _ split: RankingSplit, _ options: UtilityOptions, _ seed: Seed, _ processor: Processor
  ) -> String {
    var fingerprint = Fingerprint()
    for text in [split.hash, processor.name, DoppelVersion.current] { fingerprint.add(text) }
    fingerprint.add(seed.value)
    fingerprint.add(options.epochs)
    return fingerprint.hexadecimal
  }

  /// Paired over test users.
  private static func measure(_ kind: AuditMeasureKind, _ value: [Double], _ ceiling: [Double]) -> AuditMeasure {
    let ratio = Statistics.mean(value) / max(Statistics.mean(ceiling), 1e-12)
    return GapRule.measure(
      kind, value: Statistics.mean(value), standardError: Statistics.standardError(value),
      ceiling: Statistics.mean(ceiling), ceilingError: Statistics.standardError(ceiling),
      gapError: Statistics.standardError(zip(value, ceiling).map { $0 - $1 }), details: ["ratio": ratio],
      remark: "\(Number.percent(ratio)) of training on real users.")
  }

  /// Kendall's τ-b of the models' means; judged by whether an order that is shown on real data is turned around.
  private static func agreement(_ values: [[[Double]]]) -> AuditMeasure {
    let means = values.map { $0.map(Statistics.mean) }
    let tau = Statistics.kendall(means.map { $0[0] }, means.map { $0[1] })
    var (shown, reversed, kept) = (0, 0, 0)
    for a in values.indices {
      for b in values.indices.dropFirst(a + 1) {
        let signs = (0...1).map { source -> Int in
          let differences = zip(values[a][source], values[b][source]).map { $0 - $1 }
          let error = Statistics.standardError(differences)
          let reach = Statistics.normalCritical(level: AuditGap.level) * error
          let mean = Statistics.mean(differences)
          return abs(mean) <= reach ? 0 : mean > 0 ? 1 : -1
        }
        if signs[0] == 0 { continue }
        shown += 1
        if signs[1] == -signs[0] { reversed += 1 }
        if signs[1] == signs[0] { kept += 1 }
      }
    }
    let judgement: AuditJudgement =
      shown == 0 ? .notJudged : reversed > 0 ? .fails : kept == shown ? .atCeiling : .open
    return AuditMeasure(
      kind: .rankingAgreement, value: tau, ceiling: 1, judgement: judgement,
      details: ["pairsShownOnReal": Double(shown), "kept": Double(kept), "reversed": Double(reversed)],
      sentence: shown == 0
        ? "No models differ significantly on real data, so there is no order to preserve."
        : "Of \(shown) significant differences between models trained on real users, \(kept) are also significant and "
          + "\(reversed) reversed after training on synthetic users.")
  }

  private static func split(_ rows: SparseRows, _ items: Vocabulary, _ test: HeldOutUsers, _ seed: Seed) -> RankingSplit
  {
    var random = seed.stream(for: AuditDraw.utilityValidation)
    let order = random.permutation(rows.rowCount)
    let aside = max(1, rows.rowCount / 10)
    let training = rows.selecting(rows: order[aside...].sorted())
    let chosen = interactions(rows.selecting(rows: order[..<aside].sorted()), items, "validation")
    return RankingSplit(
      kind: .users, items: items, trainUserIDs: (0..<training.rowCount).map { "\($0)" }, train: training,
      validation: HeldOutUsers.foldingIn(chosen, items: items, seed: seed).users, refit: nil, test: test)
  }

  private static func interactions(_ rows: SparseRows, _ items: Vocabulary, _ name: String) -> Interactions {
    UserRows(ids: (0..<rows.rowCount).map { "\($0)" }, rows: rows).interactions(name: name, items: items)
  }
}

extension AuditUtility.Source {
  /// Whom a model was trained on, after its name: the label is that of the synthetic users, and real ones have none.
  fileprivate func trainingUsers(_ label: String?) -> String {
    let which = label.map { " (\($0))" } ?? ""
    return switch self {
    case .real: " on real users"
    case .synthetic: " on synthetic users" + which
    case .both: " on real and synthetic users" + which
    }
  }
}
