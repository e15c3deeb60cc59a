public import Autoencoders
import FileFormats
import Foundation
public import InteractionData

/// The README of a model directory: YAML front matter as model hubs read it, then data, validation and settings.
public struct ModelCard: Sendable {
  /// The model; settings that follow from the data should be resolved (``ZooModel/settingsUsed(rows:)``).
  public var configuration: any ZooModel
  /// The training data.
  public var dataset: DataSummary
  /// The training that chose the epoch.
  public var history: [EpochRecord]
  /// The epoch chosen.
  public var bestEpoch: Int
  /// Whether the model was then fitted again on all data for that many epochs.
  public var refitted: Bool
  /// The metric that chose the epoch, for example `ndcg@100`.
  public var selection: String
  /// The number of weights.
  public var parameters: Int
  /// Seed, engine, version.
  public var origin: String

  /// The aggregate posterior of a variational model.
  public var aggregatePosterior: AggregatePosterior?

  /// The KL divergence from the prior of a Gaussian with the aggregate posterior's mean and full covariance, in nats.
  public var jointDivergence: Double?

  /// How many users the weights were fitted to, where not all of the data's were.
  public var fittedUsers: Int?

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

  /// The validation value of the chosen epoch; a negative RMSE is shown as an RMSE.
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

      Fitted to \(Self.plain(dataset.name)): \(counted(dataset.users, "user")) × \(counted(dataset.items, "item")), \
      \(counted(dataset.interactions, "interaction")) (density \(Self.number(dataset.density))). \(counted(parameters, "weight")). \(origin)


      """
    if let fittedUsers, fittedUsers < dataset.users {
      text += "\(fittedUsers) of the users were trained on; the others were held out to choose the epoch.\n\n"
    }
    if validation == nil, bestEpoch > 0 {
      text += "Nothing could be held out to choose an epoch: the model was fitted for all \(bestEpoch) epochs.\n\n"
    }
    if let validation {
      text += "Validation \(selection) \(Self.number(validation)) at epoch \(bestEpoch) of \(history.count)"
      text += refitted ? ", then fitted again on all data for \(counted(bestEpoch, "epoch")). " : ". "
      text += "The epoch was chosen on the validation data, so the value is optimistic; "
      text += "`doppel evaluate` measures the model on other users.\n\n"
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
      text += "\(posterior.activeUnits) of \(posterior.mean.count) latent dimensions are active. The KL divergence of "
      text += "the aggregate posterior from the prior is \(Self.number(posterior.divergence)) nats by the mean and "
      text += "variance of each dimension (at most \(Self.number(posterior.divergences.max() ?? 0)) in one)"
      if let jointDivergence { text += " and \(Self.number(jointDivergence)) nats by mean and full covariance" }
      text += ". The larger it is, the less draws from the prior resemble users; by default, `doppel sample` "
      text += "draws from the aggregate posterior.\n\n"
    }
    if !configuration.hyperparameters.isEmpty {
      text += "| hyper-parameter | value |\n|---|---|\n"
      for (key, value) in configuration.hyperparameters.sorted(by: { $0.key < $1.key }) {
        text += "| \(key) | \(value.flagText) |\n"
      }
      text += "\n"
    }
    text += """
      Any safetensors reader opens `model.safetensors`; `items.txt` lists the items in the order of the weights.

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
