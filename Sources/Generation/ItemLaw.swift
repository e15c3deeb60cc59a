/// How items are drawn once their probabilities π and the length N are known.
public enum ItemLaw: String, Codable, Sendable, CaseIterable {
  /// One item after the other, each in proportion to π among those not drawn yet (Plackett & Luce), so that a profile has N
  /// different items: the law of the Gumbel top-N trick.
  ///
  /// It is not the multinomial conditioned on every count being 0 or 1: with N = 2, that gives a pair {i, j} the weight
  /// `2 πᵢ πⱼ`, while this law gives `πᵢ πⱼ / (1 − πᵢ) + πⱼ πᵢ / (1 − πⱼ)`, which is larger for pairs with a likely
  /// item.
  case withoutReplacement = "without-replacement"
  /// N independent draws, `x ~ Mult(N, π)`: exactly the model of Mult-DAE and Mult-VAE, with counts; fewer than N different
  /// items.
  case multinomial
}
