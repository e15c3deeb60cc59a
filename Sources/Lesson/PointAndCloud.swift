public import Autoencoders
import Compute
import Foundation
import Inspection
import InteractionData
import Presentation

/// The same person as a point and as a cloud: what each model makes of three items, and of all of them.
public struct PointAndCloud: Sendable, LessonPart {
  /// A map of people in two directions of one model's latent space, those in which people differ most.
  public struct Map: Sendable {
    /// Where people are who are known by all of their items; shape: P × 2.
    public let people: [(x: Double, y: Double)]
    /// Where one of them is, known by three items and by all.
    public let someone: [(x: Double, y: Double)]
    /// The edge of the cloud that holds 95 % of the posterior, three items and all; empty for a point.
    public let edges: [[(x: Double, y: Double)]]
  }

  /// How many items a person is known by at first.
  public static let few = 3

  /// The width of the cloud for three items ÷ that for all, mean over people, of the directions in use.
  public let widening: Measured
  /// How far the code is from the prior, in nats: known by three items, and by all.
  public let nats: [Measured]
  /// The share of people whose final place lies in the cloud that three items give, in the two directions of the map.
  public let inside: Measured
  /// How far the AE's point moves from three items to all, as a share of the distance between two people.
  public let movement: Measured
  /// What the posteriors are like.
  public let state: PosteriorState
  /// The maps of both models.
  public let maps: (point: Map, cloud: Map)
  /// The person on the maps, with the items that are known first.
  public let person: (id: String, items: [Int], all: Int)

  init(
    _ models: LessonModels, _ people: LessonPeople, _ codes: EncodedPeople, seed: Seed, processor: Processor
  ) throws {
    let some = people.known(by: Self.few, seed: seed)
    let (ae, vae) = (models.points[0], models.clouds[0])
    let engine = processor.engine
    let (few, all) = (vae.encode(some, using: engine), codes.clouds[0])
    let aggregate = try vae.aggregatePosterior(of: people.profiles, processor: processor)
    let used = aggregate.activeDimensions
    func logWidth(_ codes: GaussianLatent.Codes, _ person: Int) -> Double {
      used.isEmpty ? 0 : Statistics.mean(used.map { Double(codes.logVariance[person, $0]) / 2 })
    }
    let ratios = (0..<people.count).map { exp(logWidth(few, $0) - logWidth(all, $0)) }
    widening = Measured(ratios)
    let divergences = [vae.divergences(few), vae.divergences(all)]
    nats = divergences.map { Measured($0) }
    state = PosteriorState(
      active: used.count, divergence: nats[1].value, noiseShare: aggregate.noiseShare)

    // Someone with a profile of middling length, the first of them.
    let lengths = (0..<people.count).map { Double(people.profiles.items.count(ofRow: $0)) }
    let middle = Statistics.quantiles(lengths, at: [0.5])[0]
    let someone = lengths.indices.min { abs(lengths[$0] - middle) < abs(lengths[$1] - middle) } ?? 0
    person = (people.ids[someone], some.items.indices(ofRow: someone).map(Int.init), Int(lengths[someone]))

    let plane = try Plane(all.mean, processor)
    inside = Measured(
      (0..<people.count).map {
        plane.holds(all.mean[row: $0], mean: few.mean[row: $0], few.logVariance[row: $0]) ? 1 : 0
      })
    let (fewPoints, points) = (ae.encode(some, using: engine).points, codes.points[0])
    let distances = (0..<people.count).map { Self.distance(fewPoints[row: $0], points[row: $0]) }
    let between = (0..<people.count).map { person in
      Self.distance(points[row: person], points[row: (person + people.count / 2) % people.count])
    }
    movement = Measured(of: distances, dividedBy: between)
    let flat = try Plane(points, processor)
    maps = (
      Map(
        people: (0..<people.count).map { flat.place(points[row: $0]) },
        someone: [flat.place(fewPoints[row: someone]), flat.place(points[row: someone])], edges: []),
      Map(
        people: (0..<people.count).map { plane.place(all.mean[row: $0]) },
        someone: [plane.place(few.mean[row: someone]), plane.place(all.mean[row: someone])],
        edges: [few, all].map { plane.edge(mean: $0.mean[row: someone], $0.logVariance[row: someone]) })
    )
  }

  private static func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
  }

  /// What the part is about.
  public var title: String { "The same person, as a point and as a cloud" }
  /// What textbooks say.
  public var claim: String { "The less a VAE knows about a person, the wider its cloud." }

  /// Whether the VAE is a VAE here: less sure of people it knows less of.
  public var holds: Bool { state == .healthy && widening.isAbove(1) }

  /// What was found.
  public var sentences: [String] {
    let moves =
      "The AE gives only a point. Between three items and all items it moves by \(movement.percent) of the distance between two "
      + "people, and the point for three items does not show that it will."
    switch state {
    case .collapsed:
      return [
        "This VAE has collapsed: its cloud is nearly the same for everyone, \(nats[1].words(2)) nats from the prior, so it says "
          + "almost nothing about a person.", moves,
      ]
    case .nearlyPoint:
      return [
        "This VAE behaves like an AE: its clouds have shrunk to points, because training did not reward width. The cloud for "
          + "three items contains the position that all items lead to for only \(inside.percent) of people.",
        moves,
      ]
    case .healthy where widening.isAbove(1):
      return [
        "The VAE gives a cloud. For a person known by three items instead of all, it is \(widening.words(2)) times as wide and "
          + "holds \(Number.decimal(nats[0].value, 1)) nats instead of \(Number.decimal(nats[1].value, 1)). It contains the position "
          + "that all items lead to for \(inside.percent) of people.", moves,
      ]
    case .healthy:
      return [
        "On these data the VAE's cloud does not widen when less is known: with three items it is \(widening.words(2)) times as "
          + "wide as with all.", moves,
      ]
    }
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [
      ("widening", widening), ("natsOfThreeItems", nats[0]), ("natsOfAllItems", nats[1]), ("inside", inside),
      ("movementOfThePoint", movement),
    ]
  }
}

/// The two directions in which codes differ most.
struct Plane {
  private let mean: [Double]
  /// Two unit vectors.
  private let axes: [[Double]]

  init(_ codes: Matrix<Float>, _ processor: Processor) throws {
    let columns = codes.columns
    mean = (0..<columns).map { Statistics.mean(codes.column($0)) }
    let vectors = try LinearAlgebra.eigensystem(
      symmetric: codes.covariance(means: mean, processor: processor)
    ).vectors
    axes = (0..<min(2, columns)).map { axis in (0..<columns).map { vectors[$0, axis] } }
  }

  func place(_ code: ArraySlice<Float>) -> (x: Double, y: Double) {
    let places = axes.map { axis in zip(zip(code, mean), axis).reduce(0) { $0 + (Double($1.0.0) - $1.0.1) * $1.1 } }
    return (places[0], places.count > 1 ? places[1] : 0)
  }

  /// The covariance of a diagonal Gaussian in the plane: (a, b; b, c).
  private func covariance(_ logVariance: ArraySlice<Float>) -> (a: Double, b: Double, c: Double) {
    var (a, b, c) = (0.0, 0.0, 0.0)
    let second = axes.count > 1 ? axes[1] : [Double](repeating: 0, count: mean.count)
    for (index, value) in logVariance.enumerated() {
      let variance = exp(Double(value))
      a += variance * axes[0][index] * axes[0][index]
      b += variance * axes[0][index] * second[index]
      c += variance * second[index] * second[index]
    }
    return (a, b, c)
  }

  /// χ² of two degrees of freedom at 95 %.
  private static let limit = -2 * log(0.05)

  /// Whether a code lies in the part of the plane that holds 95 % of a posterior.
  func holds(_ code: ArraySlice<Float>, mean: ArraySlice<Float>, _ logVariance: ArraySlice<Float>) -> Bool {
    let (a, b, c) = covariance(logVariance)
    let (here, centre) = (place(code), place(mean))
    let (x, y) = (here.x - centre.x, here.y - centre.y)
    let determinant = a * c - b * b
    guard determinant > 0 else { return false }
    return (c * x * x - 2 * b * x * y + a * y * y) / determinant <= Self.limit
  }

  /// The edge of that part, a closed line.
  func edge(mean: ArraySlice<Float>, _ logVariance: ArraySlice<Float>) -> [(x: Double, y: Double)] {
    let (a, b, c) = covariance(logVariance)
    let centre = place(mean)
    // The Cholesky factor of the covariance takes a circle to the edge.
    let first = max(a, 0).squareRoot()
    let mixed = first > 0 ? b / first : 0
    let second = max(0, c - mixed * mixed).squareRoot()
    let radius = Self.limit.squareRoot()
    return (0...48).map { step in
      let angle = 2 * Double.pi * Double(step) / 48
      let (u, v) = (radius * cos(angle), radius * sin(angle))
      return (centre.x + first * u, centre.y + mixed * u + second * v)
    }
  }
}
