public import Autoencoders
import FileFormats
import Foundation

/// The README of a model directory: YAML front matter as model hubs read it, then what a reader should know.
public struct ModelCard: Sendable {
  /// What was fitted.
  public var configuration: any ZooModel
  /// The data it was fitted to.
  public var dataset: DataSummary
  /// The training that chose the epoch.
  public var history: [EpochRecord]
  /// The epoch chosen.
  public var bestEpoch: Int
  /// Whether the model was fitted again on everything for that many epochs.
  public var refitted: Bool
  /// What chose the epoch, for example `ndcg@100`.
  public var selection: String
  /// The number of weights.
  public var parameters: Int
  /// Seed, engine, version.
  public var origin: String

  /// Where the users lie in the latent space, for a model that has distributions.
  public var aggregatePosterior: AggregatePosterior?

  /// How far a Gaussian with the users' mean and full covariance is from the prior, in nats.
  public var jointDivergence: Double?

  /// Gathers what the card says.
  public init(
    configuration: any ZooModel, dataset: DataSummary, history: [EpochRecord], bestEpoch: Int,
    refitted: Bool, selection: String, parameters: Int, origin: String,
    aggregatePosterior: AggregatePosterior? = nil
  ) {
    self.aggregatePosterior = aggregatePosterior
    self.configuration = configuration
    self.dataset = dataset
    self.history = history
    self.bestEpoch = bestEpoch
    self.refitted = refitted
    self.selection = selection
    self.parameters = parameters
    self.origin = origin
  }

  /// The value that chose the epoch; ratings are chosen by a negative RMSE, shown as it is.
  private var validation: Double? {
    history.first { $0.epoch == bestEpoch }?.validation.map(abs)
  }

  /// The card as Markdown.
  public var markdown: String {
    let name = Self.quoted(dataset.name)
    var text = """
      ---
      library_name: doppel
      tags: [recommendation, autoencoder, \(configuration.name)]
      model-index:
        - name: \(configuration.name)
          results:
            - task: {type: recommendation}
              dataset: {name: \(name), type: interactions}
              metrics: [\(validation.map { "{type: \(selection), value: \(Self.number($0)), name: validation}" } ?? "")]
      ---

      # \(configuration.name)

      Fitted to \(Self.plain(dataset.name)): \(dataset.users) users × \(dataset.items) items, \(dataset.interactions) \
      interactions (density \(Self.number(dataset.density))). \(parameters) weights. \(origin)


      """
    if let validation {
      text += "Validation \(selection) \(Self.number(validation)) at epoch \(bestEpoch) of \(history.count)"
      text += refitted ? ", then fitted again on all data for \(bestEpoch) epochs. " : ". "
      text += "The validation part chose the epoch, so the value leans to the bright side; "
      text += "`doppel evaluate` measures on users of your own.\n\n"
    }
    if let last = history.first(where: { $0.epoch == bestEpoch }) {
      text += "| at epoch \(bestEpoch) | |\n|---|--:|\n"
      text += "| reconstruction (nats per user) | \(Self.number(last.reconstruction)) |\n"
      if last.divergence != 0 {
        text += "| KL (nats per user) | \(Self.number(last.divergence)) |\n"
        text += "| β | \(Self.number(last.beta)) |\n"
      }
      text += "\n"
    }
    if let posterior = aggregatePosterior {
      text += "\(posterior.activeUnits) of \(posterior.mean.count) latent dimensions are active. Taken together, the "
      text += "users' posteriors are \(Self.number(posterior.divergence)) nats from the prior by the mean and variance "
      text += "of each dimension, at most \(Self.number(posterior.divergences.max() ?? 0)) in one"
      if let jointDivergence { text += ", and \(Self.number(jointDivergence)) nats by mean and full covariance" }
      text += ": the farther, the less are draws from the prior like users (`doppel sample` draws from the "
      text += "posteriors unless told otherwise).\n\n"
    }
    if !configuration.hyperparameters.isEmpty {
      text += "| hyper-parameter | value |\n|---|---|\n"
      for (key, value) in configuration.hyperparameters.sorted(by: { $0.key < $1.key }) {
        let shown = value.prettyPrinted.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        text += "| \(key) | \(shown == "null" ? "worked out" : shown) |\n"
      }
      text += "\n"
    }
    text += """
      `model.safetensors` opens with any safetensors reader; `items.txt` has the items in the order of the weights.

      """
    return text
  }

  private static func number(_ value: Double) -> String { String(format: "%.4f", value) }

  /// A data set's name as a YAML string.
  private static func quoted(_ text: String) -> String {
    "\"" + plain(text).replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  /// A name on one line.
  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
