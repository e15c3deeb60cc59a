import Autoencoders
import Compute
import Foundation
import Generation
import InteractionData
import TestSupport

/// A variational autoencoder whose decoder says the same everywhere: these logits.
func modelSaying(_ logits: [Float]) -> Autoencoder<GaussianLatent> {
  var model = MultVAE()
  (model.hidden, model.latent) = ([], 2)
  var network = Network<Float>(model.design, items: logits.count, users: 0, seed: Seed(1))
  for shard in network.shards.indices {
    network.shards[shard].outputWeight.clear()
    for (column, item) in network.shards[shard].items.enumerated() {
      network.shards[shard].outputBias[0, column] = logits[item]
    }
  }
  return Autoencoder(design: model.design, network: network)
}

/// A variational autoencoder with two tastes: the first coordinate of z is for the even items and against the odd ones;
/// the items of either kind become rarer one after the other.
func modelWithTwoTastes(items: Int) -> Autoencoder<GaussianLatent> {
  var model = MultVAE()
  (model.hidden, model.latent) = ([], 2)
  var network = Network<Float>(model.design, items: items, users: 0, seed: Seed(1))
  for shard in network.shards.indices {
    network.shards[shard].outputWeight.clear()
    for (column, item) in network.shards[shard].items.enumerated() {
      network.shards[shard].outputWeight[column, 0] = item % 2 == 0 ? 1 : -1
      network.shards[shard].outputBias[0, column] = -0.8 * log(Float(1 + item / 2))
    }
  }
  return Autoencoder(design: model.design, network: network)
}

/// Everybody has the same number of items.
func always(_ length: Int) -> ProfileLengths {
  .empirical(LengthHistogram(counts: [Int](repeating: 0, count: length) + [1]) ?? oneItem)
}

/// One user with one item.
let oneItem = LengthHistogram(of: SparseRows(columnCount: 1, rows: [[0]])) ?? { preconditionFailure("one user") }()

/// An untrained model of a kind over 50 items.
func variational(hidden: [Int] = [6], items: Int = 50, seed: UInt64 = 1) -> Autoencoder<GaussianLatent> {
  var model = MultVAE()
  (model.hidden, model.latent) = (hidden, 4)
  return Autoencoder(
    design: model.design, network: Network<Float>(model.design, items: items, users: 0, seed: Seed(seed)))
}

/// The same with a learned prior: `0.25 N(m, ¼ I) + 0.75 N(−m, I)`, `m = (3, 0, −1, 2)`.
func mixed() throws -> Autoencoder<GaussianLatent> {
  var design = variational().design
  design.prior = MixtureOfGaussians(components: 2)
  var tensors = NamedTensors(Network<Float>(design, items: 50, users: 0, seed: Seed(1))).matrices
  tensors["prior.logits"] = Matrix(rows: 1, columns: 2, elements: [0, Float(log(3.0))])
  tensors["prior.means"] = Matrix(rows: 2, columns: 4, elements: [3, 0, -1, 2, -3, 0, 1, -2])
  tensors["prior.logVariances"] = Matrix(
    rows: 2, columns: 4, elements: [Float](repeating: Float(log(0.25)), count: 4) + [0, 0, 0, 0])
  return Autoencoder(design: design, network: try Network(design, items: 50, users: 0, tensors: tensors))
}

func pointwise() -> Autoencoder<PointLatent> {
  var model = AE()
  model.latent = 4
  return Autoencoder(design: model.design, network: Network<Float>(model.design, items: 50, users: 0, seed: Seed(1)))
}

/// Pearson's statistic of observed frequencies against probabilities, and its degrees of freedom.
func chiSquare(_ observed: [[Int32]: Int], _ probabilities: [[Int32]: Double]) -> (statistic: Double, degrees: Int) {
  let total = Double(observed.values.reduce(0, +))
  let statistic = probabilities.reduce(0.0) { sum, cell in
    let expected = total * cell.value
    let difference = Double(observed[cell.key] ?? 0) - expected
    return sum + difference * difference / expected
  }
  return (statistic, probabilities.count - 1)
}

/// How often each profile occurs; with counts, an item stands as often as it was drawn.
func frequencies(of rows: SparseRows) -> [[Int32]: Int] {
  (0..<rows.rowCount).reduce(into: [:]) { found, row in
    let profile = rows.range(ofRow: row).flatMap { position in
      [Int32](repeating: rows.indices[position], count: Int(rows.value(at: position)))
    }
    found[profile, default: 0] += 1
  }
}
