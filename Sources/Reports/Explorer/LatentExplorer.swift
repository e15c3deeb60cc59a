public import Autoencoders
public import Compute
public import InteractionData
import Plots
import Presentation

/// An interactive part of a page: sliders move through a model's latent space, a list shows the decoded profile.
///
/// The model's own decoder runs in the page: its weights are embedded, and a slider changes one coordinate of a latent
/// vector. Only the starting points are precomputed.
///
/// ```swift
/// let explorer = LatentExplorer(
///   "mult-vae", model: directory.model, userIDs: ids, profiles: profiles, items: directory.items)
/// page.append(ReportSection("Explore mult-vae", try explorer.blocks(processor: processor)))
/// ```
///
/// ``byteBudget`` limits the embedded weights. The items' weights are 32-bit if all fit, else 16-bit if all fit then, and
/// otherwise 16-bit for the items with the highest mean probability. Probabilities are then normalised over the items kept;
/// the page says so, and what share of the total they hold.
public struct LatentExplorer: Sendable {
  /// The largest size of the weights in bytes, before base64, which adds a third.
  public var byteBudget = 3_000_000
  /// The number of sliders, for the dimensions in which the codes vary most.
  public var sliders = 12
  /// The number of users offered as starting points.
  public var startingPlaces = 40
  /// The titles of the items; `nil` where they have none.
  public var titles: ItemTitles?
  /// The number of items listed.
  public var listLength = 20

  let name: String
  let model: any FittedModel
  let userIDs: [String]
  let profiles: Profiles
  let items: Vocabulary

  /// Prepares an explorer.
  ///
  /// - Parameters:
  ///   - name: the name of the model.
  ///   - model: any autoencoder; popularity has no latent space.
  ///   - userIDs: the users whose codes set the range of the sliders; some of them are starting points.
  ///   - profiles: their items; shape: users × items.
  ///   - items: the ids of the items, in the order of the weights.
  /// - Precondition: one id for each profile.
  public init(
    _ name: String, model: any FittedModel, userIDs: [String], profiles: Profiles, items: Vocabulary
  ) {
    precondition(userIDs.count == profiles.items.rowCount, "\(userIDs.count) ids for \(profiles.items)")
    self.name = name
    self.model = model
    self.userIDs = userIDs
    self.profiles = profiles
    self.items = items
  }

  /// The explorer with its description, or a note that says why there is none.
  public func blocks(processor: Processor) throws -> [ReportBlock] {
    switch model.latent {
    case .none: [.note("`\(name)` has no latent space to explore.")]
    case .points(let autoencoder): try blocks(autoencoder, prior: nil, processor)
    case .gaussians(let autoencoder): try blocks(autoencoder, prior: autoencoder.prior, processor)
    }
  }

  private func blocks<Latent: LatentSpace>(
    _ autoencoder: Autoencoder<Latent>, prior: FittedPrior?, _ processor: Processor
  ) throws -> [ReportBlock] {
    guard !userIDs.isEmpty else { return [.note("There are no users to start from, so there is no explorer.")] }
    let fixed = autoencoder.design.parameters.reduce(0) { $0 + ($1.group == .decoder ? 4 * $1.count : 0) }
    guard fixed <= byteBudget * 3 / 4 else {
      return [
        .note(
          "The hidden layers of `\(name)` alone take \(Self.size(fixed)), too much for a page, so there is no explorer."
        )
      ]
    }
    let places = try StartingPlaces(
      autoencoder, userIDs: userIDs, profiles: profiles, count: startingPlaces, processor: processor)
    let kept = keptItems(autoencoder, budget: byteBudget - fixed, places)
    let data = ExplorerData(
      self, autoencoder, prior: prior, places: places, kept: kept, engine: processor.engine)
    return [
      .prose(introduction(prior, data)), .note(remarks(data, places, kept)),
      .interactive(InteractiveBlock(content: data.markup, script: PageAssets.explorer)),
    ]
  }

  /// The items embedded in the page, ascending, and their precision.
  private func keptItems<Latent: LatentSpace>(
    _ autoencoder: Autoencoder<Latent>, budget: Int, _ places: StartingPlaces
  ) -> KeptItems {
    let (count, width) = (autoencoder.itemCount, autoencoder.network.shards.first?.outputWeight.columns ?? 0)
    if count * (4 * width + 4) <= budget { return KeptItems(indices: Array(0..<count), isHalf: false, of: count) }
    let fitting = max(listLength, budget / (2 * width + 4))
    if count <= fitting { return KeptItems(indices: Array(0..<count), isHalf: true, of: count) }
    let order = (0..<count).sorted { (places.meanShare[$1], $0) < (places.meanShare[$0], $1) }
    return KeptItems(indices: order.prefix(fitting).sorted(), isHalf: true, of: count)
  }

  private func introduction(_ prior: FittedPrior?, _ data: ExplorerData) -> String {
    let space =
      switch prior {
      case nil:
        "This model encodes to a point and has no distribution: the sliders cover the range of the users' codes, and "
          + "training never tested points between users."
      case let prior? where prior.isStandardNormal:
        "The prior is N(0, 1) in every dimension: its mean is 0, and 95 % of draws lie between −2 and 2."
      case let prior?:
        "The prior is \(prior.description): the sliders are centred on its mean and cover three of its deviations."
      }
    let count = counted(data.sliders.count, "dimension")
    return "Each slider sets one of the \(count) in which the codes of users vary most"
      + (data.latent > data.sliders.count
        ? "; the other \(data.latent - data.sliders.count) keep the values of the starting point. " : ". ")
      + "The list shows the output of the decoder of `\(name)` for that code. "
      + space
  }

  private func remarks(_ data: ExplorerData, _ places: StartingPlaces, _ kept: KeptItems) -> String {
    var sentences: [String] = []
    let width = kept.isHalf ? "16-bit" : "32-bit"
    if kept.isAll {
      sentences.append("All \(Number.text(Double(kept.total), decimals: 0)) items are included, with \(width) weights.")
    } else {
      sentences.append(
        "This page includes \(Number.text(Double(kept.indices.count), decimals: 0)) of "
          + "\(Number.text(Double(kept.total), decimals: 0)) items, those with the highest mean probability, with \(width) weights."
      )
      if data.likelihood == "multinomial" {
        let held = places.heldShares(of: kept.indices)
        sentences.append(
          "Probabilities are normalised over these items, which hold "
            + "\(Number.text(100 * (held.min() ?? 0), decimals: 0)) to \(Number.text(100 * (held.max() ?? 0), decimals: 0)) % of "
            + "the total at the starting points (mean \(Number.text(100 * held.reduce(0, +) / Double(max(1, held.count)), decimals: 0)) %); "
            + "the model's own probabilities are smaller by that factor.")
      }
    }
    if data.likelihood == "bernoulli" {
      sentences.append("Each item has its own yes/no probability, so probabilities do not add up to 1.")
    }
    if data.likelihood == "gaussian" { sentences.append("The numbers are predicted values, not probabilities.") }
    if places.count < userIDs.count {
      sentences.append(
        "\(places.count) of \(Number.text(Double(userIDs.count), decimals: 0)) users, evenly spaced in the data, are offered as starting points."
      )
    }
    return sentences.joined(separator: " ")
  }

  static func size(_ bytes: Int) -> String { Number.text(Double(bytes) / 1e6, decimals: 1) + " MB" }
}

/// The items whose weights are embedded in the page.
struct KeptItems {
  /// Which, ascending.
  let indices: [Int]
  /// Whether weights are rounded to 16 bits.
  let isHalf: Bool
  /// How many the model has.
  let total: Int

  init(indices: [Int], isHalf: Bool, of total: Int) {
    (self.indices, self.isHalf, self.total) = (indices, isHalf, total)
  }

  var isAll: Bool { indices.count == total }
}
