/// Where the synthetic users of a contender come from.
public enum GenerativeSource: String, Sendable, CaseIterable, Codable {
  /// The prior, which only a variational model has.
  case prior
  /// The aggregate posterior, which only a variational model has.
  case population
  /// A Gaussian fitted to the codes after training, available for every autoencoder.
  case fitted

  /// What a model is called together with where it draws from.
  func label(of model: String) -> String {
    self == .fitted ? "\(model) + fitted Gaussian" : "\(model), \(rawValue)"
  }

  /// The same in fewer letters, for axes.
  func shortLabel(of model: String) -> String { self == .fitted ? "\(model) fitted" : label(of: model) }
}
