public import Compute
import InteractionData

/// The likelihood of the clean input `x` given the decoder's outputs (logits `f`), by its name in files.
///
/// The loss is the negative log-likelihood up to constants, summed over items; a batch is the mean over its
/// users.
public enum Likelihood: String, Codable, Sendable, CaseIterable {
  /// ``MultinomialLikelihood``.
  case multinomial
  /// ``BernoulliLikelihood``.
  case bernoulli
  /// ``GaussianLikelihood``.
  case gaussian

  /// Its arithmetic.
  public var rule: any OutputLikelihood.Type {
    switch self {
    case .multinomial: MultinomialLikelihood.self
    case .bernoulli: BernoulliLikelihood.self
    case .gaussian: GaussianLikelihood.self
    }
  }

  /// `−log p(x | f)` of one profile under one row of logits, in nats and without constants; the row is overwritten.
  ///
  /// - Parameters:
  ///   - row: the row of `logits` (B × I).
  ///   - profile: the row of `items` (U × I) that holds x.
  public func negativeLogLikelihood(
    _ logits: inout Matrix<Float>, row: Int, of items: SparseRows, profile: Int
  ) -> Double {
    var target = TargetTotals()
    for position in items.range(ofRow: profile) {
      let value = Double(items.value(at: position))
      target.product += value * Double(logits[row, Int(items.indices[position])])
      target.sum += value
      target.squares += value * value
    }
    return rule.negativeLogLikelihood(&logits, row: row, of: target)
  }

  /// Converts logits to expectations: softmax probabilities, probabilities of single items, or values.
  public func turnIntoExpectations(_ logits: inout Matrix<Float>) {
    for row in 0..<logits.rows { rule.turnIntoExpectations(&logits, row: row) }
  }

  /// Converts logits to every item's share of the decoded profile: expectations, with negative ones as zero, divided by
  /// their sum.
  public func turnIntoShares(_ logits: inout Matrix<Float>) {
    for row in 0..<logits.rows {
      rule.turnIntoWeights(&logits, row: row)
      let sum = logits[row: row].reduce(0.0) { $0 + Double($1) }
      if sum > 0 { logits.scale(row: row, by: Float(1 / sum)) }
    }
  }
}

/// The cells of the output that enter the loss.
public enum LossCells: Codable, Sendable, Equatable {
  /// Every item; items that a user does not have count as zero.
  case all
  /// Only the user's items (AutoRec: observed ratings); the gradient elsewhere is exactly zero.
  case observed
  /// The user's items, and for each of them `perPositive` items drawn uniformly from the others, anew at every update
  /// (CDAE, WSDM 2016, section 4.3). An item that is drawn twice counts once.
  case sampled(perPositive: Int)
}
