import Autoencoders
import InteractionData
import Presentation

extension InspectionStudy {
  /// The findings in plain sentences: for each model what its codes hold, where draws from the prior land, and what is unusual; then
  /// how far runs agree.
  public var sentences: [String] {
    var sentences = models.flatMap { model in [holds(model), lands(model)] + particulars(model) }
    sentences += stabilitySentences
    if models.contains(where: { $0.distribution == nil }) {
      sentences.append("An AE encodes a user to a point, so KL, ELBO and posterior variance are not defined for it.")
    }
    return sentences
  }

  /// How much a model's codes hold, and in how many directions.
  private func holds(_ model: InspectedModel) -> String {
    let (codes, dimensions) = (model.codes, model.codes.dimensions.count)
    let directions = codes.directions(carrying: CodeFindings.most)
    let spread =
      directions == 0
      ? "the codes of all users are the same"
      : "\(counted(directions, "direction")) of \(dimensions) \(directions == 1 ? "carries" : "carry") \(Self.most) of what "
        + "differs between users"
    guard let found = model.distribution else { return "\(model.label) encodes users to points: \(spread)." }
    return
      "\(model.label) encodes users to distributions at a cost of \(Number.decimal(found.divergence, 1)) nats (KL): \(spread)"
      + (found.state == .healthy
        ? "; \(Number.percent(found.noiseShare, decimals: 0)) of the variance in its active dimensions is posterior noise."
        : ".")
  }

  /// Whether draws from the prior land among users' codes, and whether they look like users once decoded.
  private func lands(_ model: InspectedModel) -> String {
    let prior = model.prior.isStandardNormal ? "N(0, I)" : "its prior"
    let within = model.codes.region.priorWithin
    let draws = model.priorDraws
    let numbers =
      "\(Number.decimal(draws.prior.nearest, 2)) similar to the nearest real profile; real profiles are "
      + "\(Number.decimal(draws.realNearest, 2)) similar to the nearest other, decoded codes \(Number.decimal(draws.codes.nearest, 2))."
    let isAmong = within >= Self.amongCodes
    let share =
      within < 0.005
      ? "Hardly any draw from \(prior) lands within reach of \(model.label)'s codes"
      : "\(isAmong ? "" : "Only ")\(Number.percent(within, decimals: 0)) of draws from \(prior) land within reach of "
        + "\(model.label)'s codes"
    return switch (isAmong, draws.prior.nearest >= draws.realNearest) {
    case (true, true): "\(share), and decoded they look like users: \(numbers)"
    case (true, false): "\(share), but decoded they resemble users less than users do each other: \(numbers)"
    case (false, true): "\(share), although decoded they look like users: \(numbers)"
    case (false, false): "\(share), and decoded they do not look like users: \(numbers)"
    }
  }

  /// The share of draws within reach from which on they land among the codes; 0.95 is what codes themselves reach.
  private static let amongCodes = 0.5

  /// A prior of its own, a state other than healthy, an estimate at its limit.
  private func particulars(_ model: InspectedModel) -> [String] {
    var sentences: [String] = []
    if !model.prior.isStandardNormal {
      sentences.append(
        "\(model.label) is compared with its own prior, \(model.prior.description)"
          + (model.prior.components.count == 1
            ? "."
            : "; its KL is estimated from draws, and single dimensions are compared with the prior's mean and variance in them.")
      )
    }
    guard let found = model.distribution else { return sentences }
    switch found.state {
    case .healthy: break
    case .collapsed:
      sentences.append(
        "\(model.label) has collapsed: \(model.codes.activeUnits) of \(model.codes.dimensions.count) dimensions are active, "
          + "\(PosteriorState.describe(divergence: found.divergence)). A smaller weight of the KL term in training, or a slower "
          + "rise of it, keeps the code in use."
      )
    case .nearlyPoint:
      sentences.append(
        "\(model.label) encodes nearly to points: posterior noise is only \(Number.percent(found.noiseShare)) of the variance in its "
          + "active dimensions"
          + (model.prior.isStandardNormal ? ", so draws from N(0, I) do not resemble its codes." : "."))
    }
    if found.aggregate.informationLimit - found.aggregate.mutualInformation.value < 0.1 {
      sentences.append(
        "The mutual information of \(model.label) is at its upper limit, ln \(found.aggregate.users): the true value may be larger, "
          + "and the marginal KL smaller.")
    }
    return sentences
  }
}
