public import Compute
import Foundation
import InteractionData

/// RecVAE's prior: in each dimension a mixture of N(0, 1), the user's posterior under an earlier encoder, and a wide
/// Gaussian.
///
/// `p(z_k | x_u) = 0.15 N(0, 1) + 0.75 N(μ_k, exp s_k) + 0.1 N(0, e¹⁰)`, with μ and s from the encoder that a phase has
/// kept (``Phase/keepsEncoder``) for the user's clean row; before there is one, N(0, 1) replaces it. It keeps updates
/// near the earlier encoder. The divergence is `log q(z|x) − log p(z)` at the one z that training draws. Source:
/// Shenbin et al., "RecVAE", WSDM 2020, section 3.3, equations 8 and 9, and the authors' code.
///
/// A prior that depends on the user cannot generate new users, and log q − log p with it does not bound a likelihood.
/// Bounds, inspection and sampling therefore use ``components(latent:_:)``: the Gaussian with the mean and the
/// variances of the aggregate posterior over the training users, which is measured when training ends
/// (``Autoencoder/measuringPrior(over:processor:)``). Draws from the aggregate posterior itself keep more of the users'
/// structure.
public struct CompositePrior: Prior, Equatable {
  /// The mixture in each dimension.
  public var density: CompositeGaussian

  /// Describes the prior, with the authors' shares unless told otherwise.
  public init(
    density: CompositeGaussian = CompositeGaussian(standard: 0.15, own: 0.75, wide: 0.1, wideLogVariance: 10)
  ) { self.density = density }

  /// `mean` and `logVariance`, 1 × L each, of the aggregate posterior: measured, not learned; N(0, I) until then.
  public func parameters(latent: Int) -> [Parameter] {
    ["mean", "logVariance"].map { Parameter($0, rows: 1, columns: latent, start: .constant(0)) }
  }

  /// The divergences for training.
  public func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double] {
    let owns = trace.reference.rows == 0 ? Matrix<S>(rows: head.rows, columns: head.columns) : trace.reference
    let prior = density.logDensities(of: trace.z, owns: owns, slopes: &trace.slopes)
    return zip(head.logDensitiesOfDraws(noise: trace.noise), prior).map(-)
  }

  /// The backward pass; the earlier encoder is fixed, so the whole gradient goes through z.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    var gradient = gradient
    for (row, weight) in weights.enumerated() {
      gradient.add(row: row, of: trace.slopes, scale: S(weight), toRow: row)
    }
    trace.backpropagateDraw(gradient, head: head, weights: weights, into: &delta)
    return parameters.map { Matrix(rows: $0.rows, columns: $0.columns) }
  }

  /// `nil`: each user is compared with their own posterior under a kept encoder.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { nil }

  /// One Gaussian, with the moments of the aggregate posterior.
  public func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent] {
    let (mean, logVariance) = (parameters[parameters.startIndex], parameters[parameters.startIndex + 1])
    return [
      GaussianComponent(
        mean: mean.elements.map { Double($0) }, variance: logVariance.elements.map { exp(Double($0)) })
    ]
  }
}

extension Autoencoder where Latent == GaussianLatent {
  /// The same model, with the mean and the variances of the aggregate posterior over some users in its
  /// ``CompositePrior``.
  ///
  /// Rows without entries are left out, as training leaves them out.
  ///
  /// - Precondition: the prior is a ``CompositePrior``, and some row has an entry.
  public func measuringPrior(over rows: SparseRows, processor: Processor) throws -> Autoencoder {
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    let some = users.count == rows.rowCount ? rows : rows.selecting(rows: users)
    let found = try aggregatePosterior(of: Profiles(items: some), processor: processor)
    let moments = [found.mean, found.variance.map { log(max($0, .leastNormalMagnitude)) }]
    var network = network
    for (place, values) in zip(network.described.indices.filter { network.described[$0].group == .prior }, moments) {
      network.parameters[place] = Matrix(rows: 1, columns: values.count, elements: values.map { Float($0) })
    }
    return Autoencoder(design: design, network: network, division: division)
  }
}
