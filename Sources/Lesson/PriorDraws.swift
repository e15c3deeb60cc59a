import Autoencoders
import Compute
import Foundation
import Generation
import InteractionData
import Presentation

/// What draws of random people give: from the prior of a VAE, and from an AE, which has none.
public struct PriorDraws: Sendable, LessonPart {
  /// Lists from one source.
  public struct Source: Sendable {
    /// Where the points come from.
    public let name: String
    /// How well the ten best items of a list go together.
    public let coherence: Measured
    /// How different the lists are, 0 to 1.
    public let variety: Double
    /// The first three lists.
    public let examples: [[Int]]
  }

  /// How many people are drawn from each source.
  public static let count = 300

  /// The prior of the VAE.
  public let prior: Source
  /// Points from N(0, I), which an AE never saw.
  public let pretended: Source
  /// A Gaussian that was fitted to the AE's points afterwards.
  public let fitted: Source
  /// Real people, encoded and decoded by the AE.
  public let people: Source
  /// Ten items each by nothing but their popularity.
  public let popular: Source
  /// VAE prior − AE pretended.
  public let difference: Measured

  init(
    _ models: LessonModels, _ people: LessonPeople, _ codes: EncodedPeople, _ audiences: Audiences, seed: Seed,
    processor: Processor
  ) throws {
    let (ae, vae) = (models.points[0], models.clouds[0])
    func source(_ name: String, _ lists: [[Int]]) throws -> (Source, [Double]) {
      let found = try ItemLists(lists, audiences, processor)
      return (
        Source(
          name: name, coherence: Measured(found.coherence), variety: found.variety, examples: Array(lists.prefix(3))),
        found.coherence
      )
    }
    var random = seed.stream(for: LessonDraw.prior)
    let own = try source(
      "VAE, from its prior", vae.lists(at: vae.drawFromPrior(count: Self.count, using: &random), processor))
    var noise = Matrix<Float>(rows: Self.count, columns: ae.design.latent)
    random.fillGaussian(&noise)
    let other = try source("AE, from N(0, I)", ae.lists(at: noise, processor))
    (prior, pretended) = (own.0, other.0)
    difference = Measured.difference(own.1, other.1)
    let density = try FittedGaussian(to: ae, over: people.profiles, processor: processor)
    fitted = try source(
      "AE, fitted Gaussian",
      ae.lists(at: density.draw(users: 0..<Self.count, seed: seed, engine: processor.engine).vectors, processor)
    ).0
    // By the AE, so that a VAE that has collapsed is held against people all the same.
    self.people = try source("real people, by the AE", ae.lists(at: codes.points[0], processor)).0
    popular = try source(
      "items by popularity alone", Self.popular(people.profiles.items, seed: seed)
    ).0
  }

  /// Lists of ten items, drawn in proportion to how many people have them.
  private static func popular(_ rows: SparseRows, seed: Seed) -> [[Int]] {
    (0..<count).map { list in
      var random = seed.stream(for: LessonDraw.popular, list)
      var chosen: [Int] = []
      // Whoever is drawn has an item in proportion to its popularity; repeats are drawn again, a bounded number of times.
      for _ in 0..<200 where chosen.count < ItemLists.length && rows.nonZeroCount > 0 {
        let item = Int(rows.indices[random.integer(below: rows.nonZeroCount)])
        if !chosen.contains(item) { chosen.append(item) }
      }
      return chosen
    }
  }

  /// What the part is about.
  public var title: String { "Someone who does not exist" }
  /// What textbooks say.
  public var claim: String { "Draws from a VAE's prior make sense; in an AE, draws from N(0, I) do not." }

  /// Every source, the one in question first.
  public var sources: [Source] { [prior, fitted, pretended, people, popular] }

  /// Whether all draws from the prior give much the same list.
  var isMonotonous: Bool { prior.variety < LessonPeople.leastVariety * people.variety }

  /// Whether the VAE's draws make more sense than what one can pretend with an AE.
  public var holds: Bool { difference.isAbove(0) && !isMonotonous }

  /// What was found.
  public var sentences: [String] {
    let scale =
      "Independent items have a correlation of 0, the lists of real people \(Number.decimal(people.coherence.value, 3))."
    let density =
      "A Gaussian fitted to the AE's points afterwards gives \(fitted.coherence.words()). That is a second model, which the AE "
      + "does not contain."
    if isMonotonous {
      return [
        "All draws from this VAE's prior decode to nearly the same list: two draws differ in "
          + "\(Number.percent(prior.variety, decimals: 0)) of their items, the lists of two real people in "
          + "\(Number.percent(people.variety, decimals: 0)). So the correlation of ten items, \(prior.coherence.words()), says "
          + "nothing here. \(scale)", density,
      ]
    }
    if difference.isAbove(0) {
      return [
        "Draw a point from N(0, I) and decode it: the VAE's ten best items go together, with a mean correlation of "
          + "\(prior.coherence.words()); the AE's go together less, with \(pretended.coherence.words()). \(scale)",
        density,
      ]
    }
    let comparison =
      difference.isBelow(0) ? "make less sense than those of the AE" : "make no more sense than those of the AE"
    return [
      "On these data, draws from N(0, I) decoded by the VAE \(comparison): their ten best items have a mean correlation of "
        + "\(prior.coherence.words()), the AE's \(pretended.coherence.words()). \(scale)", density,
    ]
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [
      ("coherenceOfPriorDraws", prior.coherence), ("coherenceOfPretendedDraws", pretended.coherence),
      ("coherenceOfFittedDraws", fitted.coherence), ("coherenceOfPeople", people.coherence),
      ("coherenceOfPopularItems", popular.coherence), ("difference", difference),
    ]
  }
}
