import Compute

/// Users with a few independent tastes.
public struct PlainTraits: Sendable, Codable, Equatable {
  /// The shape of the negative binomial distribution of what exceeds the least length: the smaller, the more lengths vary.
  public var lengthShape = 1.5
  /// The concentration of the Dirichlet distribution of mixtures, for each taste: the smaller, the fewer tastes a user has.
  public var mixtureConcentration = 0.08

  /// Creates the default traits.
  public init() {}

  func validate(
    _ check: (Bool, String, String) throws(Population.InvalidParameter) -> Void
  ) throws(Population.InvalidParameter) {
    try check(lengthShape > 0 && lengthShape.isFinite, "lengthShape", "a positive number")
    try check(
      mixtureConcentration > 0 && mixtureConcentration.isFinite, "mixtureConcentration", "a positive number")
  }
}

extension PlainTraits: Nature {
  func person(of population: Population, _ catalogue: Catalogue, _ random: inout RandomSource) -> Person {
    let mixture = random.dirichlet(
      concentrations: [Double](repeating: mixtureConcentration, count: population.tastes))
    let length = profileLength(population, &random)
    let items = catalogue.race(catalogue.probabilities(of: mixture), &random).prefix(length)
    return Person(mixture: mixture, moods: [], items: Array(items))
  }

  private func profileLength(_ population: Population, _ random: inout RandomSource) -> Int {
    let least = population.minProfileLength
    let excess = population.meanProfileLength - Double(least)
    if excess == 0 { return least }
    // Failures before `shape` successes have the mean shape · (1 − p)/p.
    let probability = lengthShape / (lengthShape + excess)
    let length = least + random.negativeBinomial(probability: probability, successes: lengthShape)
    return min(length, max(least, population.items / 2))
  }
}
