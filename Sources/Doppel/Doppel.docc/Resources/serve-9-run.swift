import Doppel

@main
struct Recommend {
  static func main() throws {
    let processor = Processor(engine: try ProductEngine.fastest())
    var multVAE = MultVAE()
    multVAE.training.epochs = 30
    var run = TrainingRun(multVAE, output: "model", seed: Seed(42), processor: processor)
    run.data.source = .file("people/interactions.tsv")
    run.data.filters.minRating = 4
    run.replacement = .anything
    print(try run.run().text)
  }
}
