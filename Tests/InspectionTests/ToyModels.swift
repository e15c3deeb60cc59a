import Autoencoders
import Compute
import Foundation
import Inspection
import InteractionData

/// Models made by hand, with answers known beforehand.
enum Toy {
  /// A variational autoencoder with one latent dimension and three items: whatever the profile, q(z|x) = N(mean, deviation²),
  /// and the logits are (z, 0, −z).
  ///
  /// - Parameter prior: weights, means and variances of a mixture; N(0, 1) without.
  static func constantPosterior(
    mean: Float, logVariance: Float, prior: [(weight: Double, mean: Double, variance: Double)] = []
  ) throws -> Autoencoder<GaussianLatent> {
    var design = Design<GaussianLatent>(latent: 1)
    design.likelihood = .multinomial
    var tensors: [String: Matrix<Float>] = [
      "encoder.0.weight": Matrix(rows: 3, columns: 2),
      "encoder.0.bias": Matrix(rows: 1, columns: 2, elements: [mean, logVariance]),
      "decoder.0.weight": Matrix(rows: 3, columns: 1, elements: [1, 0, -1]),
      "decoder.0.bias": Matrix(rows: 1, columns: 3),
    ]
    if !prior.isEmpty {
      design.prior = MixtureOfGaussians(components: prior.count)
      let count = prior.count
      tensors["prior.logits"] = Matrix(rows: 1, columns: count, elements: prior.map { Float(log($0.weight)) })
      tensors["prior.means"] = Matrix(rows: count, columns: 1, elements: prior.map { Float($0.mean) })
      tensors["prior.logVariances"] = Matrix(rows: count, columns: 1, elements: prior.map { Float(log($0.variance)) })
    }
    return Autoencoder(design: design, network: try Network(design, items: 3, users: 0, tensors: tensors))
  }

  /// A variational autoencoder without hidden layers: `encoder` is items × 2L, the means before the log-variances.
  static func linear(
    encoder: [[Float]], logVariances: [Float]
  ) throws -> Autoencoder<GaussianLatent> {
    let (items, latent) = (encoder.count, logVariances.count)
    let design = Design<GaussianLatent>(latent: latent)
    let weight = encoder.flatMap { $0 + [Float](repeating: 0, count: latent) }
    return Autoencoder(
      design: design,
      network: try Network(
        design, items: items, users: 0,
        tensors: [
          "encoder.0.weight": Matrix(rows: items, columns: 2 * latent, elements: weight),
          "encoder.0.bias": Matrix(
            rows: 1, columns: 2 * latent, elements: [Float](repeating: 0, count: latent) + logVariances),
          "decoder.0.weight": Matrix(rows: items, columns: latent, elements: encoder.flatMap(\.self)),
          "decoder.0.bias": Matrix(rows: 1, columns: items),
        ]))
  }

  /// An autoencoder whose code is a linear function of the profile; `encoder` is items × L.
  static func points(encoder: [[Float]]) throws -> Autoencoder<PointLatent> {
    let (items, latent) = (encoder.count, encoder[0].count)
    let design = Design<PointLatent>(latent: latent)
    let weight = Matrix(rows: items, columns: latent, elements: encoder.flatMap(\.self))
    return Autoencoder(
      design: design,
      network: try Network(
        design, items: items, users: 0,
        tensors: [
          "encoder.0.weight": weight, "encoder.0.bias": Matrix(rows: 1, columns: latent),
          "decoder.0.weight": weight, "decoder.0.bias": Matrix(rows: 1, columns: items),
        ]))
  }

  /// Looks at some profiles.
  static func inspector(
    _ rows: SparseRows, options: InspectionOptions = InspectionOptions(), seed: UInt64 = 1, threads: Int = 2
  ) -> LatentInspector {
    LatentInspector(
      userIDs: (0..<rows.rowCount).map { "user-\($0)" }, profiles: Profiles(items: rows),
      items: Vocabulary(ids: (0..<rows.columnCount).map { "item-\($0)" }), options: options, seed: Seed(seed),
      processor: Processor(engine: .gsl, threads: threads))
  }
}
