import Autoencoders

/// The JSON document of `inspect`: everything but what figures are drawn from.
extension InspectionStudy: Encodable {
  private enum CodingKeys: String, CodingKey {
    case dataset, users, options, models, agreements, stabilities, recovery, conclusions, notes
  }

  /// The findings, then what may be concluded; a recovery that was not measured is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dataset, forKey: .dataset)
    try container.encode(users, forKey: .users)
    try container.encode(options, forKey: .options)
    try container.encode(models, forKey: .models)
    try container.encode(agreements, forKey: .agreements)
    try container.encode(stabilities, forKey: .stabilities)
    try container.encode(recovery, forKey: .recovery)
    try container.encode(sentences, forKey: .conclusions)
    try container.encode(notes, forKey: .notes)
  }
}

extension InspectedModel: Encodable {
  private enum CodingKeys: String, CodingKey {
    case label, model, activeUnits, rank, effectiveRank, singularValues, totalCorrelation, region, discrepancy
    case dimensions, reconstruction, priorDraws, distribution, undefined, prior
  }

  private enum PriorKeys: String, CodingKey { case description, weights, klStandardError }

  /// The measures of the codes beside those of the model; what a point has not is `null`, and why.
  ///
  /// A prior is described where it is not N(0, I).
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .label)
    try container.encode(model, forKey: .model)
    try container.encode(codes.activeUnits, forKey: .activeUnits)
    try container.encode(codes.rank, forKey: .rank)
    try container.encode(codes.effectiveRank, forKey: .effectiveRank)
    try container.encode(codes.singularValues, forKey: .singularValues)
    try container.encode(codes.totalCorrelation, forKey: .totalCorrelation)
    try container.encode(codes.region, forKey: .region)
    try container.encode(codes.discrepancy, forKey: .discrepancy)
    let posteriors = distribution?.dimensions
    try container.encode(
      codes.dimensions.map { DimensionRow(code: $0, posterior: posteriors?[$0.number - 1]) }, forKey: .dimensions)
    try container.encode(reconstruction, forKey: .reconstruction)
    try container.encode(priorDraws, forKey: .priorDraws)
    try container.encode(distribution, forKey: .distribution)
    try container.encode(distribution == nil ? NoDistribution.reason : nil, forKey: .undefined)
    if prior.isStandardNormal { return }
    var described = container.nestedContainer(keyedBy: PriorKeys.self, forKey: .prior)
    try described.encode(prior.description, forKey: .description)
    try described.encode(prior.components.map(\.weight), forKey: .weights)
    try described.encode(distribution?.divergenceError, forKey: .klStandardError)
  }
}

/// A dimension of the codes, and of the posteriors where there are any.
private struct DimensionRow: Encodable {
  let code: DimensionFindings
  let posterior: PosteriorFindings?

  func encode(to encoder: any Encoder) throws {
    try code.encode(to: encoder)
    if let posterior { return try posterior.encode(to: encoder) }
    var container = encoder.container(keyedBy: PosteriorFindings.CodingKeys.self)
    for key in PosteriorFindings.CodingKeys.allCases { try container.encodeNil(forKey: key) }
  }
}

extension LatentWalk.Step: Encodable {
  private enum CodingKeys: String, CodingKey {
    case position, items, overlapWithStart, overlapWithEnd, divergenceFromStart
  }

  private struct Entry: Encodable {
    let item: String
    let title: String?
    let share: Double
  }

  /// The items with their shares; a divergence that is infinite is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(position, forKey: .position)
    try container.encode(items.map { Entry(item: $0.item, title: $0.title, share: $0.share) }, forKey: .items)
    try container.encode(overlapWithStart, forKey: .overlapWithStart)
    try container.encode(overlapWithEnd, forKey: .overlapWithEnd)
    try container.encode(divergenceFromStart, forKey: .divergenceFromStart)
  }
}
