/// A model of the zoo: hyper-parameters that compose into a ``Design``.
///
/// To add one, see CONTRIBUTING.
public protocol AutoencoderModel: Codable, Sendable, Equatable {
  /// Whether it encodes to a point or to a distribution.
  associatedtype Latent: LatentSpace
  /// Its hyper-parameters by name, as in files and results.
  associatedtype CodingKeys: CodingKey & CaseIterable & RawRepresentable<String>

  /// Its name on the command line and in files.
  static var name: String { get }
  /// The default training options.
  static var defaultTraining: TrainingOptions { get }

  /// Creates the model with its defaults.
  init()
  /// The network.
  var design: Design<Latent> { get }
}
