import Autoencoders
import Compute
import Foundation

/// What a page can compute of a network, and how many bytes that takes.
struct EmbeddedNetwork {
  /// An operation, as the program in the page knows it.
  struct Step: Encodable {
    let operation: String
    /// The values it reads, summed: 0 is what comes in, `k` what step `k − 1` makes.
    let reads: [Int]
    /// ε of a normalisation.
    var epsilon: Double?
    /// Of a slice or a clamp.
    var from: Double?
    var to: Double?
    /// Row after row, in base64 of little-endian numbers.
    var weight: String?
    var bias: String?
    /// `f32` or `f16`, for the weights; biases are 32-bit.
    var precision: String?
  }

  /// Bytes of everything that does not depend on how many items are kept.
  let fixedBytes: Int
  /// The width of the last layer's input, and of the first layer's output.
  let (outputWidth, inputWidth): (Int, Int)
  /// Whether codes can be computed in the page.
  let hasEncoder: Bool
  /// The decoder for some items, and the encoder from them to code and log-variance.
  let decoder: (KeptItems) -> [Step]
  let encoder: (KeptItems) -> (steps: [Step], code: Int, logVariance: Int?)

  /// - Parameter order: the column of each item.
  init<Latent: LatentSpace>(_ model: Autoencoder<Latent>, order: [Int]?) {
    let (graph, network, design) = (model.graph, model.network, model.design)
    let shards = network.shards
    outputWidth = shards.first?.outputWeight.columns ?? 0
    inputWidth = shards.first?.inputWeight.columns ?? 0
    fixedBytes = design.parameters.reduce(0) { $0 + ($1.group == .decoder ? 4 * $1.count : 0) }
    let places = [graph.code, graph.logVariance].compactMap(\.self)
    let before = Set(places.flatMap { graph.steps(to: $0).map(\.place) }).sorted()
    hasEncoder = before.allSatisfy { place in
      switch graph.steps[place].operation {
      case .normalise, .gather, .activation, .normalisation, .dense, .gate, .swish, .slice, .clamp:
        true
      case .userVector, .subtractRow, .constant, .standardise, .scale: false
      }
    }
    func columns(_ kept: KeptItems) -> [Int] { kept.indices.map { order?[$0] ?? $0 } }
    func rows(_ columns: [Int], _ part: (ItemShard<Float>) -> Matrix<Float>) -> [Float] {
      columns.flatMap { item -> [Float] in
        guard let shard = shards.first(where: { $0.items.contains(item) }) else { return [] }
        return Array(part(shard)[row: item - shard.items.lowerBound])
      }
    }
    decoder = { kept in
      graph.decoder.enumerated().map { place, step in
        let reads = step.reads.map { $0 - graph.code }
        if place < graph.decoder.count - 1 {
          return Self.step(step, reads, step.tensors.compactMap { network[$0] })
        }
        let columns = columns(kept)
        let biases = columns.compactMap { item in
          shards.first { $0.items.contains(item) }.map {
            $0.outputBias[0, item - $0.items.lowerBound]
          }
        }
        return Step(
          operation: "dense", reads: reads, weight: kept.packed(rows(columns, \.outputWeight)),
          bias: base64(biases),
          precision: kept.precision)
      }
    }
    encoder = { kept in
      // Steps that nothing reads are left out, so the others have other numbers.
      var numbers = [0: 0]
      for (number, place) in before.enumerated() { numbers[place + 1] = number + 1 }
      let steps = before.map { place -> Step in
        let step = graph.steps[place]
        let reads = step.reads.map { numbers[$0] ?? 0 }
        guard case .gather = step.operation else {
          return Self.step(step, reads, step.tensors.compactMap { network[$0] })
        }
        let bias = step.tensors.dropFirst().first.flatMap { network[$0]?.elements }
        return Step(
          operation: "gather", reads: reads,
          weight: kept.packed(rows(columns(kept), \.inputWeight)),
          bias: base64(bias ?? [Float](repeating: 0, count: step.width)), precision: kept.precision)
      }
      return (steps, numbers[graph.code] ?? 0, graph.logVariance.flatMap { numbers[$0] })
    }
  }

  private static func step(_ step: InferenceGraph.Step, _ reads: [Int], _ tensors: [Matrix<Float>])
    -> Step
  {
    var operation: String
    var (epsilon, from, to): (Double?, Double?, Double?)
    switch step.operation {
    case .activation(let activation): operation = activation.rawValue
    case .normalisation(let value): (operation, epsilon) = ("normalisation", value)
    case .dense: operation = "dense"
    case .gate: operation = "gate"
    case .swish: operation = "swish"
    case .normalise: operation = "normalise"
    case .slice(let range):
      (operation, from, to) = ("slice", Double(range.lowerBound), Double(range.upperBound))
    case .clamp(let range): (operation, from, to) = ("clamp", range.lowerBound, range.upperBound)
    case .gather, .userVector, .subtractRow, .constant, .standardise, .scale:
      preconditionFailure("\(step.operation) in a page")
    }
    return Step(
      operation: operation, reads: reads, epsilon: epsilon, from: from, to: to,
      weight: tensors.first.map { base64($0.elements) },
      bias: tensors.last.map { base64($0.elements) },
      precision: tensors.isEmpty ? nil : "f32")
  }
}

/// The items whose weights are embedded in the page.
struct KeptItems {
  /// Which, ascending.
  let indices: [Int]
  /// Whether weights are rounded to 16 bits.
  let isHalf: Bool
  /// Whether those of the encoders are there, too.
  let hasEncoders: Bool
  /// How many the model has.
  let total: Int

  var isAll: Bool { indices.count == total }
  var precision: String { isHalf ? "f16" : "f32" }

  func packed(_ weights: [Float]) -> String {
    isHalf ? base64(weights.map(HalfPrecision.bits)) : base64(weights)
  }

  /// Chooses what fits: all items with encoders, else all items, else those with the largest share.
  ///
  /// 32-bit numbers are for small models: they say nothing more to a reader.
  init(of spaces: [ExploredSpace], budget: Int, least: Int) {
    let total = spaces[0].meanShare.count
    func bytes(_ size: Int, encoders: Bool) -> Int {
      spaces.reduce(0) { sum, space in
        let network = space.network
        return sum + size * network.outputWidth + 4
          + (encoders && network.hasEncoder ? size * network.inputWidth : 0)
      }
    }
    (self.total, hasEncoders) = (total, total * bytes(2, encoders: true) <= budget)
    isHalf = total * bytes(4, encoders: hasEncoders) > budget / 3
    let fitting = max(least, budget / max(1, bytes(2, encoders: false)))
    if total <= fitting {
      indices = Array(0..<total)
    } else {
      let shares = (0..<total).map { item in spaces.reduce(0) { $0 + $1.meanShare[item] } }
      indices = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }.prefix(fitting)
        .sorted()
    }
  }

  /// The positions of some items among those kept.
  func places(of items: some Sequence<Int>) -> [Int] {
    let found = Set(items)
    return indices.indices.filter { found.contains(indices[$0]) }
  }
}

func base64(_ numbers: [Float]) -> String { base64(numbers.map(\.bitPattern)) }

func base64(_ words: [some FixedWidthInteger]) -> String {
  var bytes = Data(capacity: words.count * 4)
  for word in words {
    for shift in stride(from: 0, to: word.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }
  return bytes.base64EncodedString()
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
    let steps = Int(
      Float(sign: .plus, exponent: 10 - exponent, significand: size).rounded(.toNearestOrEven))
    return sign | UInt16((exponent + 15) << 10 + steps - 1024)
  }
}
