import Autoencoders
import Foundation
import InteractionData
public import Presentation

/// What the measures of a latent space answer.
public enum MeasureGroup: String, Sendable, CaseIterable {
  /// What codes hold about users.
  case content = "What it holds"
  /// Whether draws from the prior resemble users' codes.
  case prior = "How it fits the prior"
  /// How well users are reconstructed.
  case reconstruction = "How well it gives users back"
}

/// A row of the tables of `inspect`.
struct StudyMeasure {
  let name: String
  /// What the number says, in plain words.
  let meaning: String
  /// Whether the measure is among those to look at first.
  let isMain: Bool
  /// The value of one model; `nil` where the measure does not apply to it.
  let cell: (InspectedModel) -> Table.Cell?

  init(_ name: String, _ meaning: String, isMain: Bool = false, _ cell: @escaping (InspectedModel) -> Table.Cell?) {
    (self.name, self.meaning, self.isMain, self.cell) = (name, meaning, isMain, cell)
  }
}

extension InspectionStudy {
  /// All measures, a table for each group: a column for each model, then what the number says.
  ///
  /// A measure that applies to none of the models has no row; what a point latent space lacks is "not defined" in its column.
  public var tables: [(group: MeasureGroup, table: Table)] {
    MeasureGroup.allCases.map { ($0, table(measures($0)).captioned($0.rawValue)) }
  }

  /// The measures to look at first, as in ``tables``.
  public var mainTable: Table { table(MeasureGroup.allCases.flatMap(measures).filter(\.isMain)) }

  private func table(_ measures: [StudyMeasure]) -> Table {
    var table = Table(
      columns: [.text("measure")] + models.map { .number($0.label) } + [.text("what it says")])
    for measure in measures {
      let cells = models.map(measure.cell)
      if cells.allSatisfy({ $0 == nil }) { continue }
      table.append([.text(measure.name)] + cells.map { $0 ?? .text("not defined") } + [.text(measure.meaning)])
    }
    return table
  }

  private func measures(_ group: MeasureGroup) -> [StudyMeasure] {
    switch group {
    case .content: contentMeasures
    case .prior: priorMeasures
    case .reconstruction: reconstructionMeasures
    }
  }

  private var contentMeasures: [StudyMeasure] {
    [
      StudyMeasure("active dimensions", "dimensions whose codes differ between users", isMain: true) {
        .text("\($0.codes.activeUnits) of \($0.codes.dimensions.count)")
      },
      StudyMeasure(
        "directions with \(Self.most) of the variance", "principal directions; the others hardly differ between users",
        isMain: true
      ) { .count($0.codes.directions(carrying: CodeFindings.most)) },
      StudyMeasure("effective rank", "so many equally strong directions would vary as much") {
        .number($0.codes.effectiveRank, decimals: 1)
      },
      StudyMeasure("rank of the codes", "directions that vary at all") {
        $0.codes.rank < $0.codes.dimensions.count ? .count($0.codes.rank) : nil
      },
      StudyMeasure("total correlation of the codes", "nats by which dimensions depend on each other") {
        Self.number($0.codes.totalCorrelation)
      },
      ofDistribution("KL to the prior", "nats that a user's code costs", isMain: true) { Self.divergence($0) },
      ofDistribution(
        "mutual information",
        "nats by which codes tell \(informationUsers) apart; at most \(informationLimit)", isMain: true
      ) { Self.cell($0.aggregate.mutualInformation, decimals: 3) },
      ofDistribution("noise in active dimensions", "share of posterior noise in their variance; 0: points") {
        .number($0.noiseShare)
      },
      ofDistribution("collapsed dimensions", "share whose posterior is the prior for nearly every user") {
        .number($0.collapsedShare)
      },
    ]
  }

  private var priorMeasures: [StudyMeasure] {
    let prior = priorName
    return [
      StudyMeasure(
        "\(prior) within reach of a code", "share of draws that land among codes; 0.95: as codes do", isMain: true
      ) {
        .number($0.codes.region.priorWithin)
      },
      StudyMeasure("\(prior) beyond the codes' range", "share of coordinates that no user has") {
        .number($0.codes.region.priorBeyondRange)
      },
      StudyMeasure("MMD² to \(prior)", "distance of codes and draws; in brackets what chance reaches") {
        let found = $0.codes.discrepancy
        return .text("\(Number.decimal(found.mmd, 5)) (\(Number.decimal(found.critical, 5)))")
      },
      StudyMeasure("radius ÷ √L, 5 % to 95 %", "distance of codes from 0; N(0, I) has nearly 1") {
        .text("\(Number.decimal($0.codes.region.radius[0], 2)) to \(Number.decimal($0.codes.region.radius[2], 2))")
      },
      ofDistribution("marginal KL", "nats by which all codes together differ from the prior") {
        .number($0.aggregate.marginalDivergence, decimals: 3)
      },
      ofDistribution("variance of q(z), mean", "of all codes together, by dimension; N(0, I) has 1") {
        .number($0.aggregate.meanVariance)
      },
      ofDistribution("total correlation of q(z)", "nats by which its dimensions depend on each other") {
        Self.number($0.aggregate.totalCorrelation)
      },
      draws("decoded \(prior): nearest real profile", "Jaccard similarity: do draws look like someone?", isMain: true) {
        $0.prior.nearest
      },
      draws("real profiles: nearest other", "the same between real users") { $0.realNearest },
      draws("decoded \(prior): popularity distance", "0: items as popular as among users, 1: none in common") {
        $0.prior.popularityDistance
      },
      draws("decoded \(prior): coverage", "share of all items that occur") { $0.prior.coverage },
    ]
  }

  private var reconstructionMeasures: [StudyMeasure] {
    [
      draws("decoded codes: nearest real profile", "Jaccard similarity, the user's own profile included", isMain: true)
      {
        $0.codes.nearest
      },
      draws("decoded codes: popularity distance", "0: items as popular as among users, 1: none in common") {
        $0.codes.popularityDistance
      },
      draws("decoded codes: coverage", "share of all items that occur") { $0.codes.coverage },
      StudyMeasure("log-likelihood at the code", "of a user's own items, in nats") {
        .number($0.reconstruction.logLikelihood, standardError: $0.reconstruction.standardError, decimals: 2)
      },
      StudyMeasure("perplexity at the code", "equally likely items for each of the user's", isMain: true) {
        $0.reconstruction.perplexity.map { .number($0, decimals: 1) }
      },
      ofDistribution("ELBO", "lower bound on log p(user): log-likelihood less KL", isMain: true) {
        Self.cell($0.bounds.elbo)
      },
      ofDistribution("… log-likelihood", "over draws from the posterior") { Self.cell($0.bounds.logLikelihood) },
      ofDistribution("… KL", "of the same users") { Self.cell($0.bounds.divergence) },
    ]
      + boundSizes.enumerated().map { place, draws in
        ofDistribution("L_\(draws)", "lower bound from \(counted(draws, "weighted draw"))") {
          Self.cell($0.bounds.importanceWeighted[place].bound)
        }
      } + [
        ofDistribution("perplexity of the ELBO", "as at the code, with the cost of the code") {
          $0.bounds.perplexity.map { .number($0, decimals: 1) }
        }
      ]
  }

  private func ofDistribution(
    _ name: String, _ meaning: String, isMain: Bool = false, _ cell: @escaping (DistributionFindings) -> Table.Cell?
  ) -> StudyMeasure {
    StudyMeasure(name, meaning, isMain: isMain) { $0.distribution.flatMap(cell) }
  }

  private func draws(
    _ name: String, _ meaning: String, isMain: Bool = false, _ value: @escaping (PriorDrawFindings) -> Double
  ) -> StudyMeasure {
    StudyMeasure(name, meaning, isMain: isMain) { .number(value($0.priorDraws)) }
  }

  /// ``CodeFindings/most``, in words.
  package static let most = Number.percent(CodeFindings.most, decimals: 0)

  /// What codes are held against, where one word has to do for all models.
  private var priorName: String { models.allSatisfy(\.prior.isStandardNormal) ? "N(0, I)" : "prior" }

  private var aggregate: AggregateFindings? { models.lazy.compactMap(\.distribution).first?.aggregate }
  private var informationUsers: String { counted(aggregate?.users ?? 0, "user") }
  private var informationLimit: String { Number.decimal(aggregate?.informationLimit ?? 0, 2) }

  private var boundSizes: [Int] {
    models.lazy.compactMap(\.distribution).first?.bounds.importanceWeighted.map(\.draws) ?? []
  }

  private static func divergence(_ found: DistributionFindings) -> Table.Cell {
    found.divergenceError == 0
      ? .number(found.divergence, decimals: 3)
      : .number(found.divergence, standardError: found.divergenceError, decimals: 3)
  }

  private static func cell(_ estimate: Estimate, decimals: Int = 2) -> Table.Cell {
    .number(estimate.value, standardError: estimate.standardError, decimals: decimals)
  }

  private static func number(_ value: Double) -> Table.Cell {
    value.isFinite ? .number(value, decimals: 3) : .text("infinite")
  }
}
