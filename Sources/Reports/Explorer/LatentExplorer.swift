public import Autoencoders
public import Compute
public import InteractionData
import Plots

/// A part of a page where one moves through a model's latent space and sees the profile that comes out.
///
/// The model's own decoder runs in the page: its weights are embedded, and a slider changes one coordinate of a latent
/// vector. Nothing is precomputed but the places to start from.
///
/// ```swift
/// let explorer = LatentExplorer(
///   "mult-vae", model: directory.model, userIDs: ids, profiles: profiles, items: directory.items)
/// page.append(ReportSection("Explore mult-vae", try explorer.blocks(processor: processor)))
/// ```
///
/// What is embedded is bounded by ``byteBudget``. The items' weights are 32-bit if all fit, 16-bit if that makes all fit,
/// and otherwise 16-bit for the items that decoding the users makes most probable. Probabilities are then shares among
/// the items kept, and the page says so and how much of the whole these hold.
public struct LatentExplorer: Sendable {
  /// The largest number of bytes of weights; base64 makes a third more of them.
  public var byteBudget = 3_000_000
  /// How many dimensions get a slider: those in which the codes vary most.
  public var sliders = 12
  /// How many users one may start from.
  public var startingPlaces = 40
  /// How many items are listed.
  public var listLength = 20

  let name: String
  let model: any FittedModel
  let userIDs: [String]
  let profiles: Profiles
  let items: Vocabulary

  /// Prepares an explorer.
  ///
  /// - Parameters:
  ///   - name: what the model is called.
  ///   - model: any autoencoder; popularity has no latent space.
  ///   - userIDs: the users whose codes say how far sliders reach, and some of whom one may start from.
  ///   - profiles: what they have; shape: users × items.
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

  /// The explorer with the words around it, or a note where there is nothing to explore.
  public func blocks(processor: Processor) throws -> [ReportBlock] {
    switch model.latent {
    case .none: [.note("`\(name)` has no latent space, so there is nothing to explore.")]
    case .points(let autoencoder): try blocks(autoencoder, isDistribution: false, processor)
    case .gaussians(let autoencoder): try blocks(autoencoder, isDistribution: true, processor)
    }
  }

  private func blocks<Latent: LatentSpace>(
    _ autoencoder: Autoencoder<Latent>, isDistribution: Bool, _ processor: Processor
  ) throws -> [ReportBlock] {
    guard !userIDs.isEmpty else { return [.note("There are no users to start from.")] }
    let fixed = autoencoder.design.parameters.reduce(0) { $0 + ($1.group == .decoder ? 4 * $1.count : 0) }
    guard fixed <= byteBudget * 3 / 4 else {
      return [
        .note(
          "The hidden layers of `\(name)` alone take \(Self.size(fixed)), more than a page should carry, so there is no explorer."
        )
      ]
    }
    let places = try StartingPlaces(
      autoencoder, userIDs: userIDs, profiles: profiles, count: startingPlaces, processor: processor)
    let kept = keptItems(autoencoder, budget: byteBudget - fixed, places)
    let data = ExplorerData(
      self, autoencoder, isDistribution: isDistribution, places: places, kept: kept, engine: processor.engine)
    return [
      .prose(introduction(isDistribution, data)), .note(remarks(data, places, kept)),
      .interactive(InteractiveBlock(content: data.markup, script: PageAssets.explorer)),
    ]
  }

  /// Which items go into the page, ascending, and how exactly.
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

  private func introduction(_ isDistribution: Bool, _ data: ExplorerData) -> String {
    "Each slider moves one of the \(data.sliders.count) dimensions in which the codes of users vary most; the other "
      + "\(data.latent - data.sliders.count) stay where the start put them. The list is what the decoder of `\(name)` makes of "
      + "that place. "
      + (isDistribution
        ? "The prior is N(0, 1) in every dimension: 0 is its middle, and 95 of 100 draws lie between −2 and 2."
        : "The code of this model is a point and no distribution stands behind it: sliders reach as far as the codes of "
          + "users do, and what lies between two users was never asked for in training.")
  }

  private func remarks(_ data: ExplorerData, _ places: StartingPlaces, _ kept: KeptItems) -> String {
    var sentences: [String] = []
    let width = kept.isHalf ? "16-bit" : "32-bit"
    if kept.isAll {
      sentences.append("All \(Number.text(Double(kept.total), decimals: 0)) items are here, with \(width) weights.")
    } else {
      sentences.append(
        "This page carries \(Number.text(Double(kept.indices.count), decimals: 0)) of "
          + "\(Number.text(Double(kept.total), decimals: 0)) items, the most probable ones on average, with \(width) weights."
      )
      if data.likelihood == "multinomial" {
        let held = places.heldShares(of: kept.indices)
        sentences.append(
          "Probabilities are shares among these; at the places to start from these hold "
            + "\(Number.text(100 * (held.min() ?? 0), decimals: 0)) to \(Number.text(100 * (held.max() ?? 0), decimals: 0)) % of "
            + "the whole (mean \(Number.text(100 * held.reduce(0, +) / Double(max(1, held.count)), decimals: 0)) %), "
            + "so the model's own probabilities are that much smaller.")
      }
    }
    if data.likelihood == "bernoulli" {
      sentences.append("Each item is a coin of its own, so probabilities do not add up to 1.")
    }
    if data.likelihood == "gaussian" { sentences.append("The numbers are predicted values, not probabilities.") }
    if places.count < userIDs.count {
      sentences.append(
        "\(places.count) of \(Number.text(Double(userIDs.count), decimals: 0)) users can be started from, evenly spread."
      )
    }
    return sentences.joined(separator: " ")
  }

  static func size(_ bytes: Int) -> String { Number.text(Double(bytes) / 1e6, decimals: 1) + " MB" }
}

/// The items whose weights go into the page.
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
