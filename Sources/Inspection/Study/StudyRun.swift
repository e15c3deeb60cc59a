public import Autoencoders
public import Compute
import Experiments
import FileFormats
public import InteractionData

/// A saved model to inspect, and what to call it.
public struct InspectionSubject: Sendable {
  /// Its name in tables; unlike any other.
  public let label: String
  /// The model.
  public let directory: ModelDirectory

  /// Names a model.
  public init(label: String, directory: ModelDirectory) {
    self.label = label
    self.directory = directory
  }
}

extension InspectionStudy {
  /// Inspects several models on the users of a data set.
  ///
  /// - Parameters:
  ///   - subjects: at least one; all must know the same items.
  ///   - truth: the true tastes of the users, where they are known.
  ///   - onModel: called before each model.
  /// - Throws: `DataError` for a model without latent codes of users or with more than
  ///   `AggregatePosterior.mostCorrelatedDimensions`, models of different items, or data without any item of theirs;
  ///   `GSLError`.
  public init(
    _ subjects: [InspectionSubject], on data: Interactions, truth: Truth? = nil,
    options: InspectionOptions = InspectionOptions(), seed: Seed, processor: Processor,
    onModel: (String) -> Void = { _ in }
  ) throws {
    guard let first = subjects.first else { preconditionFailure("nothing to inspect") }
    for subject in subjects {
      try subject.check(against: first)
      try subject.checkWidth()
    }
    let chosen = try ChosenUsers(data, items: first.directory.items, limit: options.maximumUsers, seed: seed)

    var notes = chosen.notes
    var models: [InspectedModel] = []
    var centers: [(label: String, centers: Matrix<Float>)] = []
    for subject in subjects {
      onModel(subject.label)
      let inspector = chosen.inspector(
        subject.directory, data, options: options, seed: seed, processor: processor, truth: truth)
      let name = subject.directory.configuration.name
      for note in subject.directory.configuration.newcomerNotes(inspector.profiles) where !notes.contains(note) {
        notes.append(note)
      }
      switch subject.directory.model.latent {
      case .points(let model):
        let codes = try inspector.encode(model)
        models.append(.point(try inspector.inspect(model, codes, label: subject.label, name: name)))
        centers.append((subject.label, codes.points))
      case .gaussians(let model):
        let codes = try inspector.encode(model)
        models.append(.gaussian(try inspector.inspect(model, codes, label: subject.label, name: name)))
        centers.append((subject.label, codes.mean))
      case .none: throw NoLatentSpace(model: name)
      }
    }
    let inspector = chosen.inspector(
      first.directory, data, options: options, seed: seed, processor: processor, truth: truth)
    let found = try Self.agreements(models, centers.map(\.centers), processor: processor)
    self.init(
      dataset: DataSummary(data), users: chosen.places.count, options: options, models: models,
      agreements: found.pairs, stabilities: found.stabilities,
      recovery: try truth.flatMap { try inspector.recovery(centers, truth: $0) }, notes: notes)
  }

  private static func agreements(
    _ models: [InspectedModel], _ centers: [Matrix<Float>], processor: Processor
  ) throws -> (pairs: [LatentAgreement], stabilities: [RunStability]) {
    var pairs: [LatentAgreement] = []
    var stabilities: [RunStability] = []
    var names: [String] = []
    for model in models where !names.contains(model.model) { names.append(model.model) }
    for name in names {
      let runs = models.indices.filter { models[$0].model == name }
      if runs.count < 2 { continue }
      let codes = try runs.map { try CentredCodes(centers[$0], processor: processor) }
      var own: [(a: Int, b: Int, agreement: LatentAgreement)] = []
      for a in runs.indices {
        for b in runs.indices where b > a {
          let agreement = try LatentAgreement(
            a: models[runs[a]].label, codes[a], b: models[runs[b]].label, codes[b], model: name,
            processor: processor)
          own.append((a, b, agreement))
        }
      }
      pairs += own.map(\.agreement)
      if runs.count > 2 { stabilities.append(RunStability(model: name, runs: runs.count, pairs: own)) }
    }
    return (pairs, stabilities)
  }
}

extension InspectionSubject {
  /// Throws for models that cannot be inspected, or not together.
  fileprivate func check(against first: InspectionSubject) throws {
    if case .none = directory.model.latent, directory.configuration.task == .ranking {
      throw DataError(
        path: label, message: "is \(directory.configuration.name), which has no latent space",
        accepted: "an autoencoder")
    }
    guard directory.configuration.task == .ranking else {
      throw DataError(
        path: label, message: "is \(directory.configuration.name), which predicts ratings",
        accepted: "an autoencoder for ranking")
    }
    let (mine, other) = (directory.items, first.directory.items)
    guard mine.count == other.count, mine.ids.allSatisfy({ other.index(of: $0) != nil }) else {
      throw DataError(
        path: label, message: "has other items than \(first.label)",
        accepted: "models trained on the same items")
    }
  }

  /// Throws for a latent space too wide for its covariance, which rank, total correlation and the map of users need.
  fileprivate func checkWidth() throws {
    let (width, most) = (directory.model.latent.dimensions, AggregatePosterior.mostCorrelatedDimensions)
    if width <= most { return }
    throw DataError(
      path: label, message: "has \(width) latent dimensions, too many for measures that compare every pair of them",
      accepted: "a model with at most \(most)")
  }
}

/// The users that are inspected: those with an item that the models know, up to a limit.
private struct ChosenUsers {
  /// Their places in the data, ascending.
  let places: [Int]
  let notes: [String]

  init(_ data: Interactions, items: Vocabulary, limit: Int, seed: Seed) throws {
    let (rows, unknown) = data.rows(in: items)
    var places = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !places.isEmpty else {
      throw DataError(
        path: data.name, message: "has no item that the models know",
        accepted: "interactions with items of the models' items.txt")
    }
    var notes: [String] = []
    if unknown > 0 { notes.append("\(counted(unknown, "interaction")) with items the models do not know left out") }
    if places.count < rows.rowCount {
      notes.append("\(counted(rows.rowCount - places.count, "user")) without any item the models know left out")
    }
    if places.count > limit {
      var random = seed.stream(.inspection, LatentInspector.Draw.users.rawValue, 0)
      notes.append("\(limit) of \(places.count) users drawn at random")
      places = random.permutation(places.count).prefix(limit).map { places[$0] }.sorted()
    }
    self.places = places
    self.notes = notes
  }

  func inspector(
    _ directory: ModelDirectory, _ data: Interactions, options: InspectionOptions, seed: Seed,
    processor: Processor, truth: Truth?
  ) -> LatentInspector {
    let audience = directory.audience(data)
    let ids = places.map { audience.userIDs[$0] }
    let profiles = Profiles(
      items: audience.profiles.items.selecting(rows: places),
      trainingRows: audience.profiles.trainingRows.map { rows in places.map { rows[$0] } })
    var inspector = LatentInspector(
      userIDs: ids, profiles: profiles, items: directory.items, options: options, seed: seed, processor: processor)
    inspector.titles = directory.titles
    if let truth { inspector.tastes = ids.map { truth.strongestTaste(of: $0) } }
    return inspector
  }
}

extension LatentInspector {
  /// Prepares to look into one saved model on the users of a data set, for walks.
  ///
  /// - Throws: `DataError` for a model without latent codes of users, or data without any item of its.
  public init(
    _ directory: ModelDirectory, _ data: Interactions, options: InspectionOptions = InspectionOptions(), seed: Seed,
    processor: Processor
  ) throws {
    let subject = InspectionSubject(label: directory.configuration.name, directory: directory)
    try subject.check(against: subject)
    let chosen = try ChosenUsers(data, items: directory.items, limit: options.maximumUsers, seed: seed)
    self = chosen.inspector(
      directory, data, options: options, seed: seed, processor: processor, truth: nil)
  }
}
