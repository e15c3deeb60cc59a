public import Autoencoders
import FileFormats
import Foundation
import InteractionData
import Presentation

/// The README of a model directory: YAML front matter for model hubs, then data, validation and settings.
public struct ModelCard: Sendable {
  private let model: any ZooModel
  private let parameters: Int
  private let record: ModelRecord
  private let history: [EpochRecord]
  private let hasTitles: Bool

  /// The card of a model.
  ///
  /// - Parameter history: every epoch of the fit that chose among them.
  public init(of directory: ModelDirectory, history: [EpochRecord] = []) {
    let model = directory.configuration
    // A setting that depends on the data is shown as the number used.
    self.model = history.first.map { model.settingsUsed(rows: $0.users) } ?? model
    (record, self.history) = (directory.record, history)
    parameters = directory.model.parameterCount
    hasTitles = directory.titles != nil
  }

  /// The card as Markdown.
  public var markdown: String {
    let (data, training) = (record.facts?.dataset, record.training)
    let name = data?.name ?? "unknown data"
    let value = training?.validation.map { Self.number($0) }
    let selection = training?.selection ?? ""
    var text = """
      ---
      library_name: doppel
      tags: [recommendation, autoencoder, \(model.name)]
      model-index:
        - name: \(model.name)
          results:
            - task: {type: recommendation}
              dataset: {name: \(Self.quoted(name)), type: interactions}
              metrics: [\(value.map { "{type: \(selection), value: \($0), name: validation}" } ?? "")]
      ---

      # \(model.name)


      """
    if let data {
      text += "Fitted to \(Self.plain(name)): \(counted(data.users, "user")) × \(counted(data.items, "item")), "
      text += "\(counted(data.interactions, "interaction")) (density \(Self.number(data.density))). "
    }
    text += "\(counted(parameters, "weight")). "
    if let facts = record.facts {
      text += "Seed \(facts.seed ?? 0), \(facts.engineWords), Doppel \(facts.version)."
    }
    text += "\n\n"
    if let privacy = record.privacy {
      text += Self.words(on: privacy)
      if let users = training?.users, let warning = privacy.remark(users: users) {
        text += "**Warning:** \(warning).\n\n"
      }
    } else if let training {
      text += fitting(training, value, selection)
    }
    if let last = history.first(where: { $0.epoch == training?.bestEpoch }) {
      text += "| at epoch \(last.epoch) | |\n|---|--:|\n"
      text += "| reconstruction (nats per user) | \(Self.number(last.reconstruction)) |\n"
      if last.divergence != 0 {
        text += "| KL (nats per user) | \(Self.number(last.divergence)) |\n"
        text += "| β | \(Self.number(last.beta)) |\n"
      }
      text += "\n"
    }
    if let posterior = record.aggregatePosterior {
      text += "\(posterior.activeUnits) of \(posterior.dimensions) latent dimensions are active. The KL divergence of "
      text += "the aggregate posterior from the prior is \(Self.number(posterior.divergence)) nats by the mean and "
      text += "variance of each dimension (at most \(Self.number(posterior.largestDivergence)) in one)"
      if let joint = posterior.jointDivergence { text += " and \(Self.number(joint)) nats by mean and full covariance" }
      if posterior.dimensions > AggregatePosterior.mostCorrelatedDimensions {
        text += "; by mean and full covariance it is not computed for more than "
        text += "\(AggregatePosterior.mostCorrelatedDimensions) dimensions"
      }
      text += ". With a larger value, draws from the prior resemble users less; by default, `doppel sample` "
      text += "draws from the aggregate posterior.\n\n"
    }
    if !model.hyperparameters.isEmpty {
      text += "| hyper-parameter | value |\n|---|---|\n"
      for (key, value) in model.hyperparameters.sorted(by: { $0.key < $1.key }) {
        text += "| \(key) | \(value.flagText) |\n"
      }
      text += "\n"
    }
    text += """
      Any safetensors reader opens `model.safetensors`; `items.txt` lists the items in the order of the weights\
      \(hasTitles ? ", `titles.tsv` their titles." : ".")

      """
    return text
  }

  /// The privacy guarantee and its assumptions.
  private static func words(on privacy: PrivacyRecord) -> String {
    var text = """
      Trained with differential privacy by user: (ε, δ) = (\(Number.exact(privacy.epsilon)), \
      \(Number.exact(privacy.delta))). For every user, and whatever is known about all others, the probability of any \
      outcome is at most e^ε times its value without that user, plus δ. This covers the weights, the profile lengths \
      in `config.json`, and everything computed from them, such as profiles that `doppel sample` draws.

      | release | mechanism | times | ε | δ |
      |---|---|--:|--:|--:|

      """
    for release in privacy.ledger {
      text += "| \(release.what) | \(release.mechanism) | \(release.times) | \(Number.decimal(release.epsilon)) | "
      text += "\(Number.exact(release.delta)) |\n"
    }
    text += """

      Every update takes each user with probability \(Number.text(privacy.samplingRate)), limits the norm of their \
      gradient to \(Number.exact(privacy.clip)) and adds noise of \(Number.decimal(privacy.noiseMultiplier)) times \
      that. Outside the guarantee: the number of users, the catalogue, its order and the popularity filters that \
      produced it, all treated as public; choices made by looking at the users, such as settings; and the difference \
      between noise in single precision and the real numbers of the proof. The noise comes from the system's random \
      source, or from a seed that must stay secret.


      """
    return text
  }

  /// How the epoch was chosen, and which users were fitted.
  private func fitting(_ training: TrainingRecord, _ value: String?, _ selection: String) -> String {
    var text = ""
    let best = training.bestEpoch
    if let fitted = training.users, fitted < record.facts?.dataset?.users ?? 0 {
      text += "\(fitted) of the users were trained on; the others were held out to choose the epoch.\n\n"
    }
    if let value {
      text += "Validation \(selection) \(value) at epoch \(best) of \(training.epochs)"
      text += training.refitted ? ", then fitted again on all data for \(counted(best, "epoch")). " : ". "
      text += "The epoch was chosen on the validation data, so the value is optimistic; "
      text += "`doppel evaluate` measures the model on other users.\n\n"
    } else if best > 0 {
      text += "Nothing could be held out to choose an epoch: the model was fitted for all \(best) epochs.\n\n"
    }
    return text
  }

  private static func number(_ value: Double?) -> String { Number.decimal(value ?? .nan) }

  /// A data set's name as a YAML string.
  private static func quoted(_ text: String) -> String {
    "\"" + plain(text).replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  /// A name on one line.
  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
