import Autoencoders
import Compute
import InteractionData
import Presentation

/// What lies between two people: straight ways through both latent spaces, decoded step by step.
public struct WaysBetween: Sendable, LessonPart {
  /// The shares of the way that are looked at.
  public static let steps = [0, 0.25, 0.5, 0.75, 1]
  /// How many pairs.
  static let count = 150

  /// How well the items of each step go together, mean over pairs.
  public let coherence: (vae: [Measured], ae: [Measured])
  /// The coherence of the middle ÷ that of the ends.
  public let kept: (vae: Measured, ae: Measured)
  /// Kept by the VAE − kept by the AE, over the same pairs.
  public let difference: Measured
  /// How much the VAE's lists of two people have in common: the mean Jaccard similarity.
  public let overlap: Double
  /// One way, by the VAE: the ids of its ends, and the three best items of each step.
  public let example: (from: String, to: String, items: [[Int]])

  init(
    _ models: LessonModels, _ people: LessonPeople, _ codes: EncodedPeople, _ audiences: Audiences, seed: Seed,
    processor: Processor
  ) throws {
    var random = seed.stream(for: LessonDraw.pairs)
    let pairs = (0..<Self.count).map { _ in
      let first = random.integer(below: people.count)
      return (first, (first + 1 + random.integer(below: people.count - 1)) % people.count)
    }
    func lists<Latent>(_ model: Autoencoder<Latent>, _ codes: Matrix<Float>) throws -> [ItemLists] {
      try Self.steps.map { step in
        var places = Matrix<Float>(rows: pairs.count, columns: codes.columns)
        for (row, pair) in pairs.enumerated() {
          for column in 0..<codes.columns {
            places[row, column] = Float(1 - step) * codes[pair.0, column] + Float(step) * codes[pair.1, column]
          }
        }
        return try ItemLists(model.lists(at: places, processor), audiences, processor)
      }
    }
    let (ofVAE, ofAE) = (
      try lists(models.clouds[0], codes.clouds[0].mean), try lists(models.points[0], codes.points[0])
    )
    coherence = (ofVAE.map { Measured($0.coherence) }, ofAE.map { Measured($0.coherence) })
    func ends(_ lists: [ItemLists]) -> [Double] {
      zip(lists[0].coherence, lists[Self.steps.count - 1].coherence).map { ($0 + $1) / 2 }
    }
    let middle = Self.steps.count / 2
    let (vaeEnds, aeEnds) = (ends(ofVAE), ends(ofAE))
    let ofClouds = Measured(of: ofVAE[middle].coherence, dividedBy: vaeEnds)
    let ofPoints = Measured(of: ofAE[middle].coherence, dividedBy: aeEnds)
    kept = (ofClouds, ofPoints)
    let gap = zip(
      Measured.residuals(ofVAE[middle].coherence, vaeEnds), Measured.residuals(ofAE[middle].coherence, aeEnds)
    ).map { $0 - $1 + ofClouds.value - ofPoints.value }
    difference = Measured(gap)
    let overlaps = zip(ofVAE[0].lists, ofVAE[Self.steps.count - 1].lists).map { Set($0).jaccard(with: Set($1)) }
    overlap = Statistics.mean(overlaps)
    // Ends that have nothing in common show a way best.
    let shown = pairs.indices.min { overlaps[$0] < overlaps[$1] } ?? 0
    example = (
      people.ids[pairs[shown].0], people.ids[pairs[shown].1], ofVAE.map { Array($0.lists[shown].prefix(3)) }
    )
  }

  /// What the part is about.
  public var title: String { "Half-way between two people" }
  /// What textbooks say.
  public var claim: String { "Half-way between two people, a VAE's lists make more sense." }

  /// Whether the middle of a way makes more sense in the VAE.
  public var holds: Bool { difference.isAbove(0) && !isPointless }

  /// Whether the VAE tells people apart too little for a way between them.
  private var isPointless: Bool { overlap > 0.5 }

  /// What was found.
  public var sentences: [String] {
    let numbers =
      "Ten items half-way between two people keep \(kept.vae.percent) of the coherence of the two ends in the VAE, and "
      + "\(kept.ae.percent) in the AE."
    if isPointless {
      return [
        "There is nothing between two people: this VAE gives both nearly the same list, with "
          + "\(Number.percent(overlap, decimals: 0)) of the items in common.", numbers,
      ]
    }
    if difference.isAbove(0) {
      let middle = Self.steps.count / 2
      let isLess = coherence.vae[middle].isBelow(coherence.ae[middle].value)
      return [
        numbers,
        "Training the decoder on clouds instead of points has filled the space between people"
          + (isLess ? ", although the AE's lists have the higher correlation all along the line." : "."),
      ]
    }
    if difference.isBelow(0) {
      return [
        numbers, "On these data the AE's straight lines are better, although training never asked for them.",
      ]
    }
    return [
      numbers,
      "The two do not differ here. A smooth decoder is enough for a straight line, so interpolation alone does not show that a "
        + "model has a distribution.",
    ]
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [("keptByTheVAE", kept.vae), ("keptByTheAE", kept.ae), ("difference", difference)]
  }
}
