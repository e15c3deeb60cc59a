/// The likelihood of the clean input `x` given the decoder's outputs (logits `f`).
///
/// The loss is the negative log-likelihood up to constants, summed over items; a batch is the mean over its
/// users.
public enum Likelihood: String, Codable, Sendable, CaseIterable {
  /// `−Σ xᵢ log softmax(f)ᵢ`, gradient `N·softmax(f) − x`. Source: Liang et al., WWW 2018, equation 2.
  case multinomial
  /// `Σ log(1 + exp fᵢ) − xᵢ fᵢ`, gradient `σ(f) − x`: every item an independent coin. Liang et al., equation 4.
  case bernoulli
  /// `Σ (fᵢ − xᵢ)²`, gradient `2(f − x)`. Liang et al., equation 3, with the same weight on zeros and ones.
  case gaussian
}

/// Which cells of the output the loss looks at.
public enum Cells: Codable, Sendable, Equatable {
  /// Every item: missing items count as zero.
  case all
  /// Only what the user has (AutoRec: observed ratings). The gradient elsewhere is exactly zero.
  case observed
  /// What the user has, and for each of those `perPositive` items drawn uniformly from the others, again at every update
  /// (CDAE, WSDM 2016, section 4.3). A draw that hits an item twice counts it once.
  case sampled(perPositive: Int)
}
