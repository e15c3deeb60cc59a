public import Autoencoders
public import FileFormats

/// Measures of a distribution (U users, L dimensions; in nats, with β = 1 whatever its value in training).
public struct DistributionFindings: Sendable, Equatable {
  /// One row for each dimension, in the model's order; shape: L.
  public let dimensions: [PosteriorFindings]
  /// The mean divergence of a user's posterior from the prior.
  ///
  /// For N(0, I) the sum of the dimensions'. A mixture has no closed form and its dimensions do not add up: it is then
  /// estimated by draws.
  public let divergence: Double
  /// The standard error that the draws leave in ``divergence``; 0 where it is exact.
  public let divergenceError: Double
  /// The evidence lower bound, its parts, and the importance-weighted bounds.
  public let bounds: BoundFindings
  /// The aggregate posterior against the prior.
  public let aggregate: AggregateFindings
  /// The share of dimensions that are (ε, δ)-collapsed.
  public let collapsedShare: Double
  /// Over the active dimensions, the mean share of the aggregate variance that is posterior noise; 1 without any.
  public let noiseShare: Double
  /// The state of the posteriors.
  public let state: PosteriorState
}

/// One dimension of the posteriors, over the users.
///
/// A dimension is held against the Gaussian with the prior's mean and variance in it: N(0, 1) where the prior is N(0, I). The
/// dimensions of a mixture depend on each other, so that no divergence of one of them is a part of the whole.
public struct PosteriorFindings: Sendable, Equatable {
  /// Counted from 1.
  public let number: Int
  /// The mean divergence.
  public let divergence: Double
  /// The mean variance of a posterior.
  public let posteriorVariance: Double
  /// The mean of the aggregate posterior.
  public let aggregateMean: Double
  /// The variance of the aggregate posterior: that of the means plus the mean of the variances.
  public let aggregateVariance: Double
  /// The divergence of a Gaussian with these moments.
  public let aggregateDivergence: Double
  /// The share of users whose divergence is below ε.
  public let collapsedUsers: Double
  /// Whether that share is at least 1 − δ.
  ///
  /// Source: Lucas et al., "Don't blame the ELBO!", NeurIPS 2019, definition 1.
  public let isCollapsed: Bool
}

/// Bounds on log p(x), as means over users; the constant of the multinomial, log N!, is left out.
public struct BoundFindings: Sendable, Equatable {
  /// How many users they rest on.
  public let users: Int
  /// How many z were drawn for each of them.
  public let draws: Int
  /// E log p(x|z) − KL.
  ///
  /// Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, equation 3.
  public let elbo: Estimate
  /// E log p(x|z).
  public let logLikelihood: Estimate
  /// KL(q(z|x) ‖ p) of the same users; for a mixture by the same draws, which its standard error includes.
  public let divergence: Estimate
  /// The importance-weighted bounds L_S for several S, ascending.
  ///
  /// Source: Burda et al., ICLR 2016, equation 8.
  public let importanceWeighted: [ImportanceWeightedBound]
  /// exp(−Σ ELBO ÷ Σ items), pooled over the items of all users, so that users with many items count for more; `nil`
  /// unless the likelihood is multinomial.
  @OrNull public private(set) var perplexity: Double?
}

/// A mean over users.
public struct Estimate: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// Its standard error.
  public let standardError: Double
}

/// L_S for one S.
public struct ImportanceWeightedBound: Sendable, Equatable {
  /// S, the number of draws in one weighting.
  public let draws: Int
  /// The mean over users.
  public let bound: Estimate
}

/// The aggregate posterior q(z) = mean of q(z|x) over the users, against the prior p.
///
/// `E KL(q(z|x) ‖ p) = I(x; z) + KL(q(z) ‖ p)`. Source: Hoffman & Johnson, "ELBO surgery", NIPS workshop 2016, equation 6.
public struct AggregateFindings: Sendable, Equatable {
  /// How many users the mixture has here; one z was drawn from each.
  public let users: Int
  /// The mutual information between user and z, estimated; never above ``informationLimit``.
  public let mutualInformation: Estimate
  /// ln(users): an information near it is a lower bound only.
  public let informationLimit: Double
  /// The marginal divergence KL(q(z) ‖ p): the divergence of the same users, for a mixture at the same draws, less the
  /// information.
  public let marginalDivergence: Double
  /// The total correlation of a Gaussian with the covariance of q(z).
  public let totalCorrelation: Double
  /// The mean over dimensions of how far the aggregate's mean is from the prior's, absolute.
  public let meanOffset: Double
  /// The mean over dimensions of the aggregate's variance; 1 for N(0, I).
  public let meanVariance: Double
}

/// Documents have the members under these names, and a row for each dimension elsewhere.
extension Estimate: Encodable {}
extension ImportanceWeightedBound: Encodable {}
extension DistributionFindings: Encodable {
  private enum CodingKeys: String, CodingKey {
    case divergence = "kl"
    case bounds, aggregate, collapsedShare, noiseShare, state
  }
}
extension PosteriorFindings: Encodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case divergence = "kl"
    case aggregateDivergence = "aggregateKL"
    case isCollapsed = "collapsed"
    case posteriorVariance, aggregateVariance, collapsedUsers
  }
}
extension BoundFindings: Encodable {
  private enum CodingKeys: String, CodingKey {
    case divergence = "kl"
    case users, draws, elbo, logLikelihood, importanceWeighted, perplexity
  }
}
extension AggregateFindings: Encodable {
  private enum CodingKeys: String, CodingKey {
    case marginalDivergence = "marginalKL"
    case users, mutualInformation, informationLimit, totalCorrelation, meanOffset, meanVariance
  }
}
