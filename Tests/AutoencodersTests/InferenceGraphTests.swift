import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// The description of a network, followed to the letter, gives what the network gives.
@Suite("Inference graphs")
struct InferenceGraphTests {
  private static let rows = randomRows(40, 50, density: 0.15, seed: 190, ratings: [1, 2, 3, 4, 5])
  /// Single precision on a few layers of sums of dozens of products.
  private static let rounding = 1e-4

  @Test(
    "of every model of the zoo with a latent space: an interpreter finds its codes and scores",
    arguments: Zoo.models.filter { $0.latentKind != .none }.map { $0.name })
  func zoo(_ name: String) throws {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = ["latent": 4, "epochs": 3, "batchSize": 20, "learningRate": 0.02]
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(2))
    let model = try plain.setting(changes).fit(to: Self.rows, trainer: trainer, validate: nil).model
    // An item's model reads columns and scores no users: nothing to hold its graph against.
    guard model.limitation == nil else { return }
    switch model.latent {
    case .none: Issue.record("\(name) says that it has a latent space")
    case .points(let model): try Self.check(model)
    case .gaussians(let model): try Self.check(model)
    }
  }

  @Test(
    "of every model that scores items, matrix or network: an interpreter finds its scores",
    arguments: Zoo.models.map { $0.name })
  func scores(_ name: String) throws {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = ["latent": 4, "epochs": 3, "batchSize": 20, "learningRate": 0.02, "rank": 5]
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(2))
    let configuration = try plain.settingWhereKnown(changes)
    let ones = SparseRows(columnCount: 50, offsets: Self.rows.offsets, indices: Self.rows.indices)
    let rows = plain.task == .rating ? Self.rows : ones
    let model = try configuration.fit(to: rows, trainer: trainer, validate: nil).model
    guard model.limitation == nil else {
      #expect(model.inference == nil)
      return
    }
    let graph = try #require(model.inference, "\(name) does not say what it computes")
    let tensors = model.inferenceTensors.mapValues { tensor in
      let columns = tensor.shape.last ?? 1
      return Matrix(rows: tensor.values.count / max(1, columns), columns: columns, elements: tensor.values)
    }
    let scores = try model.scores(for: Profiles(items: rows), using: .gsl)
    for user in 0..<40 {
      let values = Self.values(graph, tensors, user: user, trainingRow: nil, of: rows)
      let size = 1 + (scores[row: user].map { abs(Double($0)) }.max() ?? 0)
      expectClose(
        scores[row: user].map { Double($0) }, values[values.count - 1], within: Self.rounding * size,
        "scores of \(user)")
    }
  }

  @Test("of networks with gates, skips and layer normalisation", arguments: [1, 2, 3] as [UInt64])
  func layers(seed: UInt64) throws {
    for (_, design) in LayerTests.designs { try Self.check(design, seed) }
    try Self.check(LayerTests.recVAE(), seed)
    try Self.check(Self.skippingDecoder, seed)
  }

  /// Gates and skips on both sides.
  static var skippingDecoder: Design<GaussianLatent> {
    var model = MultVAE()
    (model.latent, model.likelihood) = (4, .bernoulli)
    var design = model.design
    var encoder = LayerStack(inputs: 12)
    encoder.append(Gate())
    encoder.append(Dense(6, .relu))
    encoder.append(GatedDense(8), adding: [1])
    var decoder = LayerStack(inputs: 4)
    decoder.append(GatedDense(5))
    decoder.append(LayerNormalisation())
    decoder.append(Dense(5, .sigmoid), adding: [1])
    decoder.append(Swish(), adding: [1, 2])
    design.layers = Architecture(inputActivation: .identity, encoder: encoder, decoder: decoder)
    return design
  }

  private static func check<Latent>(_ design: Design<Latent>, _ seed: UInt64) throws {
    let network = Network<Float>(design, items: 50, users: 40, seed: Seed(seed))
    try check(Autoencoder(design: design, network: network))
  }

  /// Every other user is known to the model, where that makes a difference.
  private static func check<Latent>(_ model: Autoencoder<Latent>) throws {
    let profiles = Profiles(items: rows, trainingRows: (0..<40).map { $0 % 2 == 0 ? $0 : nil })
    let (graph, tensors) = (model.graph, NamedTensors(model.network).matrices)
    let scores = try model.scores(for: profiles, using: .gsl)
    let codes = model.encode(profiles, using: .gsl)
    let centres = Latent.center(of: codes)
    for user in 0..<40 {
      let values = Self.values(graph, tensors, user: user, trainingRow: user % 2 == 0 ? user : nil)
      expectClose(scores[row: user].map { Double($0) }, values[values.count - 1], within: rounding, "scores of \(user)")
      expectClose(centres[row: user].map { Double($0) }, values[graph.code], within: rounding, "code of \(user)")
      if let place = graph.logVariance, let codes = codes as? GaussianLatent.Codes {
        expectClose(codes.logVariance[row: user].map { Double($0) }, values[place], within: rounding, "log-variance")
      }
      for (step, value) in zip(graph.steps, values.dropFirst()) { #expect(step.width == value.count) }
    }
    #expect((graph.logVariance == nil) == (Latent.kind == .point) && graph.likelihood == model.design.likelihood)
    let named = graph.steps.flatMap(\.tensors)
    #expect(Set(named).count == named.count)
    #expect(Set(named) == Set(tensors.keys.filter { !$0.hasPrefix("prior.") }))
  }

  /// The interpreter: all values of one user, in double precision.
  private static func values(
    _ graph: InferenceGraph, _ tensors: [String: Matrix<Float>], user: Int, trainingRow: Int?,
    of rows: SparseRows = rows
  ) -> [[Double]] {
    var input = [Double](repeating: 0, count: rows.columnCount)
    for position in rows.range(ofRow: user) { input[Int(rows.indices[position])] = Double(rows.value(at: position)) }
    return graph.steps.reduce(into: [input]) { values, step in
      let read = step.reads.dropFirst().reduce(values[step.reads[0]]) { sum, place in zip(sum, values[place]).map(+) }
      values.append(result(step, read, step.tensors.compactMap { tensors[$0] }, trainingRow, row: input))
    }
  }

  private static func result(
    _ step: InferenceGraph.Step, _ x: [Double], _ tensors: [Matrix<Float>], _ trainingRow: Int?, row input: [Double]
  ) -> [Double] {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func row(_ tensor: Matrix<Float>, _ row: Int) -> [Double] { tensor[row: row].map { Double($0) } }
    switch step.operation {
    case .normalise:
      let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? x.map { $0 / norm } : x
    case .gather:
      let start = tensors.count > 1 ? row(tensors[1], 0) : [Double](repeating: 0, count: tensors[0].columns)
      return x.indices.reduce(start) { sum, item in
        zip(sum, row(tensors[0], item)).map { $0 + x[item] * $1 }
      }
    case .userVector(let unseen):
      if let trainingRow { return zip(x, row(tensors[0], trainingRow)).map(+) }
      if unseen == .zero { return x }
      let users = Double(tensors[0].rows)
      return (0..<tensors[0].rows).reduce(x) { sum, user in zip(sum, row(tensors[0], user)).map { $0 + $1 / users } }
    case .dense:
      return (0..<tensors[0].rows).map { output in
        let start = tensors.count > 1 ? Double(tensors[1][0, output]) : 0
        return zip(row(tensors[0], output), x).reduce(start) { $0 + $1.0 * $1.1 }
      }
    case .activation(.identity): return x
    case .activation(.tanh): return x.map { tanh($0) }
    case .activation(.sigmoid): return x.map(sigmoid)
    case .activation(.relu): return x.map { max(0, $0) }
    case .gate: return zip(x.prefix(x.count / 2), x.suffix(x.count / 2)).map { $0 * sigmoid($1) }
    case .swish: return x.map { $0 * sigmoid($0) }
    case .normalisation(let epsilon):
      let mean = Statistics.mean(x)
      let scale = 1 / (Statistics.populationVariance(x) + epsilon).squareRoot()
      return x.indices.map { (x[$0] - mean) * scale * Double(tensors[0][0, $0]) + Double(tensors[1][0, $0]) }
    case .slice(let range): return Array(x[range])
    case .clamp(let range): return x.map { min(max($0, range.lowerBound), range.upperBound) }
    case .subtractRow: return zip(x, input).map(-)
    case .constant:
      return x.indices.map { item in tensors.reduce(0) { $0 + Double($1.elements[$1.count == 1 ? 0 : item]) } }
    case .standardise(let largest):
      let lacked = x.indices.filter { input[$0] == 0 }.map { x[$0] }.sorted(by: >).prefix(largest)
      var (mean, deviation) = moments(Array(lacked))
      if deviation <= 1e-6 * abs(mean) { (mean, deviation) = moments(x) }
      return x.map { deviation <= 1e-6 * abs(mean) ? 0 : ($0 - mean) / deviation }
    case .scale(let factor): return x.map { Double(factor) * $0 }
    }
  }

  private static func moments(_ numbers: [Double]) -> (mean: Double, deviation: Double) {
    if numbers.isEmpty { return (0, 0) }
    return (Statistics.mean(numbers), Statistics.populationVariance(numbers).squareRoot())
  }

  @Test("the steps to a value leave out what it does not depend on")
  func dependencies() {
    var model = MultVAE()
    (model.hidden, model.latent) = ([6], 3)
    let graph = InferenceGraph(model.design, items: 20)
    let places = graph.steps(to: graph.code).map(\.place)
    // Neither the log-variance's slice nor its clamp.
    #expect(places == (0..<graph.code).filter { ![graph.code - 3, graph.code - 2].contains($0) })
    #expect(graph.steps(to: graph.logVariance ?? 0).map(\.place) == Array(0..<(graph.logVariance ?? 0)))
  }

  @Test("the graph of RecVAE's encoder says what each operation reads, and names the small tensors in their order")
  func description() {
    let design = LayerTests.recVAE()
    let graph = InferenceGraph(design, items: 30)
    #expect(
      graph.steps.prefix(6).map(\.operation) == [
        .normalise, .gather, .swish, .normalisation(epsilon: 0.1), .dense, .swish,
      ])
    #expect(graph.steps[2].tensors == [] && graph.steps[3].tensors == ["encoder.1.weight", "encoder.1.bias"])
    // The second swish reads the dense layer below it and the first normalised layer.
    #expect(graph.steps[5].reads == [5, 4] && graph.steps[8].reads == [8, 4, 7])
    #expect(graph.steps[11].operation == .slice(4..<8) && graph.steps[13].operation == .slice(0..<4))
    #expect(graph.steps[11].reads == [11] && graph.steps[13].reads == [11])
    #expect(graph.logVariance == 13 && graph.code == 14)
    #expect(graph.decoder.map(\.tensors) == [["decoder.0.weight", "decoder.0.bias"]])
    let small = graph.steps.flatMap(\.tensors).filter { $0 != "encoder.0.weight" && !$0.hasPrefix("decoder.0") }
    #expect(small == design.parameters.map(\.name))
  }
}
