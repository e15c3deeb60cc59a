import Doppel

@main
struct Recommend {
  static func main() throws {
    let processor = Processor(engine: try ProductEngine.fastest())
    let model = try ModelDirectory(contentsOf: "model")
  }
}
