public import Autoencoders
import Compute
import FileFormats
public import Generation
public import InteractionData

/// The training users of a saved model, which does not keep them: they are read again or, for the built-in population,
/// simulated again.
extension ModelDirectory {
  /// Whether the model was trained on the built-in population as `simulate` makes it, so that it can be simulated
  /// again.
  public var isOfBuiltInPopulation: Bool { builtInSeed != nil }

  private var builtInSeed: Seed? {
    guard let facts = record.facts, let seed = facts.seed else { return nil }
    // Earlier versions did not record the source of the data.
    let isBuiltIn =
      facts.data.map { $0.source == .builtIn }
      ?? (facts.dataset?.name == Population.name && facts.dataset?.users == Population.plain.users)
    return isBuiltIn ? Seed(seed) : nil
  }

  /// The built-in population that the model was trained on, simulated again.
  ///
  /// - Returns: `nil` for a model of other data.
  public func builtInPopulation() throws -> SimulatedPopulation? {
    // In earlier versions, the plain population was the built-in one.
    let isPlain = record.facts?.dataset?.users == Population.plain.users
    return try builtInSeed.map { try (isPlain ? Population.plain : Population()).simulate(seed: $0) }
  }

  /// The place of the training users: the one that is given or, without one, the built-in population, if the model was
  /// trained on it.
  public func trainingSource(_ given: DataSelection.Source?) -> DataSelection.Source? {
    given ?? (isOfBuiltInPopulation ? .builtIn : nil)
  }

  /// The training users for a `SamplingPlan`, read when they are first needed.
  ///
  /// Users of the built-in population that a privacy guarantee protects are not simulated again.
  ///
  /// - Parameters:
  ///   - given: the place of the users; `nil` for none.
  ///   - reader: how they are read and filtered.
  ///   - note: receives the notes of the reading.
  /// - Returns: `nil` if no place is given, and the users cannot or may not be simulated again.
  public func samplingPeople(
    _ given: DataSelection.Source?, reader: ModelDataReader, note: @escaping ([String]) -> Void
  ) -> SamplingPeople? {
    let source = record.privacy == nil ? trainingSource(given) : given
    return source.map { source in
      SamplingPeople(areRemade: given == nil, named: source.trainingName) {
        let found = try trainingUsers(source, reader: reader)
        note(found.notes)
        return (found.userIDs, found.profiles)
      }
    }
  }

  /// The users of some data as rows over the model's items, without users who have none of them.
  ///
  /// - Parameters:
  ///   - source: where the data are; `DataSelection/Source/builtIn` simulates the built-in population again.
  ///   - reader: how they are read and filtered.
  /// - Throws: `InputError`; `DataError` when no user has an item of the model; ``TrainingDataNeeded`` when the model
  ///   was not trained on the built-in population and no other data are given.
  public func trainingUsers(_ source: DataSelection.Source, reader: ModelDataReader) throws -> Audience {
    let found: Audience
    switch source {
    case .directory(let path):
      found = try directoryUsers(path, reader)
    case .file(let path), .files(let path, _, _):
      let read = try reader.read(path, scope: .training)
      found = audience(read.data.noting(read.differenceNotes))
    case .builtIn:
      guard let population = try builtInPopulation() else {
        throw TrainingDataNeeded(name: record.facts?.dataset?.name ?? "the training data")
      }
      found = audience(try reader.filter(population.interactions, scope: .training).data)
    }
    let kept = (0..<found.userIDs.count).filter { found.profiles.items.count(ofRow: $0) > 0 }
    guard !kept.isEmpty else {
      throw DataError(
        path: source.trainingName, message: "has no user with an item of the model",
        accepted: "the interactions that the model was trained on")
    }
    let empty = found.userIDs.count - kept.count
    return Audience(
      userIDs: kept.map { found.userIDs[$0] },
      profiles: Profiles(
        items: found.profiles.items.selecting(rows: kept),
        trainingRows: found.profiles.trainingRows.map { rows in kept.map { rows[$0] } }),
      notes: found.notes
        + (empty == 0 ? [] : ["\(counted(empty, "user")) without an item of the model left out"]))
  }

  /// The training and validation users of a ready split.
  private func directoryUsers(_ path: String, _ reader: ModelDataReader) throws -> Audience {
    let split = try RankingSplit.directory(path, forTraining: true, threads: reader.threads)
    guard split.items == items else { throw hasOtherItems(path) }
    let trained = split.refitUsers ?? split.trainUsers
    let differs = reader.record?.hash.map { $0 != trained.pairHash(items: split.items) } ?? false
    return Audience(
      userIDs: trained.ids,
      profiles: Profiles(items: trained.rows, trainingRows: trainingRows(of: trained.ids)),
      notes: split.notes + (differs ? ["\(path) is not what the model was trained on"] : []))
  }
}

extension DataSelection.Source {
  /// What the training users from here are called in notes and errors: their path, or the name of the population.
  package var trainingName: String {
    switch self {
    case .builtIn: Population.name
    case .file(let path), .directory(let path), .files(let path, _, _): path == "-" ? "standard input" : path
    }
  }
}

/// The training users of a model are needed, but no data were given.
public struct TrainingDataNeeded: Error, Equatable, CustomStringConvertible {
  /// The name of the data.
  public let name: String

  /// Names the data.
  public init(name: String) { self.name = name }

  /// What is wrong, in one sentence.
  public var description: String {
    "\(name) is needed, because a saved model does not keep its users; accepted: the training data"
  }
}
