public import Autoencoders
public import Compute
public import InteractionData
import Plots
import Presentation

/// An interactive part of a page: sliders move through the latent spaces of one or more models, lists show the decoded
/// profiles.
///
/// The models' own decoders run in the page: their weights are embedded, and a slider moves the latent vector along a
/// direction in which users differ. All models follow the same hand: a slider moves each of them to where the same users are.
///
/// ```swift
/// var explorer = LatentExplorer(
///   "mult-vae", model: directory.model, userIDs: ids, profiles: profiles, items: directory.items)
/// explorer.titles = directory.titles
/// page.append(ReportSection("Explore mult-vae", try explorer.blocks(processor: processor)))
/// ```
///
/// ``byteBudget`` limits the embedded weights. All items are there with 16-bit weights if they fit, with encoders (for typed
/// items) if these fit, too; else those with the highest mean probability. Probabilities are then normalised over the items
/// kept; the page says so, and what share of the total they hold.
public struct LatentExplorer: Sendable {
  /// The largest size of the weights in bytes, before base64, which adds a third.
  public var byteBudget = 6_000_000
  /// The number of directions with a slider.
  public var directions = 8
  /// The number of sliders for single dimensions, those in which the codes vary most.
  public var sliders = 12
  /// The number of users offered as starting points.
  public var startingPlaces = 40
  /// The number of items listed.
  public var listLength = 20
  /// The titles and genres of the items; `nil` where nothing is known of them.
  public var titles: ItemTitles?
  /// Tells the explorers of one page apart.
  public var number = 1

  /// A model that follows the hand.
  private struct Model: Sendable {
    let name: String
    let model: any FittedModel
    let profiles: Profiles
    /// The column of each item; `nil` where the order is that of the first model.
    let order: [Int]?
  }

  private var models: [Model]
  let userIDs: [String]
  let profiles: Profiles
  let items: Vocabulary

  /// Prepares an explorer.
  ///
  /// - Parameters:
  ///   - name: the name of the model.
  ///   - model: any autoencoder; popularity has no latent space.
  ///   - userIDs: the users whose codes say where people are; some of them are starting points.
  ///   - profiles: their items; shape: users × items.
  ///   - items: the ids of the items, in the order of the weights.
  /// - Precondition: one id for each profile.
  public init(
    _ name: String, model: any FittedModel, userIDs: [String], profiles: Profiles, items: Vocabulary
  ) {
    precondition(
      userIDs.count == profiles.items.rowCount, "\(userIDs.count) ids for \(profiles.items)")
    models = [Model(name: name, model: model, profiles: profiles, order: nil)]
    self.userIDs = userIDs
    self.profiles = profiles
    self.items = items
  }

  /// Puts another model beside the first.
  ///
  /// - Parameters:
  ///   - profiles: the same users over this model's items.
  ///   - items: the ids of its items, in the order of its weights.
  /// - Precondition: it knows every item of the first model, and there is a profile for each user.
  public mutating func add(
    _ name: String, model: any FittedModel, profiles: Profiles, items: Vocabulary
  ) {
    precondition(
      userIDs.count == profiles.items.rowCount, "\(userIDs.count) ids for \(profiles.items)")
    let order = items == self.items ? nil : self.items.ids.compactMap { items.index(of: $0) }
    precondition(order.map { $0.count == self.items.count } ?? true, "a model of other items")
    models.append(Model(name: name, model: model, profiles: profiles, order: order))
  }

  /// The explorer with its description, or a note that says why there is none.
  ///
  /// - Throws: `GSLError`.
  public func blocks(processor: Processor) throws -> [ReportBlock] {
    guard !userIDs.isEmpty else {
      return [.note("There are no users to start from, so there is no explorer.")]
    }
    let users = evenSample(of: userIDs.count, limit: startingPlaces)
    var spaces: [ExploredSpace] = []
    for model in models {
      func space<Latent>(
        _ network: Autoencoder<Latent>, _ prior: FittedPrior?,
        _ logVariances: @escaping @Sendable (Latent.Codes) -> Matrix<Float>?
      ) throws -> ExploredSpace {
        try ExploredSpace(
          model.name, network, prior: prior, profiles: model.profiles, order: model.order,
          users: users,
          processor: processor, logVariances: logVariances)
      }
      switch model.model.latent {
      case .none: return [.note("`\(model.name)` has no latent space to explore.")]
      case .points(let network): spaces.append(try space(network, nil) { _ in nil })
      case .gaussians(let network):
        spaces.append(try space(network, network.prior) { $0.logVariance })
      }
    }
    let fixed = spaces.reduce(0) { $0 + $1.network.fixedBytes }
    guard fixed <= byteBudget * 3 / 4 else {
      let names = spaces.map { "`\($0.name)`" }.joined(separator: " and ")
      return [
        .note(
          "The hidden layers of \(names) alone take \(Self.size(fixed)), too much for a page, so there is no explorer."
        )
      ]
    }
    let lead = try PrincipalDirections.find(in: spaces[0], count: directions)
    let all =
      [lead] + spaces.dropFirst().map { PrincipalDirections.matching(lead, of: spaces[0], in: $0) }
    let labels = DirectionLabels(items: items, titles: titles, shares: spaces[0].meanShare)
      .labels(PrincipalDirections.changes(of: spaces[0], along: lead.map(\.move)))
    let kept = KeptItems(of: spaces, budget: byteBudget - fixed, least: listLength)
    let data = ExplorerData(self, spaces, directions: all, labels: labels, users: users, kept: kept)
    let maps = zip(spaces, all).map { ExplorerMap(space: $0, directions: $1) }
    return [
      .prose(introduction(spaces, data)),
      .interactive(
        InteractiveBlock(
          content: ExplorerMarkup(data, maps: maps, number: number).markup,
          script: PageAssets.explorer)),
      .note(remarks(data, spaces, kept)),
    ]
  }

  private func introduction(_ spaces: [ExploredSpace], _ data: ExplorerData) -> String {
    let names = spaces.map { "`\($0.name)`" }
    var text =
      spaces.count == 1
      ? "Choose a user, then move a slider: the list shows what \(names[0]) decodes from the moved code. "
      : "Choose a user, then move a slider: the lists of \(names.joined(separator: " and ")) follow together. "
    text +=
      "The sliders are the \(counted(data.directions.count, "direction")) of \(names[0]) that change its list most, in standard "
      + "deviations of the users; their names are the items or genres that they raise at either end. "
    for space in spaces {
      switch space.prior {
      case nil:
        text +=
          "`\(space.name)` encodes to a point and has no distribution: training never tested points between users. "
      case let prior? where prior.isStandardNormal:
        text += "The prior of `\(space.name)` is N(0, 1) in every dimension. "
      case let prior?: text += "The prior of `\(space.name)` is \(prior.description). "
      }
    }
    return text
  }

  private func remarks(_ data: ExplorerData, _ spaces: [ExploredSpace], _ kept: KeptItems) -> String {
    var sentences: [String] = []
    let width = kept.isHalf ? "16-bit" : "32-bit"
    func number(_ value: Int) -> String { Number.text(Double(value), decimals: 0) }
    func percent(_ share: Double?) -> String { Number.text(100 * (share ?? 0), decimals: 0) }
    if kept.isAll {
      sentences.append("All \(number(kept.total)) items are included, with \(width) weights.")
    } else {
      sentences.append(
        "This page includes \(number(kept.indices.count)) of \(number(kept.total)) items, those with the highest mean "
          + "probability, with \(width) weights.")
      let held = spaces.filter { $0.likelihood == .multinomial }.flatMap {
        $0.heldShares(of: kept.indices)
      }
      if !held.isEmpty {
        sentences.append(
          "Probabilities are normalised over these items, which hold \(percent(held.min())) to \(percent(held.max())) % "
            + "of the total at the starting points (mean \(percent(held.reduce(0, +) / Double(held.count))) %); the "
            + "model's own probabilities are smaller by that factor.")
      }
    }
    let silent = zip(spaces, data.models).filter { $1.encoder == nil }.map { "`\($0.0.name)`" }
    if !silent.isEmpty {
      sentences.append(
        "The encoder of \(silent.joined(separator: " and ")) is not in this page, so typed items do not move it."
      )
    }
    for space in spaces where space.likelihood == .bernoulli {
      sentences.append(
        "In `\(space.name)` each item has its own yes/no probability, so probabilities do not add up to 1."
      )
    }
    for space in spaces where space.likelihood == .gaussian {
      sentences.append("The numbers of `\(space.name)` are predicted values, not probabilities.")
    }
    for space in spaces.dropFirst() {
      sentences.append(
        "A slider moves `\(space.name)` in the direction in which its codes of the same users differ."
      )
    }
    if data.places.count < userIDs.count {
      sentences.append(
        "\(data.places.count) of \(number(userIDs.count)) users, evenly spaced in the data, are offered as starting points."
      )
    }
    return sentences.joined(separator: " ")
  }

  static func size(_ bytes: Int) -> String { Number.text(Double(bytes) / 1e6, decimals: 1) + " MB" }
}
