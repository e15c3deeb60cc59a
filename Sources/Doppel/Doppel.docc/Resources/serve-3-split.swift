import Doppel

@main
struct Recommend {
  static func main() throws {
    let seed = Seed(42)
    let ratings = try InteractionReader().read(path: "people/interactions.tsv")
    let data = try Filters(minRating: 4).apply(to: ratings)
    for note in data.notes { print(note) }

    // No test part: validation chooses the epoch, then the model is fitted again on everyone.
    let split = try RankingSplit.users(data, seed: seed, forTraining: true)
    for note in split.notes { print(note) }
  }
}
