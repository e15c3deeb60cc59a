import Foundation
import Presentation

/// The state of a model's posteriors: healthy, collapsed, or nearly a point.
public enum PosteriorState: String, Codable, Sendable, Equatable {
  /// Neither of the others.
  case healthy
  /// No dimension is active, or the code carries less than one bit about a user: the decoder has learned to ignore it.
  case collapsed
  /// The posteriors are so narrow that the model behaves like a plain autoencoder.
  case nearlyPoint

  /// A dimension is active when the posterior means vary more than this over the users.
  ///
  /// Source: Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 4.
  public static let activeThreshold = 0.01
  /// Below this share of posterior noise in the variance, a posterior is nearly a point.
  public static let pointThreshold = 0.1

  /// Below this divergence, ln 2 nats, a code carries less than one bit about a user.
  public static let oneBit = log(2.0)

  /// A divergence in words: `KL 0.412 nats, less than one bit about a user`, or in bits if it is more.
  public static func describe(divergence: Double) -> String {
    "KL \(Number.decimal(divergence, 3)) nats"
      + (divergence < oneBit
        ? ", less than one bit about a user" : " (\(Number.decimal(divergence / oneBit, 2)) bits)")
  }

  /// Classifies posteriors.
  ///
  /// The mean divergence bounds the information between user and code, so below ln 2 nats the code carries less than a bit.
  ///
  /// - Parameters:
  ///   - active: the number of active dimensions.
  ///   - divergence: the mean divergence from the prior, in nats, over all dimensions.
  ///   - noiseShare: over the active dimensions, the mean of posterior variance ÷ (posterior variance + variance of the
  ///     means).
  public init(active: Int, divergence: Double, noiseShare: Double) {
    if active == 0 || divergence < Self.oneBit {
      self = .collapsed
    } else {
      self = noiseShare < Self.pointThreshold ? .nearlyPoint : .healthy
    }
  }
}
