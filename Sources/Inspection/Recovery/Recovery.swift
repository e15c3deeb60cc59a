public import Compute
import InteractionData

extension RecoveryRow {
  /// Holds codes against tastes of the same users (U × L and U × T).
  ///
  /// - Throws: `GSLError`.
  public init(name: String, codes: Matrix<Double>, tastes: Matrix<Double>) throws {
    let probe = try LinearProbe.rSquared(codes: codes, tastes: tastes)
    let scores = Disentanglement.scores(codes: codes, tastes: tastes)
    self.init(
      name: name, dimensions: codes.columns, probe: Statistics.mean(probe), probeByTaste: probe,
      informationGap: InformationGap.gap(codes: codes, tastes: tastes),
      disentanglement: scores.disentanglement, completeness: scores.completeness)
  }
}

extension LatentInspector {
  /// What several models' codes know of the truth, with principal components and the truth itself beside them.
  ///
  /// - Parameter codes: the codes of all users, by label.
  /// - Returns: `nil` when too few users have a truth.
  func recovery(_ codes: [(label: String, centers: Matrix<Float>)], truth: Truth) throws -> RecoveryFindings? {
    let known = userIDs.enumerated().compactMap { place, id in
      truth.users.index(of: id).map { (place: place, row: $0) }
    }
    guard known.count >= 2 * LinearProbe.folds else { return nil }
    let tastes = truth.mixtures.selecting(rows: known.map(\.row))
    let width = codes.map(\.centers.columns).max() ?? truth.tastes.count
    var random = stream(.components)
    let components = try ProfileComponents(
      profiles.items.selecting(rows: known.map(\.place)), count: width, random: &random)
    let representations =
      codes.map { entry in
        let chosen = entry.centers.selecting(rows: known.map(\.place))
        return (
          entry.label,
          Matrix<Double>(rows: chosen.rows, columns: chosen.columns, elements: chosen.elements.map { Double($0) })
        )
      } + [("PCA", components.scores), ("truth", tastes)]
    let rows = try processor.map(count: representations.count) { index in
      try RecoveryRow(name: representations[index].0, codes: representations[index].1, tastes: tastes)
    }
    return RecoveryFindings(tastes: truth.tastes, users: known.count, rows: rows)
  }
}
