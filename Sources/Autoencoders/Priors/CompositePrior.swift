public import Compute
import Foundation
import InteractionData

/// RecVAE's prior: in each dimension a mixture of N(0, 1), the user's own posterior as an earlier encoder saw it, and a wide
/// Gaussian.
///
/// `p(z_k | x_u) = 0.15 N(0, 1) + 0.75 N(μ_k, exp s_k) + 0.1 N(0, e¹⁰)`, with μ and s of the encoder that a phase has kept
/// (``Phase/keepsEncoder``) for the user's clean row; before there is one, N(0, 1) stands in for it. It holds an update near
/// what the encoder had learned. The divergence is `log q(z|x) − log p(z)` at the one z that training draws. Source:
/// Shenbin et al., "RecVAE", WSDM 2020, section 3.3, equations 8 and 9, and the authors' code.
///
/// A prior that depends on the user is none from which a new user could be drawn, and log q − log p with it bounds no
/// likelihood. What bounds, inspection and sampling get is therefore ``components(latent:_:)``: the Gaussian with the mean and
/// the variances of the aggregate posterior over the training users, which is measured when training ends
/// (``Autoencoder/measuringPrior(over:processor:)``). Users are drawn with more of their structure from the aggregate posterior
/// itself.
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

  /// As training needs them.
  public func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double] {
    let owns = trace.reference.rows == 0 ? Matrix<S>(rows: head.rows, columns: head.columns) : trace.reference
    let prior = density.logDensities(of: trace.z, owns: owns, slopes: &trace.slopes)
    return zip(head.logDensitiesOfDraws(noise: trace.noise), prior).map(-)
  }

  /// From above to below; the earlier encoder stands still, so all of it goes through z.
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

  /// It cannot tell: what it holds the posteriors against is the user's own, of an encoder that is kept beside.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { nil }

  /// One, with the moments of the aggregate posterior.
  public func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent] {
    let (mean, logVariance) = (parameters[parameters.startIndex], parameters[parameters.startIndex + 1])
    return [
      GaussianComponent(
        mean: mean.elements.map { Double($0) }, variance: logVariance.elements.map { exp(Double($0)) })
    ]
  }
}

extension Autoencoder where Latent == GaussianLatent {
  /// The same model with the mean and the variances of the aggregate posterior over some users as what its
  /// ``CompositePrior`` is without a user.
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
