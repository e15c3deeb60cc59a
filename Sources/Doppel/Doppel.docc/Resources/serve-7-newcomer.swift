import Doppel

@main
struct Recommend {
  static func main() throws {
    let processor = Processor(engine: try ProductEngine.fastest())
    let model = try ModelDirectory(contentsOf: "model")

    // A new user: the items that they have, as ids. Folding them in takes no training.
    let liked = Array(CommandLine.arguments.dropFirst())
    let newcomer = try model.audience(items: liked)
    for note in newcomer.notes { print(note) }
    try model.recommend(to: newcomer, k: 5, processor: processor) { _, list in
      for entry in list { print("  \(model.items[entry.item])") }
    }
  }
}
