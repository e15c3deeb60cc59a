import Autoencoders
public import Compute
public import Experiments
import Foundation
public import InteractionData

/// The users that models are inspected on, with the truth about them where it is known.
public struct InspectionData: Sendable {
  /// What they have; its notes say which models were trained on something else.
  public let interactions: Interactions
  /// Their true tastes.
  public let truth: Truth?
  /// What is known of the first model's items without a table: the genres of a made-up population.
  public let titles: ItemTitles?

  /// Reads users as the data of the first model were read and filtered.
  ///
  /// - Parameters:
  ///   - source: `DataSelection/Source/builtIn` makes the population that the first model was trained on, whose truth is
  ///     known, or else the one of `seed`.
  ///   - truth: what is known of them otherwise.
  /// - Throws: `InputError`, `DataError`.
  public init(
    _ source: DataSelection.Source, for subjects: [InspectionSubject], reader: ModelDataReader, truth: Truth? = nil,
    seed: Seed
  ) throws {
    guard let first = subjects.first else { preconditionFailure("nothing to inspect") }
    var known = truth
    var genres: ItemTitles?
    let (data, trainedOn): (Interactions, Interactions?)
    switch source {
    case .builtIn:
      let population = try first.directory.builtInPopulation() ?? Population().simulate(seed: seed)
      known = known ?? Truth(population)
      genres = ItemTitles(population, for: first.directory.items)
      (data, trainedOn) = (try reader.filter(population.interactions, scope: .training).data, nil)
    case .file(let path), .files(let path, _, _):
      (data, trainedOn) = (try reader.read(path, scope: .training).data, nil)
    case .directory(let path):
      let split = try RankingSplit.directory(path, forTraining: true, threads: reader.threads)
      let name = URL(fileURLWithPath: path).lastPathComponent
      data = split.trainingInteractions(name: name)
      trainedOn = (split.refitUsers ?? split.trainUsers).interactions(name: name, items: split.items)
    }
    self.truth = known
    titles = genres
    let hash = (trainedOn ?? data).pairHash()
    let strangers = subjects.filter { subject in
      subject.directory.record.facts?.data?.hash.map { $0 != hash } ?? false
    }
    interactions = data.noting(strangers.map { "\(data.name) is not what \($0.label) was trained on" })
  }
}

extension InspectionSubject {
  /// The same model with other titles, as far as its items have any there.
  public func titled(_ titles: ItemTitles) -> InspectionSubject {
    var directory = directory
    directory.titles = titles.selecting(directory.items) ?? directory.titles
    return InspectionSubject(label: label, directory: directory)
  }

  /// Reads model directories and labels them by their names, or by their paths where two have the same name.
  ///
  /// - Throws: `InputError`, `DataError`.
  public static func reading(_ paths: [String]) throws -> [InspectionSubject] {
    let names = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
    return try zip(paths, names).map { path, name in
      InspectionSubject(
        label: names.count { $0 == name } == 1 ? name : path, directory: try ModelDirectory(contentsOf: path))
    }
  }
}
