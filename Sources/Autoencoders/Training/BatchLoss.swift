/// The terms of a batch's loss, as means over its users.
public struct BatchLoss: Sendable, Equatable {
  /// The negative log-likelihood, up to constants.
  public var reconstruction: Double
  /// The divergence of the posteriors from the prior, summed over latent dimensions.
  public var divergence: Double
  /// The divergence with each user's multiplied by what their share of the weight is, where that differs.
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
  /// The first place on the way forward where a number is not finite.
  public let layer: String
  /// η, the usual suspect.
  public let learningRate: Double
  /// Which model it is, where somebody knows.
  public var model: String?
}
