import Autoencoders
import Compute
import Foundation
import InteractionData
import Testing

/// One case of `Fixtures/reference.json`, written by `make_fixtures.py` with PyTorch in double precision.
struct ReferenceCase: Decodable, CustomTestStringConvertible {
  struct Tensor: Decodable {
    let shape: [Int]
    let values: [Double]

    var matrix: Matrix<Double> {
      shape.count == 1
        ? Matrix(rows: 1, columns: shape[0], elements: values)
        : Matrix(rows: shape[0], columns: shape[1], elements: values)
    }
  }

  let name: String
  let items: Int
  let likelihood: String
  let activation: String
  let normalise: Bool
  let weightDecay: Double
  let beta: Double
  let rows: [[Int]]
  let values: [[Double]]
  let keep: [[Int]]
  let delta: Double
  let users: [Int]?
  let epsilon: [Double]?
  let initial: [String: Tensor]
  let logits: [Double]
  let reconstruction: Double
  let kl: Double?
  let regulariser: Double
  let total: Double
  let gradients: [String: Tensor]
  let code: [Double]
  let logVariance: [Double]?
  let afterTenSteps: [String: Tensor]
  let lossesOfTenSteps: [Double]

  var testDescription: String { name }

  static let all: [ReferenceCase] = {
    struct File: Decodable { let cases: [ReferenceCase] }
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/reference.json")
    guard let data = try? Data(contentsOf: path),
      let file = try? JSONDecoder().decode(File.self, from: data)
    else { return [] }
    return file.cases
  }()

  var isVariational: Bool { epsilon != nil }

  /// The batch as rows of a data set in which each user stands where the user vectors say.
  var data: (rows: SparseRows, batch: [Int]) {
    let batch = users ?? Array(rows.indices)
    var offsets = [0]
    var indices: [Int32] = []
    var ratings: [Float] = []
    for user in 0...(batch.max() ?? 0) {
      if let place = batch.firstIndex(of: user) {
        indices += rows[place].map(Int32.init)
        ratings += values[place].map(Float.init)
      }
      offsets.append(indices.count)
    }
    return (
      SparseRows(columnCount: items, offsets: offsets, indices: indices, values: ratings), batch
    )
  }

  var userCount: Int { initial["user.weight"]?.shape[0] ?? 0 }

  var noise: NoiseSource {
    let latent = kl == nil ? 0 : (epsilon ?? []).count / rows.count
    return .given(
      GivenNoise(
        kept: keep.map { $0.map { $0 == 1 } },
        latent: Matrix(
          rows: latent == 0 ? 0 : rows.count, columns: latent, elements: epsilon ?? [])))
  }

  func design<Latent: LatentSpace>(prior: Latent.Prior) -> Design<Latent> {
    // Widths are read off the tensors: encoder.k.weight is outputs × inputs, the first one items × outputs.
    var widths = [initial["encoder.0.weight"]?.shape[1] ?? 0]
    while let layer = initial["encoder.\(widths.count).weight"] { widths.append(layer.shape[0]) }
    let outputs = widths.removeLast()
    var design = Design<Latent>(latent: outputs / Latent.outputsPerDimension, prior: prior)
    design.hidden = widths
    design.normalisesInput = normalise
    design.corruption = delta == 1 ? .none : .masking(rate: 1 - 1 / delta, scale: delta)
    design.activation = Activation(rawValue: activation) ?? .identity
    design.codeActivation = isVariational ? .identity : design.activation
    design.likelihood = Likelihood(rawValue: likelihood) ?? .gaussian
    design.cells = likelihood == "maskedSquared" ? .observed : .all
    design.userVectors = users == nil ? nil : .mean
    design.weightDecay = weightDecay
    return design
  }
}
