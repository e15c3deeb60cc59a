import Autoencoders
public import FileFormats

/// The JSON document of `inspect`.
extension InspectionStudy {
  /// Everything but what figures are drawn from; what is not finite is `null`.
  public var json: [String: JSONValue] {
    var document: [String: JSONValue] = [
      "users": .number(Double(users)),
      "models": .array(models.map(Self.json)),
      "agreements": .array(
        agreements.map { pair in
          .object([
            "a": .string(pair.a), "b": .string(pair.b), "model": .string(pair.model),
            "procrustes": .number(pair.procrustes), "unaligned": .number(pair.unaligned), "cka": .number(pair.cka),
            "scaleRatio": .number(pair.scaleRatio),
          ])
        }),
      "stabilities": .array(
        stabilities.map { runs in
          .object([
            "model": .string(runs.model), "runs": .number(Double(runs.runs)),
            "procrustes": Self.json(runs.procrustes), "unaligned": Self.json(runs.unaligned),
            "cka": Self.json(runs.cka), "scaleRatio": Self.json(runs.scaleRatio),
          ])
        }),
      "conclusions": .array(sentences.map { .string($0) }),
      "notes": .array(notes.map { .string($0) }),
    ]
    document["dataset"] = try? JSONValue(encoding: dataset)
    document["options"] = try? JSONValue(encoding: options)
    document["recovery"] = recovery.map(Self.json) ?? .null
    return document
  }

  private static func json(_ interval: Interval) -> JSONValue {
    .object(["value": .number(interval.value), "interval": .array([.number(interval.low), .number(interval.high)])])
  }

  private static func json(_ estimate: Estimate) -> JSONValue {
    .object(["value": .number(estimate.value), "standardError": .number(estimate.standardError)])
  }

  private static func json(_ model: InspectedModel) -> JSONValue {
    let codes = model.codes
    let posteriors = model.distribution?.dimensions
    var members: [String: JSONValue] = [
      "label": .string(model.label), "model": .string(model.model),
      "activeUnits": .number(Double(codes.activeUnits)), "rank": .number(Double(codes.rank)),
      "effectiveRank": .number(codes.effectiveRank),
      "singularValues": .array(codes.singularValues.map { .number($0) }),
      "totalCorrelation": .number(codes.totalCorrelation),
      "region": .object([
        "smallest": .number(codes.region.smallest), "largest": .number(codes.region.largest),
        "radius": .array(codes.region.radius.map { .number($0) }),
        "priorBeyondRange": .number(codes.region.priorBeyondRange),
        "priorWithin": .number(codes.region.priorWithin),
      ]),
      "discrepancy": .object([
        "mmd": .number(codes.discrepancy.mmd), "critical": .number(codes.discrepancy.critical),
        "points": .number(Double(codes.discrepancy.points)),
      ]),
      "dimensions": .array(codes.dimensions.map { json($0, posteriors?[$0.number - 1]) }),
      "reconstruction": .object([
        "users": .number(Double(model.reconstruction.users)),
        "logLikelihood": .number(model.reconstruction.logLikelihood),
        "standardError": .number(model.reconstruction.standardError),
        "perplexity": model.reconstruction.perplexity.map { .number($0) } ?? .null,
      ]),
      "priorDraws": json(model.priorDraws),
      "distribution": model.distribution.map(json) ?? .null,
      "undefined": model.distribution == nil ? .string(NoDistribution.reason) : .null,
    ]
    if !model.prior.isStandardNormal {
      members["prior"] = .object([
        "description": .string(model.prior.description),
        "weights": .array(model.prior.components.map { .number($0.weight) }),
        "klStandardError": model.distribution.map { .number($0.divergenceError) } ?? .null,
      ])
    }
    return .object(members)
  }

  private static func json(_ dimension: DimensionFindings, _ posterior: PosteriorFindings?) -> JSONValue {
    func moved(_ items: [MovedItem]) -> JSONValue {
      .array(
        items.map { .object(["item": .string($0.item), "low": .number($0.low), "high": .number($0.high)]) })
    }
    return .object([
      "number": .number(Double(dimension.number)), "mean": .number(dimension.mean),
      "variance": .number(dimension.variance), "active": .bool(dimension.isActive), "up": moved(dimension.up),
      "down": moved(dimension.down), "kl": posterior.map { .number($0.divergence) } ?? .null,
      "posteriorVariance": posterior.map { .number($0.posteriorVariance) } ?? .null,
      "aggregateVariance": posterior.map { .number($0.aggregateVariance) } ?? .null,
      "aggregateKL": posterior.map { .number($0.aggregateDivergence) } ?? .null,
      "collapsedUsers": posterior.map { .number($0.collapsedUsers) } ?? .null,
      "collapsed": posterior.map { .bool($0.isCollapsed) } ?? .null,
    ])
  }

  private static func json(_ draws: PriorDrawFindings) -> JSONValue {
    func profiles(_ profiles: DecodedProfiles) -> JSONValue {
      .object([
        "nearest": .number(profiles.nearest), "popularityDistance": .number(profiles.popularityDistance),
        "coverage": .number(profiles.coverage),
      ])
    }
    return .object([
      "prior": profiles(draws.prior), "codes": profiles(draws.codes), "realNearest": .number(draws.realNearest),
      "length": .number(Double(draws.length)), "draws": .number(Double(draws.draws)),
    ])
  }

  private static func json(_ found: DistributionFindings) -> JSONValue {
    .object([
      "kl": .number(found.divergence), "collapsedShare": .number(found.collapsedShare),
      "noiseShare": .number(found.noiseShare), "state": .string(found.state.rawValue),
      "bounds": .object([
        "users": .number(Double(found.bounds.users)), "draws": .number(Double(found.bounds.draws)),
        "elbo": json(found.bounds.elbo), "logLikelihood": json(found.bounds.logLikelihood),
        "kl": json(found.bounds.divergence),
        "importanceWeighted": .array(
          found.bounds.importanceWeighted.map { bound in
            .object(["draws": .number(Double(bound.draws)), "bound": json(bound.bound)])
          }),
        "perplexity": found.bounds.perplexity.map { .number($0) } ?? .null,
      ]),
      "aggregate": .object([
        "users": .number(Double(found.aggregate.users)),
        "mutualInformation": json(found.aggregate.mutualInformation),
        "informationLimit": .number(found.aggregate.informationLimit),
        "marginalKL": .number(found.aggregate.marginalDivergence),
        "totalCorrelation": .number(found.aggregate.totalCorrelation),
        "meanOffset": .number(found.aggregate.meanOffset),
        "meanVariance": .number(found.aggregate.meanVariance),
      ]),
    ])
  }

  private static func json(_ recovery: RecoveryFindings) -> JSONValue {
    .object([
      "tastes": .array(recovery.tastes.map { .string($0) }), "users": .number(Double(recovery.users)),
      "rows": .array(
        recovery.rows.map { row in
          .object([
            "name": .string(row.name), "dimensions": .number(Double(row.dimensions)),
            "probeR2": .number(row.probe), "probeR2ByTaste": .array(row.probeByTaste.map { .number($0) }),
            "informationGap": .number(row.informationGap), "disentanglement": .number(row.disentanglement),
            "completeness": .number(row.completeness),
          ])
        }),
    ])
  }
}

extension LatentWalk {
  /// The way as JSON.
  public var json: JSONValue {
    .object([
      "title": .string(title),
      "steps": .array(
        steps.map { step in
          .object([
            "position": .number(step.position),
            "items": .array(
              step.items.map { .object(["item": .string($0.item), "share": .number($0.share)]) }),
            "overlapWithStart": .number(step.overlapWithStart), "overlapWithEnd": .number(step.overlapWithEnd),
            "divergenceFromStart": step.divergenceFromStart.map { .number($0) } ?? .null,
          ])
        }),
    ])
  }
}
