public import Compute
import FileFormats
import Foundation

/// A simulated population with its ground truth (U users, I items, K tastes).
public struct SimulatedPopulation: Sendable {
  /// The parameters.
  public let parameters: Population
  /// The seed.
  public let seed: Seed
  /// The interactions.
  ///
  /// Its vocabulary has only items with at least one user, in order of first appearance.
  public let interactions: Interactions
  /// All items, in the order of the columns of ``tasteItems``.
  public let catalogue: Vocabulary
  /// The names of the tastes, which are genres; shape: K.
  public let tasteNames: [String]
  /// The taste each item belongs to; shape: I.
  public let itemTastes: [Int]
  /// θ, the mixture of tastes of each user, in the order of `interactions.users`; rows sum to 1 (shape: U × K).
  public let userMixtures: Matrix<Double>
  /// φ, the probability of each item in each taste; rows sum to 1 (shape: K × I).
  public let tasteItems: Matrix<Double>
  /// The names of the moods, which cut across genres; shape: M, empty in a plain population.
  public let moodNames: [String]
  /// The mood of each item; shape: I, empty in a plain population.
  public let itemMoods: [Int]
  /// The share of each mood in a user's liking; rows sum to 1 (shape: U × M).
  public let userMoods: Matrix<Double>
  /// The series of each item, if it belongs to one; shape: I.
  public let itemSeries: [Int?]

  /// The names of the files that ``write(to:)`` makes.
  static let fileNames = [
    "interactions.tsv", "items.tsv", "titles.tsv", "truth_users.tsv", "truth_moods.tsv", "truth_items.tsv",
    "population.json",
  ]

  /// Checks that `write(to:)` can write there.
  ///
  /// - Throws: `OutputError`, as writing would. Nothing is left behind.
  public static func verify(_ path: String) throws {
    try AtomicDirectory.verify(path, replacing: fileNames.contains)
  }

  /// Writes `interactions.tsv` (user, item, and a rating with `ratings`), `items.tsv` (item, genre, mood, series), `titles.tsv` (item,
  /// title, genre), `truth_users.tsv` (user, mixture), `truth_moods.tsv` (user, share of each mood), `truth_items.tsv` (item,
  /// probability in each taste) and `population.json` (parameters and seed), all or none.
  ///
  /// A plain population has no moods and no series, and neither their file nor their columns.
  ///
  /// - Parameter ratings: whether each interaction gets a rating, as ``rated()`` makes them.
  /// - Throws: `OutputError` when the directory cannot be written, or exists and holds other files.
  public func write(to path: String, ratings: Bool = false) throws {
    let interactions = ratings ? rated() : interactions
    try AtomicDirectory.write(
      to: path, replacing: { Self.fileNames.contains($0) },
      filling: { directory in
        try AtomicFile.write(to: directory + "/interactions.tsv") { output in
          try output.write("user\titem\(ratings ? "\trating" : "")\n")
          let users = interactions.users.ids
          let items = interactions.items.ids
          for position in 0..<interactions.count {
            let user = users[Int(interactions.userIndices[position])]
            let rating = interactions.ratings.map { "\t\(Int($0[position]))" } ?? ""
            try output.write("\(user)\t\(items[Int(interactions.itemIndices[position])])\(rating)\n")
          }
        }
        try AtomicFile.write(to: directory + "/items.tsv") { output in
          try output.write(moodNames.isEmpty ? "item\tgenre\n" : "item\tgenre\tmood\tseries\n")
          for item in 0..<catalogue.count {
            var cells = [catalogue[item], tasteNames[itemTastes[item]]]
            if !moodNames.isEmpty {
              cells += [moodNames[itemMoods[item]], itemSeries[item].map { String($0 + 1) } ?? ""]
            }
            try output.write(cells.joined(separator: "\t") + "\n")
          }
        }
        try AtomicFile.write(to: directory + "/titles.tsv") { output in
          try output.write("item\ttitle\tgenre\n")
          for item in 0..<catalogue.count {
            try output.write("\(catalogue[item])\t\(catalogue[item])\t\(tasteNames[itemTastes[item]])\n")
          }
        }
        let header = tasteNames.joined(separator: "\t")
        try writeShares(userMixtures, header, to: directory + "/truth_users.tsv")
        if !moodNames.isEmpty {
          try writeShares(userMoods, moodNames.joined(separator: "\t"), to: directory + "/truth_moods.tsv")
        }
        try AtomicFile.write(to: directory + "/truth_items.tsv") { output in
          try output.write("item\t\(header)\n")
          for item in 0..<catalogue.count {
            let probabilities = (0..<tasteNames.count).map { "\(tasteItems[$0, item])" }
            try output.write("\(catalogue[item])\t\(probabilities.joined(separator: "\t"))\n")
          }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let record = try encoder.encode(Record(seed: seed.value, population: parameters))
        try AtomicFile.write(Array(record) + [0x0A], to: directory + "/population.json")
      })
  }

  private func writeShares(_ shares: Matrix<Double>, _ header: String, to path: String) throws {
    try AtomicFile.write(to: path) { output in
      try output.write("user\t\(header)\n")
      for user in 0..<interactions.users.count {
        let row = shares[row: user].map { "\($0)" }
        try output.write("\(interactions.users[user])\t\(row.joined(separator: "\t"))\n")
      }
    }
  }

  private struct Record: Encodable {
    let seed: UInt64
    let population: Population
  }
}
