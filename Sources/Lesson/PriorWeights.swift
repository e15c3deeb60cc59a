import Autoencoders
import Compute
import Evaluation
import Foundation
import InteractionData
import Presentation

/// What β does: the same VAE with several weights of the divergence from the prior.
public struct PriorWeights: Sendable, LessonPart {
  /// A VAE with one β.
  public struct Weight: Sendable {
    /// β.
    public let beta: Double
    /// How far people's codes are from the prior, in nats.
    public let nats: Measured
    /// How many latent directions vary over people.
    public let active: Int
    /// ndcg@100 on the held-out items of the test users.
    public let quality: Measured
    /// How well the ten best items of a draw from the prior go together.
    public let coherence: Measured
    /// How different two draws are, 0 to 1.
    public let variety: Double
  }

  /// Ascending in β.
  public let weights: [Weight]
  /// How different the lists of two real people are.
  public let varietyOfPeople: Double
  /// Quality at the best β − quality at the largest, over the same people.
  public let cost: Measured

  init(
    _ models: LessonModels, _ people: LessonPeople, _ audiences: Audiences, _ split: RankingSplit, rows: SparseRows,
    varietyOfPeople: Double, seed: Seed, processor: Processor
  ) throws {
    let metric = Metric(.ndcg, at: 100)
    var qualities: [[Double]] = []
    var found: [Weight] = []
    for (beta, model) in models.byBeta {
      let codes = model.encode(people.profiles, using: processor.engine)
      let active = try model.aggregatePosterior(of: people.profiles, processor: processor).activeUnits
      var random = seed.stream(for: LessonDraw.prior)
      let drawn = try ItemLists(
        model.lists(at: model.drawFromPrior(count: PriorDraws.count, using: &random), processor), audiences, processor)
      let quality = try split.test.map {
        try Evaluator().evaluate(
          model, on: $0, itemPopularity: rows.columnCounts(), trainingUsers: rows.rowCount, metrics: [metric],
          processor: processor)[metric]?.values ?? []
      }
      qualities.append(quality ?? [])
      found.append(
        Weight(
          beta: beta, nats: Measured(model.divergences(codes)), active: active, quality: Measured(quality ?? []),
          coherence: Measured(drawn.coherence), variety: drawn.variety))
    }
    weights = found
    self.varietyOfPeople = varietyOfPeople
    let best = found.indices.max { found[$0].quality.value < found[$1].quality.value } ?? 0
    cost = Measured(zip(qualities[best], qualities[qualities.count - 1]).map { $0 - $1 })
  }

  /// What the part is about.
  public var title: String { "What β buys, and what it costs" }
  /// What textbooks say.
  public var claim: String { "β trades information about people for draws that make sense." }

  private var least: Weight { weights[0] }
  private var most: Weight { weights[weights.count - 1] }
  private var best: Weight { weights.max { $0.quality.value < $1.quality.value } ?? weights[0] }

  /// Whether draws of a β are different people that make sense: nearly as varied as people are.
  private func isAlive(_ weight: Weight) -> Bool { weight.variety >= LessonPeople.leastVariety * varietyOfPeople }

  /// Whether the code shrinks as β grows, the largest costs quality, and draws gain coherence from some β.
  public var holds: Bool {
    let shrinks = zip(weights, weights.dropFirst()).allSatisfy { $0.nats.value >= $1.nats.value }
    let gains = weights.contains { isAlive($0) && $0.coherence.low > least.coherence.high }
    return shrinks && cost.isAbove(0) && gains
  }

  /// What was found.
  public var sentences: [String] {
    func text(_ beta: Double) -> String { Number.exact(beta) }
    var found: [String] = []
    let shrinks = most.nats.isBelow(least.nats.low)
    found.append(
      "β weighs closeness to the prior against information about a person: from β \(text(least.beta)) to \(text(most.beta)) the "
        + "code \(shrinks ? "shrinks from" : "does not shrink, with") \(Number.decimal(least.nats.value, 1)) "
        + "\(shrinks ? "to" : "and") \(Number.decimal(most.nats.value, 1)) nats.")
    if let sensible = weights.filter({ isAlive($0) }).max(by: { $0.coherence.value < $1.coherence.value }),
      sensible.coherence.low > least.coherence.high
    {
      found.append(
        "Draws from the prior make most sense at β \(text(sensible.beta)), \(sensible.coherence.words()), against "
          + "\(least.coherence.words()) at β \(text(least.beta)).")
    } else {
      found.append("No β makes draws from the prior go together better than β \(text(least.beta)) does.")
    }
    if !isAlive(most) {
      found.append(
        "At β \(text(most.beta)), two draws differ in only \(Number.percent(most.variety, decimals: 0)) of their items, two people in "
          + "\(Number.percent(varietyOfPeople, decimals: 0)): the decoder has learnt to ignore the code.")
    }
    found.append(
      cost.isAbove(0)
        ? "Recommendations are best at β \(text(best.beta)), with ndcg@100 \(Number.decimal(best.quality.value)); β \(text(most.beta)) "
          + "loses \(cost.words(4)) of it."
        : "Recommendations do not suffer: ndcg@100 differs by \(cost.words(4)) between the best β and the largest.")
    return found
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [("costOfTheLargestBeta", cost)]
      + weights.flatMap { weight in
        let beta = Number.plain(weight.beta, decimals: weight.beta == weight.beta.rounded() ? 0 : 2)
        return [
          ("natsAtBeta\(beta)", weight.nats), ("qualityAtBeta\(beta)", weight.quality),
          ("coherenceAtBeta\(beta)", weight.coherence),
        ]
      }
  }
}
