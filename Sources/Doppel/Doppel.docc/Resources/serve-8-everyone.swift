import Doppel

@main
struct Recommend {
  static func main() throws {
    let processor = Processor(engine: try ProductEngine.fastest())
    let model = try ModelDirectory(contentsOf: "model")

    // Every user of a file, in order; lists are made block by block, so that any number of users fits in memory.
    let ratings = try InteractionReader().read(path: "people/interactions.tsv")
    let everyone = model.audience(try Filters(minRating: 4).apply(to: ratings))
    try model.recommend(to: everyone, k: 10, processor: processor) { user, list in
      for entry in list { print(user, model.items[entry.item], entry.score, separator: "\t") }
    }
  }
}
