import Doppel

@main
struct Recommend {
  static func main() throws {
    let seed = Seed(42)
    let ratings = try InteractionReader().read(path: "people/interactions.tsv")
    let data = try Filters(minRating: 4).apply(to: ratings)
    for note in data.notes { print(note) }
  }
}
