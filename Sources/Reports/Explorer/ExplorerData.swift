import Autoencoders
import Compute
import Foundation
import InteractionData
import Plots
import Presentation

/// The data of the program in the page: weights, names, starting points, and results to check itself against.
struct ExplorerData: Encodable {
  /// An operation of the decoder.
  struct Step: Encodable {
    /// As the program calls it.
    let operation: String
    /// The values it reads, summed: 0 is the latent vector, `k` what step `k − 1` makes.
    let reads: [Int]
    /// ε of a normalisation.
    var epsilon: Double?
    /// Row after row, in base64 of little-endian numbers.
    var weight: String?
    var bias: String?
    /// `f32` or `f16`, for the weights; biases are 32-bit.
    var precision: String?
  }
  struct Place: Encodable {
    let name: String
    /// What the user has, by place among the kept items.
    let profile: [Int]
  }
  struct Slider: Encodable {
    /// From 0.
    let dimension: Int
    let low: Double
    let high: Double
    let deviation: Double
  }
  /// What doppel computes for one moved slider.
  struct Check: Encodable {
    let place: Int
    let dimension: Int
    let value: Double
    let items: [Int]
    let values: [Double]
  }

  let model: String
  let isDistribution: Bool
  let likelihood: String
  let latent: Int
  let listLength: Int
  /// The last one makes the logits of the kept items.
  let steps: [Step]
  let names: [String]
  let places: [Place]
  /// Places without a user: the middle, and for a mixture its components.
  let middles: [String]
  /// Shape: (places + middles) × L; the middle is the mean of the prior, or of the codes of points.
  let codes: String
  let sliders: [Slider]
  let check: Check

  /// - Parameter prior: `nil` for points.
  init<Latent: LatentSpace>(
    _ explorer: LatentExplorer, _ autoencoder: Autoencoder<Latent>, prior: FittedPrior?, places: StartingPlaces,
    kept: KeptItems, engine: ProductEngine
  ) {
    let design = autoencoder.design
    model = explorer.name
    isDistribution = prior != nil
    likelihood = design.likelihood.rawValue
    latent = design.latent
    listLength = min(explorer.listLength, kept.indices.count)
    let (graph, network) = (autoencoder.graph, autoencoder.network)
    steps = graph.decoder.enumerated().map { place, step in
      let reads = step.reads.map { $0 - graph.code }
      return place == graph.decoder.count - 1
        ? Self.output(network.shards, reads, kept) : Self.step(step, reads, step.tensors.compactMap { network[$0] })
    }
    names = kept.indices.map { DisplayName(explorer.titles?.name(of: $0) ?? explorer.items[$0]).text }
    self.places = places.userIDs.enumerated().map { row, id in
      Place(name: DisplayName(id).text, profile: Self.places(of: places.profiles.indices(ofRow: row), in: kept.indices))
    }
    let components = prior.map { $0.components.count > 1 ? $0.components.sorted { $0.weight > $1.weight } : [] } ?? []
    middles =
      [prior == nil ? "the mean of all codes" : "the mean of the prior"]
      + components.enumerated().map {
        "component \($0 + 1) of the prior (\(Number.percent($1.weight, decimals: 0)))"
      }
    let middle = [prior?.mean ?? places.mean] + components.map(\.mean)
    codes = Self.base64(places.codes.elements + middle.joined().map { Float($0) })

    let active = places.deviation.indices.sorted { (places.deviation[$1], $0) < (places.deviation[$0], $1) }
    let sliders = active.prefix(explorer.sliders).map { dimension -> Slider in
      let (mean, deviation) = (places.mean[dimension], places.deviation[dimension])
      let centre = prior?.mean[dimension] ?? mean
      let reach =
        prior.map { max(3 * $0.variance[dimension].squareRoot(), abs(mean - centre) + 3 * deviation) }
        ?? max(3 * deviation, 1e-6)
      return Slider(dimension: dimension, low: centre - reach, high: centre + reach, deviation: deviation)
    }
    self.sliders = sliders
    check = Self.check(autoencoder, likelihood: design.likelihood, places, sliders[0], kept, engine, count: listLength)
  }

  private static func step(_ step: InferenceGraph.Step, _ reads: [Int], _ tensors: [Matrix<Float>]) -> Step {
    var operation: String
    var epsilon: Double?
    switch step.operation {
    case .activation(let activation): operation = activation.rawValue
    case .normalisation(let value): (operation, epsilon) = ("normalisation", value)
    case .dense: operation = "dense"
    case .gate: operation = "gate"
    case .swish: operation = "swish"
    case .normalise, .gather, .userVector, .slice, .clamp, .subtractRow, .constant, .standardise, .scale:
      preconditionFailure("\(step.operation) in a decoder")
    }
    return Step(
      operation: operation, reads: reads, epsilon: epsilon, weight: tensors.first.map { base64($0.elements) },
      bias: tensors.last.map { base64($0.elements) }, precision: tensors.isEmpty ? nil : "f32")
  }

  private static func output(_ shards: [ItemShard<Float>], _ reads: [Int], _ kept: KeptItems) -> Step {
    var (weights, biases): ([Float], [Float]) = ([], [])
    var shard = 0
    for item in kept.indices {
      while !shards[shard].items.contains(item) { shard += 1 }
      let row = item - shards[shard].items.lowerBound
      weights += shards[shard].outputWeight[row: row]
      biases.append(shards[shard].outputBias[0, row])
    }
    return Step(
      operation: "dense", reads: reads, weight: kept.isHalf ? base64(weights.map(HalfPrecision.bits)) : base64(weights),
      bias: base64(biases),
      precision: kept.isHalf ? "f16" : "f32")
  }

  /// The largest slider moved by half its reach from the first place: what the page must show then.
  private static func check<Latent: LatentSpace>(
    _ autoencoder: Autoencoder<Latent>, likelihood: Likelihood, _ places: StartingPlaces, _ slider: Slider,
    _ kept: KeptItems, _ engine: ProductEngine, count: Int
  ) -> Check {
    let value = (slider.low + 3 * slider.high) / 4
    var code = Matrix(rows: 1, columns: autoencoder.design.latent, elements: Array(places.codes[row: 0]))
    code[0, slider.dimension] = Float(value)
    let all = autoencoder.decode(code, using: engine)
    var expected = Matrix(rows: 1, columns: kept.indices.count, elements: kept.indices.map { all[0, $0] })
    likelihood.turnIntoExpectations(&expected)
    let values = expected.elements
    let best = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count)
    return Check(
      place: 0, dimension: slider.dimension, value: value, items: Array(best), values: best.map { Double(values[$0]) })
  }

  /// The positions of some items in an ascending list.
  private static func places(of items: ArraySlice<Int32>, in kept: [Int]) -> [Int] {
    let found = Set(items.map(Int.init))
    return kept.indices.filter { found.contains(kept[$0]) }
  }

  private static func base64(_ numbers: [Float]) -> String {
    base64(numbers.map(\.bitPattern))
  }

  private static func base64(_ words: [some FixedWidthInteger]) -> String {
    var bytes = Data(capacity: words.count * 4)
    for word in words {
      for shift in stride(from: 0, to: word.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return bytes.base64EncodedString()
  }
}

/// IEEE 754 half precision; Swift has a type for it, but not on every machine.
enum HalfPrecision {
  /// The bits of the nearest half-precision number, ties to even.
  static func bits(_ number: Float) -> UInt16 {
    let sign = UInt16(number.bitPattern >> 16) & 0x8000
    let size = abs(number)
    guard size < 65520 else { return sign | (number.isNaN ? 0x7E00 : 0x7C00) }
    // Below 2⁻¹⁴ steps are 2⁻²⁴ wide; above, 2¹⁰ steps lie between two powers of two.
    if size < 0x1p-14 { return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven)) }
    let exponent = Int(size.exponent)
    let steps = Int(Float(sign: .plus, exponent: 10 - exponent, significand: size).rounded(.toNearestOrEven))
    return sign | UInt16((exponent + 15) << 10 + steps - 1024)
  }
}
