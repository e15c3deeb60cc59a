import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import InteractionData
import Testing

/// The library used from several tasks at once.
@Suite("Several tasks at once")
struct ConcurrencyTests {
  private static let data = Interactions(
    name: "rings", pairs: (0..<120).flatMap { user in (0..<7).map { ("u\(user)", "i\((user * 3 + $0 * $0) % 40)") } })

  private func configuration(_ name: String) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = ["latent": 4, "epochs": 4, "hidden": .array([6])]
    return try plain.setting(changes.filter { plain.hyperparameters[$0.key] != nil })
  }

  private func train(_ name: String) throws -> Fit<any FittedModel> {
    let split = try RankingSplit.users(Self.data, heldOut: 0.1, seed: Seed(1), forTraining: true)
    let processor = Processor(engine: try ProductEngine.fastest(), threads: 2)
    return try Experiment(split, seed: Seed(1), processor: processor).run(configuration(name)).fit
  }

  private func tensors(_ fit: Fit<any FittedModel>) -> [String: Tensor] { fit.model.tensors }

  @Test("models trained at the same time are those trained one after the other")
  func training() async throws {
    let names = ["mult-vae", "ae", "cdae", "mult-vae"]
    let alone = try names.map { tensors(try train($0)) }
    let together = try await withThrowingTaskGroup(of: (Int, [String: Tensor]).self) { group in
      for (place, name) in names.enumerated() { group.addTask { (place, tensors(try train(name))) } }
      var found = [[String: Tensor]](repeating: [:], count: names.count)
      for try await (place, result) in group { found[place] = result }
      return found
    }
    #expect(together == alone)
  }

  @Test("one loaded model evaluates, recommends and encodes for several tasks at once")
  func sharing() async throws {
    let fit = try train("mult-vae")
    let directory = ModelDirectory(
      configuration: try configuration("mult-vae"), model: fit.model, items: Self.data.items)
    let processor = Processor(engine: try ProductEngine.fastest(), threads: 2)
    @Sendable func use(_ kind: Int) throws -> [String] {
      let audience = directory.audience(Self.data)
      var lines: [String] = []
      switch kind % 3 {
      case 0:
        try directory.recommend(to: audience, k: 5, processor: processor) { user, list in
          lines.append("\(user) \(list.map { "\($0.item) \($0.score)" })")
        }
      case 1: try directory.encode(audience, processor: processor) { lines.append("\($0) \($1)") }
      default:
        let users = try directory.testUsers(foldingIn: Self.data, seed: Seed(2)).users
        let result = try directory.evaluate(on: users, metrics: Metric.rankingDefaults, processor: processor)
        lines = result.scores.map { "\($0.metric) \($0.value)" }
      }
      return lines
    }
    let alone = try (0..<3).map(use)
    try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      for kind in 0..<9 { group.addTask { (kind, try use(kind)) } }
      for try await (kind, lines) in group { #expect(!lines.isEmpty && lines == alone[kind % 3]) }
    }
  }

  @Test("ten thousand generators, on many threads, give back what they took")
  func generators() throws {
    let processor = Processor(engine: .gsl, threads: 4)
    let sums = try processor.map(count: 10_000) { index in
      var random = Seed(7).stream(.resampling, index)
      return random.uniform() + random.uniform()
    }
    // Held against one made afterwards; the leak check of `make test-sanitized` looks at the handles.
    var again = Seed(7).stream(.resampling, 9_999)
    #expect(sums.count == 10_000 && sums[9_999] == again.uniform() + again.uniform())
  }
}
