import Foundation
import InteractionData
import Plots

/// What a direction is about: one end against the other.
struct DirectionLabel: Encodable, Equatable {
  /// A genre, or an item; what the end is called.
  let low: String
  let high: String
  /// Items of each end, the most characteristic first.
  let lowItems: [String]
  let highItems: [String]
}

/// Names directions by what they move (I items).
///
/// A change of a logit is one of an item's odds, whatever its popularity, so rare items would name everything by chance.
/// Items therefore count by the root of their share against the mean share, and a genre by how far the mean change of its
/// items is from that of all, in standard errors.
struct DirectionLabels {
  /// Genres of fewer items name nothing.
  private static let fewest = 5
  /// In standard errors.
  private static let clear = 3.0
  private static let listed = 2

  let items: Vocabulary
  let titles: ItemTitles?
  /// Each item's share of the decoded profiles.
  let shares: [Double]

  /// One label for each direction, no two the same.
  ///
  /// - Parameter changes: of the items' logits along each direction, upwards.
  func labels(_ changes: [[Double]]) -> [DirectionLabel] {
    var used: Set<Set<String>> = []
    return changes.map { change in
      let ends = (low: strongest(change.map { -$0 }), high: strongest(change))
      if let genres = genres(change), used.insert([genres.low, genres.high]).inserted {
        return DirectionLabel(
          low: genres.low, high: genres.high, lowItems: ends.low, highItems: ends.high)
      }
      return DirectionLabel(
        low: ends.low.first ?? "less", high: ends.high.first ?? "more",
        lowItems: Array(ends.low.dropFirst()),
        highItems: Array(ends.high.dropFirst()))
    }
  }

  /// The items that an end is made of, by title or else id.
  private func strongest(_ change: [Double]) -> [String] {
    let usual = 1 / Double(max(1, shares.count))
    let mean = zip(shares, change).reduce(0) { $0 + $1.0 * $1.1 } / max(shares.reduce(0, +), 1e-300)
    let scores = change.indices.map {
      (change[$0] - mean) * (shares[$0] / (shares[$0] + usual)).squareRoot()
    }
    return scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(Self.listed).filter { scores[$0] > 0 }
      .map { DisplayName(titles?.name(of: $0) ?? items[$0], limit: 34).text }
  }

  /// The genres that stand out at either end; `nil` where none does at both.
  private func genres(_ change: [Double]) -> (low: String, high: String)? {
    guard let titles, titles.genres.count > 1 else { return nil }
    let weights = shares.map { $0.squareRoot() }
    func mean(_ items: [Int]) -> (value: Double, weight: Double, squares: Double) {
      let weight = items.reduce(0) { $0 + weights[$1] }
      let squares = items.reduce(0) { $0 + weights[$1] * weights[$1] }
      return (
        items.reduce(0) { $0 + weights[$1] * change[$1] } / max(weight, 1e-300), weight, squares
      )
    }
    let all = mean(Array(change.indices))
    let variance =
      change.indices.reduce(0) { $0 + weights[$1] * pow(change[$1] - all.value, 2) }
      / max(all.weight, 1e-300)
    var members = [[Int]](repeating: [], count: titles.genres.count)
    for item in change.indices {
      for genre in titles.genres(of: item) { members[genre].append(item) }
    }
    let distances = members.enumerated().compactMap {
      genre, items -> (genre: Int, distance: Double)? in
      guard items.count >= Self.fewest, titles.genres[genre].lowercased() != "unknown" else {
        return nil
      }
      let own = mean(items)
      guard own.weight > 0, variance > 0 else { return nil }
      let error = (variance * own.squares / (own.weight * own.weight)).squareRoot()
      return (genre, (own.value - all.value) / error)
    }
    guard let high = distances.max(by: { $0.distance < $1.distance }), high.distance > Self.clear,
      let low = distances.min(by: { $0.distance < $1.distance }), low.distance < -Self.clear
    else { return nil }
    return (
      DisplayName(titles.genres[low.genre], limit: 34).text,
      DisplayName(titles.genres[high.genre], limit: 34).text
    )
  }
}
