import Autoencoders
import InteractionData
public import Presentation

/// Tables and sentences.
extension InspectionStudy {
  /// What the command prints: all measures, the strongest dimensions of each model, agreement, recovery, and what may be
  /// concluded.
  ///
  /// - Parameter width: the most that a line holds; see `Table.markdown`.
  public func text(width: Int? = nil) -> String {
    var text = summaryTable.markdown(firstColumn: counted(users, "user"), width: width)
    for model in models {
      let shown = min(12, model.codes.dimensions.count)
      text += "\n\(model.label): the \(shown) dimensions with the largest "
      text += "\(model.distribution == nil ? "variance" : "KL")\n\n"
      text += dimensionTable(of: model, limit: shown).markdown(width: width)
    }
    if !agreements.isEmpty {
      text += "\nRuns of the same model, on the same users\n\n" + agreementTable.markdown(width: width)
    }
    if let recoveryTable {
      text += "\nRecovery of the true tastes from the codes\n\n" + recoveryTable.markdown(width: width)
    }
    return text + (sentences.isEmpty ? "" : "\n") + sentences.map { $0 + "\n" }.joined()
  }

  /// All measures: one column for each model; measures that a point latent space lacks are "not defined".
  public var summaryTable: Table {
    var table = Table(columns: [.text("measure")] + models.map { .number($0.label) })
    let prior = priorName
    func row(_ name: String, _ cell: (InspectedModel) -> Table.Cell) { table.append([.text(name)] + models.map(cell)) }
    func common(_ name: String, decimals: Int = 4, _ value: (CodeFindings) -> Double) {
      row(name) { .number(value($0.codes), decimals: decimals) }
    }
    func distribution(_ name: String, _ cell: (DistributionFindings) -> Table.Cell) {
      row(name) { $0.distribution.map(cell) ?? .text("not defined") }
    }
    func draws(_ name: String, _ value: (PriorDrawFindings) -> Double) {
      row(name) { .number(value($0.priorDraws)) }
    }
    row("model") { .name($0.model) }
    row("dimensions") { .count($0.codes.dimensions.count) }
    row("active dimensions") { .count($0.codes.activeUnits) }
    row("rank of the codes") { .count($0.codes.rank) }
    common("effective rank", decimals: 1, \.effectiveRank)
    row("total correlation of the codes") { Self.number($0.codes.totalCorrelation) }
    row("radius ÷ √L, 5 % to 95 %") {
      .text("\(Number.decimal($0.codes.region.radius[0], 2)) to \(Number.decimal($0.codes.region.radius[2], 2))")
    }
    common("\(prior) beyond the codes' range", \.region.priorBeyondRange)
    common("\(prior) within reach of a code", \.region.priorWithin)
    common("MMD² to \(prior)", decimals: 5, \.discrepancy.mmd)
    common("… shown when above", decimals: 5, \.discrepancy.critical)
    row("log-likelihood at the code") {
      .number($0.reconstruction.logLikelihood, standardError: $0.reconstruction.standardError, decimals: 2)
    }
    row("perplexity at the code") { .number($0.reconstruction.perplexity, decimals: 1) }
    distribution("KL to the prior", Self.divergence)
    distribution("ELBO") { Self.cell($0.bounds.elbo) }
    distribution("… log-likelihood") { Self.cell($0.bounds.logLikelihood) }
    distribution("… KL") { Self.cell($0.bounds.divergence) }
    for (place, draws) in boundSizes.enumerated() {
      distribution("L_\(draws)") { Self.cell($0.bounds.importanceWeighted[place].bound) }
    }
    distribution("perplexity of the ELBO") { .number($0.bounds.perplexity, decimals: 1) }
    distribution("mutual information") { Self.cell($0.aggregate.mutualInformation, decimals: 3) }
    distribution("… its limit, ln users") { .number($0.aggregate.informationLimit, decimals: 3) }
    distribution("marginal KL") { .number($0.aggregate.marginalDivergence, decimals: 3) }
    distribution("total correlation of q(z)") { Self.number($0.aggregate.totalCorrelation) }
    distribution("variance of q(z), mean") { .number($0.aggregate.meanVariance) }
    distribution("noise in active dimensions") { .number($0.noiseShare) }
    distribution("collapsed dimensions") { .number($0.collapsedShare) }
    draws("decoded \(prior): nearest real profile", \.prior.nearest)
    draws("decoded codes: nearest real profile", \.codes.nearest)
    draws("real profiles: nearest other", \.realNearest)
    draws("decoded \(prior): popularity distance", \.prior.popularityDistance)
    draws("decoded codes: popularity distance", \.codes.popularityDistance)
    draws("decoded \(prior): coverage", \.prior.coverage)
    draws("decoded codes: coverage", \.codes.coverage)
    return table
  }

  /// The measures to look at first, as in ``summaryTable``.
  public var mainTable: Table {
    var table = Table(columns: [.text("measure")] + models.map { .number($0.label) })
    func row(_ name: String, _ cell: (InspectedModel) -> Table.Cell) { table.append([.text(name)] + models.map(cell)) }
    func distribution(_ name: String, _ cell: (DistributionFindings) -> Table.Cell) {
      row(name) { $0.distribution.map(cell) ?? .text("not defined") }
    }
    row("active dimensions") { .text("\($0.codes.activeUnits) of \($0.codes.dimensions.count)") }
    row("effective rank") { .number($0.codes.effectiveRank, decimals: 1) }
    row("MMD² to \(priorName)") { .number($0.codes.discrepancy.mmd, decimals: 5) }
    distribution("KL to the prior", Self.divergence)
    distribution("ELBO") { Self.cell($0.bounds.elbo) }
    row("decoded \(priorName): nearest real profile") { .number($0.priorDraws.prior.nearest) }
    row("decoded codes: nearest real profile") { .number($0.priorDraws.codes.nearest) }
    return table
  }

  /// What codes are held against, where one word has to do for all models.
  private var priorName: String { models.allSatisfy(\.prior.isStandardNormal) ? "N(0,I)" : "prior" }

  private static func divergence(_ found: DistributionFindings) -> Table.Cell {
    found.divergenceError == 0
      ? .number(found.divergence, decimals: 3)
      : .number(found.divergence, standardError: found.divergenceError, decimals: 3)
  }

  private var boundSizes: [Int] {
    models.lazy.compactMap(\.distribution).first?.bounds.importanceWeighted.map(\.draws) ?? []
  }

  private static func cell(_ estimate: Estimate, decimals: Int = 2) -> Table.Cell {
    .number(estimate.value, standardError: estimate.standardError, decimals: decimals)
  }

  private static func number(_ value: Double) -> Table.Cell {
    value.isFinite ? .number(value, decimals: 3) : .text("infinite")
  }

  /// The dimensions of one model with the largest KL (or variance), and the items they raise.
  public func dimensionTable(of model: InspectedModel, limit: Int) -> Table {
    var table = Table(columns: [
      .text("dimension"), .number("KL"), .number("mean"), .number("variance"), .number("posterior variance"),
      .text("active"), .text("up"), .text("down"),
    ])
    let posteriors = model.distribution?.dimensions
    let order = model.codes.dimensions.sorted { a, b in
      let (first, second) = (
        posteriors?[a.number - 1].divergence ?? a.variance, posteriors?[b.number - 1].divergence ?? b.variance
      )
      return (second, a.number) < (first, b.number)
    }
    for dimension in order.prefix(limit) {
      let posterior = posteriors?[dimension.number - 1]
      func undefined(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .text("not defined") }
      table.append([
        .count(dimension.number), undefined(posterior?.divergence), .number(dimension.mean),
        .number(dimension.variance), undefined(posterior?.posteriorVariance),
        .text(dimension.isActive ? "yes" : "no"), .names(dimension.up.prefix(2).map(\.label)),
        .names(dimension.down.prefix(2).map(\.label)),
      ])
    }
    return table
  }

  /// How far pairs of runs agree.
  public var agreementTable: Table {
    var table = Table(columns: [
      .text("runs"), .number("Procrustes"), .number("unaligned"), .number("CKA"), .number("scale ratio"),
    ])
    for pair in agreements {
      table.append([
        .name("\(pair.a) and \(pair.b)"), .number(pair.procrustes), .number(pair.unaligned), .number(pair.cka),
        .number(pair.scaleRatio, decimals: 3),
      ])
    }
    func text(_ mean: Interval) -> Table.Cell {
      .text("\(Number.decimal(mean.value)) (\(Number.decimal(mean.low)) to \(Number.decimal(mean.high)))")
    }
    for runs in stabilities {
      table.append([
        .text("\(runs.runs) runs of \(runs.model)"), text(runs.procrustes), text(runs.unaligned), text(runs.cka),
        text(runs.scaleRatio),
      ])
    }
    return table
  }

  /// How well the codes predict the true tastes.
  public var recoveryTable: Table? {
    guard let recovery else { return nil }
    var table = Table(columns: [
      .text("representation"), .number("dimensions"), .number("probe R²"), .number("information gap"),
      .number("disentanglement"), .number("completeness"),
    ])
    for row in recovery.rows {
      table.append([
        .name(row.name), .count(row.dimensions), .number(row.probe), .number(row.informationGap),
        .number(row.disentanglement), .number(row.completeness),
      ])
    }
    return table
  }

  /// The findings in plain sentences: the spread of each model's codes, then what is unusual.
  public var sentences: [String] {
    var sentences: [String] = []
    for model in models {
      sentences.append(spread(model))
      if !model.prior.isStandardNormal {
        sentences.append(
          "\(model.label) is held against its own prior, \(model.prior.description)"
            + (model.prior.components.count == 1
              ? "."
              : "; its KL is estimated by draws, and single dimensions are held against the mean and variance that the prior has "
                + "in them."))
      }
      guard let found = model.distribution else { continue }
      let active = "\(model.codes.activeUnits) of \(model.codes.dimensions.count) dimensions are active"
      switch found.state {
      case .healthy: break
      case .collapsed:
        sentences.append(
          "\(model.label) has collapsed: \(active), \(PosteriorState.describe(divergence: found.divergence)). A smaller "
            + "--beta, or a slower rise of it, keeps the code in use.")
      case .nearlyPoint:
        sentences.append(
          "\(model.label) encodes nearly to points: posterior noise is only \(Number.percent(found.noiseShare)) of the "
            + "variance in its active dimensions"
            + (model.prior.isStandardNormal ? ", so draws from N(0, I) do not resemble its codes." : "."))
      }
      if found.aggregate.informationLimit - found.aggregate.mutualInformation.value < 0.1 {
        sentences.append(
          "The mutual information of \(model.label) is at its upper limit, ln \(found.aggregate.users): the true value may be "
            + "larger, and the marginal KL smaller.")
      }
    }
    sentences += stabilitySentences
    if models.contains(where: { $0.distribution == nil }) {
      sentences.append("\"Not defined\": an AE encodes to a point, which has no KL, ELBO or posterior variance.")
    }
    return sentences
  }

  /// How many directions a model's codes use, and whether draws from the prior resemble them.
  private func spread(_ model: InspectedModel) -> String {
    let codes = model.codes
    let active = "\(model.label) has \(codes.activeUnits) active dimensions of \(codes.dimensions.count)"
    let rank = Number.decimal(codes.effectiveRank, 1)
    let isFlat = codes.effectiveRank < 0.5 * Double(codes.activeUnits)
    return active
      + (isFlat
        ? ", but their variance is that of only \(rank) equally strong directions. "
        : "; their variance is that of \(rank) equally strong directions. ")
      + "Draws from \(model.prior.isStandardNormal ? "N(0, I)" : "its prior") "
      + (codes.discrepancy.mmd > codes.discrepancy.critical
        ? "differ from its codes." : "do not differ significantly from its codes.")
  }
}
