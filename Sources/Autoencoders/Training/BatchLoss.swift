/// The terms of a batch's loss, as means over its users.
public struct BatchLoss: Sendable, Equatable {
  /// The negative log-likelihood, up to constants.
  public var reconstruction: Double
  /// The divergence of the posteriors from the prior, summed over latent dimensions.
  public var divergence: Double
  /// The divergence with each user's term multiplied by the factor of their weight, if the factors differ.
  public var weightedDivergence: Double
  /// The weight β of the divergence in this update.
  public var priorWeight: Double
  /// The number of users.
  public var users: Int
  /// The number of log-variances clipped to their range.
  public var heldLogVariances: Int

  /// Reconstruction and weighted divergence; the penalty on weights is not part of it.
  public var total: Double { reconstruction + priorWeight * weightedDivergence }
}

/// A loss that is NaN, infinite or beyond the number format.
public struct NonFiniteLoss: Error, Sendable {
  /// Its terms.
  public let loss: BatchLoss
  /// The first place in the forward pass where a number is not finite.
  public let layer: String
  /// η, the most likely cause.
  public let learningRate: Double
  /// The model, if known.
  public var model: String?
}
