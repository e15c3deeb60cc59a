public import Compute
import Foundation

/// The arithmetic of a likelihood: loss and gradient for training, which processes a row of logits shard by shard, and
/// the same for whole rows.
///
/// It is called per row, never per element.
public protocol OutputLikelihood: Sendable {
  /// Whether ∂loss/∂logit needs a sum over the logits of all items.
  static var needsNormaliser: Bool { get }
  /// The factor of the clean values in ∂loss/∂logits.
  static var targetFactor: Double { get }
  /// Whether the loss of a single cell is logistic; otherwise it is squared.
  static var isLogistic: Bool { get }

  /// Computes the loss of one user's logits in a shard, without the part that needs all shards, and leaves the basis of
  /// the gradient in the row.
  ///
  /// - Parameters:
  ///   - product: `Σ x f` over the shard.
  ///   - values: the values x that are not zero.
  static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: Span<S>
  ) -> LogitStatistics<S>
  /// The factor that converts the row left by ``measure(_:row:product:values:)`` to ∂loss/∂logits, without the target.
  static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S

  /// The loss of a whole row; the row is overwritten.
  static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double
  /// Converts a row of logits to expectations.
  static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int)
  /// Converts a row of logits to non-negative numbers proportional to every item's share of the profile; by default the
  /// expectations.
  static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int)
}

extension OutputLikelihood {
  /// The expectations.
  public static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int) {
    turnIntoExpectations(&logits, row: row)
  }
}

/// The sums of the clean values x that the loss of a whole row needs.
public struct TargetTotals: Sendable {
  /// `Σ x f`.
  public var product = 0.0
  /// `Σ x`.
  public var sum = 0.0
  /// `Σ x²`.
  public var squares = 0.0

  /// Creates empty sums.
  public init() {}
}

/// Statistics of one user's logits over one or several shards.
public struct LogitStatistics<S: Scalar>: Sendable {
  /// The largest logit.
  public var maximum: S = 0
  /// `Σ exp(f − maximum)`.
  public var sum = 0.0
  /// The loss that needs no other logits.
  public var loss: Double

  /// Creates statistics.
  public init(maximum: S = 0, sum: Double = 0, loss: Double) {
    (self.maximum, self.sum, self.loss) = (maximum, sum, loss)
  }

  /// Adds those of other logits of the same user.
  mutating func add(_ other: LogitStatistics) {
    let (high, low) = maximum < other.maximum ? (other, self) : (self, other)
    sum = high.sum + low.sum * exp(Double(low.maximum) - Double(high.maximum))
    maximum = high.maximum
    loss += other.loss
  }
}
