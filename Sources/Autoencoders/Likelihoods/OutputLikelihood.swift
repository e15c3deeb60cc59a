public import Compute
import Foundation

/// The arithmetic of a likelihood: loss and gradient for training, which sees a row of logits shard by shard, and the same
/// for whole rows.
///
/// Its calls are by row, never by element.
public protocol OutputLikelihood: Sendable {
  /// Whether ∂loss/∂logit needs a sum over the logits of all items.
  static var needsNormaliser: Bool { get }
  /// What the clean values are multiplied by in ∂loss/∂logits.
  static var targetFactor: Double { get }
  /// Whether the loss of a single cell is the logistic one; else it is the squared one.
  static var isLogistic: Bool { get }

  /// Takes the loss of one user's logits in a shard, but for what needs all shards, and leaves in the row what the gradient
  /// is made of.
  ///
  /// - Parameters:
  ///   - product: `Σ x f` over the shard.
  ///   - values: the values x that are not zero.
  static func measure<S: Scalar>(
    _ logits: inout Matrix<S>, row: Int, product: Double, values: ArraySlice<S>
  ) -> LogitStatistics<S>
  /// What turns the row that ``measure(_:row:product:values:)`` left into ∂loss/∂logits, but for the target.
  static func factor<S: Scalar>(_ statistics: LogitStatistics<S>, _ normaliser: SoftmaxNormaliser?) -> S

  /// The loss of a whole row; the row is used up.
  static func negativeLogLikelihood(_ logits: inout Matrix<Float>, row: Int, of target: TargetTotals) -> Double
  /// Turns a row of logits into what they stand for.
  static func turnIntoExpectations(_ logits: inout Matrix<Float>, row: Int)
  /// Turns a row of logits into numbers that every item's share of the profile is in proportion to, none below zero; the
  /// expectations unless stated otherwise.
  static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int)
}

extension OutputLikelihood {
  /// The expectations.
  public static func turnIntoWeights(_ logits: inout Matrix<Float>, row: Int) {
    turnIntoExpectations(&logits, row: row)
  }
}

/// What a whole row's loss needs of the clean values x.
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

/// What the logits of one user amount to, over a shard or several.
public struct LogitStatistics<S: Scalar>: Sendable {
  /// The largest logit.
  public var maximum: S = 0
  /// `Σ exp(f − maximum)`.
  public var sum = 0.0
  /// The loss that needs no other logits.
  public var loss: Double

  /// Puts them together.
  public init(maximum: S = 0, sum: Double = 0, loss: Double) {
    (self.maximum, self.sum, self.loss) = (maximum, sum, loss)
  }

  /// Takes in those of other logits of the same user.
  mutating func add(_ other: LogitStatistics) {
    let (high, low) = maximum < other.maximum ? (other, self) : (self, other)
    sum = high.sum + low.sum * exp(Double(low.maximum) - Double(high.maximum))
    maximum = high.maximum
    loss += other.loss
  }
}
