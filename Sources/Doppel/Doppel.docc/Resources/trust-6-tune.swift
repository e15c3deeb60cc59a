import Doppel

@main
struct CompareForAPaper {
  static func main() throws {
    let processor = Processor(engine: try ProductEngine.fastest())
    var comparison = ComparisonRun([EASE(), MultDAE(), MultVAE()], seed: Seed(42), processor: processor)
    comparison.data.source = .file("people/interactions.tsv")
    comparison.data.filters.minRating = 4
    comparison.metrics = [Metric(.ndcg, at: 100), Metric(.recall, at: 20)]
    comparison.repetition.seeds = 5

    // The same number of trials for each model, on the validation users; then one look at the test users.
    let (compared, tuning) = try TunedComparison(comparison, budget: .trials(10)).run()
    for model in tuning.models { print(model.name, JSONValue.object(model.bestSettings).prettyPrinted) }
    let results = compared.document.comparison
    print(results.table.markdown())
    for sentence in results.sentences { print(sentence) }
  }
}
