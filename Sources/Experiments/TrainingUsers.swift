public import Autoencoders
import Compute
import FileFormats
import InteractionData

/// The users a saved model was trained on: it does not keep them, so they are read again or, for the built-in population,
/// made again.
extension ModelDirectory {
  /// Whether the model was trained on the built-in population as `simulate` makes it, so that it can be made again.
  public var isOfBuiltInPopulation: Bool { builtInSeed != nil }

  private var builtInSeed: Seed? {
    let population = Population()
    guard let dataset = record["dataset"]?.members, dataset["name"]?.text == Self.builtInName,
      dataset["users"] == .number(Double(population.users)), case .number(let seed)? = record["seed"],
      let value = UInt64(exactly: seed)
    else { return nil }
    return Seed(value)
  }

  private static let builtInName = "simulated population"

  /// The users of some data as rows over the model's items, those without any left out.
  ///
  /// - Parameter selection: the data; `nil` simulates the built-in population again.
  /// - Throws: `InputError`; `DataError` when no user has an item that the model knows, or the model was not trained on the
  ///   built-in population and nothing else is named.
  public func trainingUsers(_ selection: DataSelection?) throws -> Audience {
    var (selection, seed) = (selection ?? DataSelection(), Seed(0))
    if selection.source == .builtIn {
      guard let known = builtInSeed else {
        throw DataError(
          path: record["dataset"]?.members?["name"]?.text ?? "the training data",
          message: "is needed, since a saved model does not keep its users", accepted: "--data FILE")
      }
      seed = known
    }
    let found: Audience
    var place = "the training data"
    if case .file(let path) = selection.source { place = path }
    if case .directory(let path) = selection.source {
      selection.filters = Filters()
      let loaded = try selection.ranking(seed: seed, forTraining: true)
      guard loaded.split.items == items else {
        throw DataError(
          path: path, message: "has other items than the model, or in another order",
          accepted: "the directory that the model was trained on")
      }
      let rows = loaded.split.refit ?? loaded.split.train
      let ids = loaded.split.trainUserIDs + (loaded.split.validation?.userIDs ?? [])
      found = Audience(
        userIDs: Array(ids.prefix(rows.rowCount)), profiles: Profiles(items: rows), notes: loaded.notes)
    } else {
      let data = try selection.interactions(seed: seed)
      let audience = audience(data)
      found = Audience(userIDs: audience.userIDs, profiles: audience.profiles, notes: data.notes + audience.notes)
    }
    let kept = (0..<found.userIDs.count).filter { found.profiles.items.count(ofRow: $0) > 0 }
    guard !kept.isEmpty else {
      throw DataError(
        path: place, message: "has no user with an item that the model knows",
        accepted: "the interactions that the model was trained on")
    }
    let empty = found.userIDs.count - kept.count
    return Audience(
      userIDs: kept.map { found.userIDs[$0] },
      profiles: Profiles(
        items: found.profiles.items.selecting(rows: kept),
        trainingRows: found.profiles.trainingRows.map { rows in kept.map { rows[$0] } }),
      notes: found.notes
        + (empty == 0 ? [] : ["\(counted(empty, "user")) without an item that the model knows left out"]))
  }
}
