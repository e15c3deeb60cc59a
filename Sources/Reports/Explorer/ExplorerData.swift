import Autoencoders
import Compute
import Foundation
import InteractionData
import Plots
import Presentation

/// The data of the program in the page: names, starting points, directions, and for each model its weights and results to
/// check itself against.
struct ExplorerData: Encodable {
  struct Place: Encodable {
    let name: String
    /// What the user has, by place among the kept items.
    let profile: [Int]
  }

  /// The quantities of one model; vectors are in base64 of 32-bit numbers.
  struct Model: Encodable {
    let name: String
    let isDistribution: Bool
    let likelihood: String
    let latent: Int
    /// The last one makes the logits of the kept items.
    let steps: [EmbeddedNetwork.Step]
    /// From items to a code; `nil` where it is not in the page.
    var encoder: [EmbeddedNetwork.Step]?
    /// The values of the encoder that are code and log-variance.
    var code: Int?
    var logVariance: Int?
    /// Shape: (places + middles) × L.
    let codes: String
    /// The standard deviations of the posteriors; shape: places × L; `nil` for points.
    let deviations: String?
    /// The components of the prior; `nil` for points.
    let prior: [Component]?
    /// The mean of the users' codes; shape: L.
    let mean: String
    /// A standard deviation along each direction; shape: directions × L.
    let moves: String
    /// What gives the coordinates along each direction; shape: directions × L.
    let readers: String
    let raw: [RawAxis]
    let check: Check
  }

  struct Component: Encodable {
    let weight: Double
    let mean: String
    let deviation: String
  }

  struct RawAxis: Encodable {
    /// From 0.
    let dimension: Int
    let low: Double
    let high: Double
  }

  /// What doppel computes for the first place, moved along the first direction, and for the code of the first place's items.
  struct Check: Encodable {
    let place: Int
    let deviations: Double
    let items: [Int]
    let values: [Double]
    /// `nil` without an encoder.
    var encodedValues: [Double]?
  }

  let listLength: Int
  let names: [String]
  /// The ids of the items, where names are titles.
  let ids: [String]?
  let places: [Place]
  /// Places without a user.
  let middles: [String]
  let directions: [DirectionLabel]
  let models: [Model]
  /// The width of a standard deviation on the maps.
  let mapUnit: Double

  /// - Parameters:
  ///   - spaces: the models, that which directions are of first.
  ///   - directions: of each model, in the same order.
  init(
    _ explorer: LatentExplorer, _ spaces: [ExploredSpace], directions: [[Direction]],
    labels: [DirectionLabel],
    users: [Int], kept: KeptItems
  ) {
    let length = min(explorer.listLength, kept.indices.count)
    listLength = length
    names = kept.indices.map {
      DisplayName(explorer.titles?.name(of: $0) ?? explorer.items[$0]).text
    }
    ids =
      explorer.titles?.hasTitles == true
      ? kept.indices.map { DisplayName(explorer.items[$0], limit: 24).text } : nil
    places = users.map { user in
      Place(
        name: DisplayName(explorer.userIDs[user]).text,
        profile: kept.places(of: explorer.profiles.items.indices(ofRow: user).map(Int.init)))
    }
    let prior = spaces.first { $0.prior != nil }?.prior
    let components =
      prior.map { $0.components.count > 1 ? $0.components.sorted { $0.weight > $1.weight } : [] }
      ?? []
    middles =
      ["the mean of all codes"]
      + (prior == nil ? [] : ["the mean of the prior"])
      + components.enumerated().map {
        "component \($0 + 1) of the prior (\(Number.percent($1.weight, decimals: 0)))"
      }
    self.directions = labels
    mapUnit = ExplorerMap.unit
    let profile = explorer.profiles.items.indices(ofRow: users[0]).map(Int.init)
    models = zip(spaces, directions).map { space, own in
      var middles = [space.mean]
      if prior != nil {
        // A model without a prior of its own stays at the mean of its codes.
        middles.append(space.prior?.mean ?? space.mean)
        middles += components.map { space.prior?.components.count ?? 1 > 1 ? $0.mean : space.mean }
      }
      let embedded =
        kept.hasEncoders && space.network.hasEncoder ? space.network.encoder(kept) : nil
      let keptProfile = kept.places(of: profile).map { kept.indices[$0] }
      return Model(
        name: space.name, isDistribution: space.prior != nil, likelihood: space.likelihood.rawValue,
        latent: space.latent, steps: space.network.decoder(kept), encoder: embedded?.steps,
        code: embedded?.code,
        logVariance: embedded?.logVariance,
        codes: base64(space.placeCodes.elements + middles.joined().map { Float($0) }),
        deviations: space.placeLogVariances.map { base64($0.elements.map { exp($0 / 2) }) },
        prior: space.prior?.components.map {
          Component(
            weight: $0.weight, mean: base64($0.mean.map { Float($0) }),
            deviation: base64($0.variance.map { Float($0.squareRoot()) }))
        }, mean: base64(space.mean.map { Float($0) }),
        moves: base64(own.flatMap(\.move).map { Float($0) }),
        readers: base64(own.flatMap(\.reader).map { Float($0) }),
        raw: Self.rawAxes(space, count: explorer.sliders),
        check: Self.check(
          space, own.first, kept, count: length, encoding: embedded == nil ? nil : keptProfile))
    }
  }

  /// The dimensions in which codes vary most.
  private static func rawAxes(_ space: ExploredSpace, count: Int) -> [RawAxis] {
    let deviations = (0..<space.latent).map { dimension in
      let own = (0..<space.codes.rows).reduce(0) {
        $0 + pow(Double(space.codes[$1, dimension]) - space.mean[dimension], 2)
      }
      return (own / Double(max(1, space.codes.rows))).squareRoot()
    }
    let order = deviations.indices.sorted { (deviations[$1], $0) < (deviations[$0], $1) }
    return order.prefix(count).map { dimension in
      let (mean, deviation) = (space.mean[dimension], deviations[dimension])
      let centre = space.prior?.mean[dimension] ?? mean
      let reach =
        space.prior.map {
          max(3 * $0.variance[dimension].squareRoot(), abs(mean - centre) + 3 * deviation)
        }
        ?? max(3 * deviation, 1e-6)
      return RawAxis(dimension: dimension, low: centre - reach, high: centre + reach)
    }
  }

  private static func check(
    _ space: ExploredSpace, _ direction: Direction?, _ kept: KeptItems, count: Int,
    encoding profile: [Int]?
  ) -> Check {
    func values(_ code: Matrix<Float>) -> [Float] {
      let all = space.decode(code)
      var expected = Matrix(
        rows: 1, columns: kept.indices.count, elements: kept.indices.map { all[0, $0] })
      space.likelihood.turnIntoExpectations(&expected)
      return expected.elements
    }
    let far = 1.5
    var code = Matrix(rows: 1, columns: space.latent, elements: Array(space.placeCodes[row: 0]))
    for (dimension, move) in (direction?.move ?? []).enumerated() {
      code[0, dimension] += Float(far * move)
    }
    let found = values(code)
    let best = Array(found.indices.sorted { (found[$1], $0) < (found[$0], $1) }.prefix(count))
    let encoded = profile.map { values(space.encode($0)) }
    return Check(
      place: 0, deviations: far, items: best, values: best.map { Double(found[$0]) },
      encodedValues: encoded.map { values in best.map { Double(values[$0]) } })
  }
}
