import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// A blend against its members.
@Suite("Blend", .serialized)
struct BlendTests {
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))
  private static let rows = randomRows(60, 50, density: 0.15, seed: 300)
  private static let more = randomRows(75, 50, density: 0.15, seed: 301)
  private static let people = Profiles(items: randomRows(9, 50, density: 0.1, seed: 302))

  private static func ease(_ l2: Double) -> EASE {
    var model = EASE()
    model.l2 = l2
    return model
  }

  private static func vae() -> MultVAE {
    var model = MultVAE()
    (model.hidden, model.latent) = ([6], 3)
    model.training = TrainingOptions(epochs: 5, batchSize: 20, learningRate: 0.01, patience: 0)
    return model
  }

  private func fit(
    _ blend: Blend, refit: SparseRows? = nil, validate: ((Blend.Fitted) throws -> Double)? = nil
  ) throws -> Fit<Blend.Fitted> {
    try blend.fit(TrainingData(rows: Self.rows, refit: refit, validate: validate), by: trainer)
  }

  /// The user has the first of three items.
  ///
  /// EASE gives 0, 4/11, 0; of the two others the mean is 2/11, as is the deviation:
  /// −1, 1, −1. The numbers of users are 3, 3, 2; the same of 3 and 2: 1, 1, −1.
  @Test("a worked example")
  func golden() throws {
    let rows = SparseRows(columnCount: 3, rows: [[0, 1], [0, 1, 2], [1, 2], [0]])
    let blend = Blend(members: [Self.ease(1), Popularity()])
    let model = try blend.fit(TrainingData(rows: rows), by: trainer).model
    let scores = try model.scores(for: Profiles(items: SparseRows(columnCount: 3, rows: [[0]])), using: .gsl)
    for (x, y) in zip(scores.elements, [Float]([0, 1, -1])) { #expect(abs(x - y) < 1e-5) }
  }

  @Test("a blend of one scores as its member does, to the last bit")
  func single() throws {
    let model = try fit(Blend(members: [Self.vae()])).model
    let alone = try Self.vae().fit(TrainingData(rows: Self.rows), by: trainer).model
    #expect(try model.scores(for: Self.people, using: .gsl) == alone.scores(for: Self.people, using: .gsl))
  }

  @Test(
    "the weights that validation likes best are found, sum to one, and are told",
    arguments: [[0.3, 0.7], [1, 0], [0.2, 0.5, 0.3], [0, 0.05, 0.95], [0.4, 0, 0.35, 0.25]])
  func search(_ weights: [Double]) throws {
    let members: [any ZooModel] = [Self.ease(1), Popularity(), Self.ease(300), Self.vae()]
    let found = try fit(Blend(members: Array(members.prefix(weights.count)))) { model in
      zip(model.tensors["members.weights"]?.values ?? [], weights).reduce(0) {
        $0 - (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }
    }
    guard case .array(let told)? = found.chosen["weights"] else { throw TrainingError.noUsers }
    let numbers = told.compactMap { if case .number(let number) = $0 { number } else { nil } }
    #expect(abs(numbers.reduce(0, +) - 1) < 1e-12)
    expectClose(numbers, weights, within: 1e-12, "weights")
    #expect(found.model.tensors["members.weights"]?.values == weights.map { Float($0) })
  }

  @Test("weights of 0 are neither fitted nor kept, and the file says so by itself")
  func leftOut() throws {
    var blend = Blend(members: [Self.ease(2), Counted(), Self.vae()])
    blend.weights = [3, 0, 1]
    let before = Counted.fits.withLock { $0 }
    let model = try fit(blend).model
    #expect(Counted.fits.withLock { $0 } == before)
    #expect(model.tensors.keys.allSatisfy { !$0.hasPrefix("members.1.") })
    #expect(model.tensors["members.weights"]?.values == [0.75, 0, 0.25])
    #expect(model.parameterCount == model.tensors.values.reduce(-3) { $0 + $1.values.count })
    // Loaded by a blend that knows no weights.
    let loaded = try Blend(members: blend.members).load(model.tensors, items: 50, users: 0)
    #expect(loaded.tensors == model.tensors)
    #expect(try loaded.scores(for: Self.people, using: .gsl) == model.scores(for: Self.people, using: .gsl))
    var tensors = model.tensors
    tensors["members.1.counts"] = Tensor(shape: [50], values: [Float](repeating: 0, count: 50))
    #expect(throws: TensorMismatch.self) { try blend.load(tensors, items: 50, users: 0) }
    tensors = model.tensors
    tensors["members.weights"] = nil
    #expect(throws: TensorMismatch.self) { try blend.load(tensors, items: 50, users: 0) }
  }

  @Test("fitted again, weights are those of the first fits, and members those of their own second fits")
  func refit() throws {
    let seen = Guarded<[[String: Tensor]]>([])
    func value(_ model: Blend.Fitted) throws -> Double {
      seen.withLock { $0.append(model.tensors) }
      // The third epoch is the best, and more of the first member.
      let weights = model.tensors["members.weights"]?.values ?? []
      return weights.count == 1 ? (seen.withLock { $0.count } == 3 ? 1 : 0) : Double(weights[0])
    }
    let (ease, vae) = (Self.ease(5), Self.vae())
    let found = try fit(Blend(members: [vae, ease]), refit: Self.more, validate: value)
    #expect(found.extent == .everything)
    #expect(found.model.tensors["members.weights"]?.values == [1, 0])
    let epochs = Guarded(0)
    let again = try vae.fit(
      to: Self.rows, refit: Self.more, trainer: trainer
    ) { _ in
      epochs.withLock {
        $0 += 1
        return $0 == 3 ? 1 : 0
      }
    }
    #expect(again.bestEpoch == 3)
    for (name, tensor) in again.model.tensors { #expect(found.model.tensors["members.0." + name] == tensor) }
    // While weights were tried, members were of the rows that leave out what validation needs.
    let blended = try #require(seen.withLock { $0 }.first { $0["members.weights"]?.values.count == 2 })
    let first = try ease.fit(TrainingData(rows: Self.rows), by: trainer).model
    #expect(blended["members.1.item.weight"] == first.tensors["item.weight"])
    let third = try trainer.fit(
      vae.design, to: Self.rows, options: TrainingOptions(epochs: 3, batchSize: 20, learningRate: 0.01),
      plannedEpochs: 5)
    for (name, tensor) in third.model.tensors { #expect(blended["members.0." + name] == tensor) }
  }

  @Test("users are scored by a member once, however many weights are tried")
  func remembers() throws {
    let before = Counted.scorings.withLock { $0 }
    let tried = Guarded(0)
    _ = try fit(Blend(members: [Counted(), Self.ease(3)])) { model in
      if model.tensors["members.weights"]?.values.count == 2 { tried.withLock { $0 += 1 } }
      return try Double(model.scores(for: Self.people, using: .gsl)[0, 0])
    }
    #expect(tried.withLock { $0 } > 3)
    #expect(Counted.scorings.withLock { $0 } == before + 1)
  }

  @Test("the same bits on 1, 2 and 3 threads; other seeds give others")
  func determinism() throws {
    func tensors(threads: Int, seed: UInt64 = 1) throws -> [String: Tensor] {
      let trainer = Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(seed))
      let data = TrainingData<Blend.Fitted>(rows: Self.rows, refit: Self.more) {
        try Double($0.scores(for: Self.people, using: .gsl)[3, 4])
      }
      return try Blend(members: [Linear(), Self.vae()]).fit(data, by: trainer).model.tensors
    }
    let one = try tensors(threads: 1)
    for threads in [2, 3] { #expect(try tensors(threads: threads) == one) }
    #expect(try tensors(threads: 1, seed: 2) != one)
  }

  @Test("a caller's own model is a member like any other, also in a directory")
  func ownModel() throws {
    try withTemporaryDirectory { folder in
      let blend = Blend(members: [Counted(), Self.ease(3)])
      let fit = try fit(blend)
      let path = folder + "/model"
      try ModelDirectory(
        configuration: blend.setting(fit.chosen), model: fit.model,
        items: Vocabulary(ids: (0..<50).map { "i\($0)" })
      ).write(to: path, card: "")
      #expect(throws: DataError.self) { try ModelDirectory(contentsOf: path) }
      let loaded = try ModelDirectory(contentsOf: path, among: [Blend.self, Counted.self, EASE.self])
      #expect(loaded.configuration.members.map(\.name) == ["counted", "ease"])
      #expect(loaded.configuration.members[1].isEqual(to: Self.ease(3)))
      #expect(loaded.model.tensors == fit.model.tensors)
      #expect(
        try loaded.model.scores(for: Self.people, using: .gsl) == fit.model.scores(for: Self.people, using: .gsl))
    }
  }

  @Test("memory: every member beside those before it, and what validation remembers")
  func memory() {
    let processor = Processor(engine: .gsl, threads: 1)
    let rows = TrainingRows(count: 1000, width: 500, fitsAgain: false)
    let ease = Self.ease(1)
    var vae = MultVAE()
    vae.hidden = [600]
    func need(_ members: [any ZooModel], _ rows: TrainingRows) -> TrainingMemory {
      Blend(members: members).memory(rows, processor: processor)
    }
    let alone = vae.memory(rows, processor: processor)
    #expect(alone.fitted * 4 == alone.parameters)
    // 500² weights of EASE are kept while Mult-VAE is trained.
    #expect(need([ease, vae], rows).parameters == alone.parameters + 4 * 500 * 500)
    #expect(need([ease, vae], rows).workspace == alone.workspace)
    #expect(need([ease, vae], rows).fitted == alone.fitted + 4 * 500 * 500)
    // Fitted again, both have two sets of weights.
    let again = TrainingRows(count: 1000, width: 500, fitsAgain: true)
    #expect(
      need([ease, vae], again).parameters
        == vae.memory(again, processor: processor).parameters + alone.fitted + 2 * 4 * 500 * 500)
    // Popularity needs nothing to speak of: what is remembered is 2 · 1000 · 500 scores.
    #expect(need([Popularity(), Popularity()], rows).workspace == 2 * 4 * 1000 * 500)
  }

  @Test("settings: names or models with settings; what cannot be blended is refused")
  func settings() throws {
    let named = try Blend().setting(["members": .array(["ae", "ease", "ae"])])
    #expect(named == Blend(members: [AE(), EASE(), AE()]) && named.weights == nil)
    let weighted = try named.setting(["weights": .array([0.5, 0, 2])])
    #expect(weighted.weights == [0.5, 0, 2] && weighted != named)
    #expect(try weighted.setting(["weights": .null]) == named)
    // Other members have other weights.
    #expect(try weighted.setting(["members": .array(["ae", "ease"])]).weights == nil)
    let wrong: [[String: JSONValue]] = [
      ["members": "ae"], ["members": .array([])], ["members": .array(["ae", "nothing"])], ["members": .array(["mean"])],
      ["members": .array([.object(["model": "ae", "hyperparameters": .object(["latent": 0])])])],
      ["weights": .array([1, 2])], ["weights": .array([0, 0, 0])], ["weights": .array([1, -1, 1])], ["weights": 1],
    ]
    for changes in wrong { #expect(throws: HyperparameterError.self, "\(changes)") { try named.setting(changes) } }
    let error = #expect(throws: WrongTask.self) { try fit(Blend(members: [EASE(), UserAutoRec()])) }
    #expect(error?.model == "user-autorec")
  }

  @Test("what is said of several models reaches the members")
  func reaches() throws {
    let changes: [String: JSONValue] = ["l2": 7, "latent": 9]
    let blend = try Blend(members: [EASE(), MultVAE(), Popularity()]).settingWhereKnown(changes)
    #expect(blend.members.map { $0.hyperparameters["l2"] } == [7, nil, nil])
    #expect(blend.members.map { $0.hyperparameters["latent"] } == [nil, 9, nil])
    #expect(blend.withMembers.map(\.name) == ["blend", "ease", "mult-vae", "popularity"])
  }
}

/// The numbers of users by item, with a count of how often it was fitted and asked.
private struct Counted: ZooModel {
  static let name = "counted"
  static let fits = Guarded(0)
  static let scorings = Guarded(0)

  func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    Self.fits.withLock { $0 += 1 }
    return Fit(model: Fitted(counts: data.all.columnCounts().map { Float($0) }), extent: data.extent)
  }

  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let counts = try file.take("counts", [items])
    try file.finish()
    return Fitted(counts: counts)
  }

  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory { TrainingMemory(parameters: rows.width) }

  struct Fitted: FittedModel {
    let counts: [Float]

    var tensors: [String: Tensor] { ["counts": Tensor(shape: [counts.count], values: counts)] }
    var itemCount: Int { counts.count }

    func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      Counted.scorings.withLock { $0 += 1 }
      let users = profiles.items.rowCount
      return Matrix(rows: users, columns: counts.count, elements: (0..<users).flatMap { _ in counts })
    }
  }
}
