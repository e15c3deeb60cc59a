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

  /// The model of the zoo that the case is one of, set to the case's widths and weights.
  var design: AnyDesign {
    var decoders = 0
    while initial["decoder.\(decoders + 1).weight"] != nil { decoders += 1 }
    // encoder.k.weight is outputs × inputs, the first one items × outputs; a distribution's code has two outputs a dimension.
    let first = initial["encoder.0.weight"]?.shape[1] ?? 0
    let hidden = decoders == 0 ? [] : [first]
    let latent = initial["decoder.0.weight"]?.shape[1] ?? 0
    let likelihood = Likelihood(rawValue: likelihood) ?? .gaussian
    switch name {
    case "mult-vae", "mult-vae-beta1":
      var model = MultVAE()
      (model.hidden, model.latent, model.beta, model.annealingSteps) = (hidden, latent, beta, 0)
      model.weightDecay = weightDecay
      return .gaussian(model.design)
    case "mult-dae", "dae-deep-multinomial":
      var model = MultDAE()
      (model.hidden, model.latent, model.weightDecay) = (hidden, latent, weightDecay)
      return .point(model.design)
    case "cdae-logistic", "cdae-squared":
      var model = CDAE()
      (model.latent, model.likelihood, model.weightDecay) = (latent, likelihood, weightDecay)
      return .point(model.design)
    case "dae-bernoulli":
      var model = DAE()
      (model.latent, model.weightDecay) = (latent, weightDecay)
      return .point(model.design)
    case "user-autorec":
      var model = UserAutoRec()
      (model.latent, model.weightDecay) = (latent, weightDecay)
      return .point(model.design)
    default:
      var model = AE()
      (model.latent, model.likelihood, model.weightDecay) = (latent, likelihood, weightDecay)
      return .point(model.design)
    }
  }

  enum AnyDesign {
    case point(Design<PointLatent>)
    case gaussian(Design<GaussianLatent>)
  }
}
