/// The objective of a ranking model, which determines how its epoch is chosen.
public enum TrainingObjective: String, Codable, Sendable, CaseIterable {
  /// Ranked lists: the epoch with the best ranking metric on the validation users, at any β.
  case recommend
  /// Synthetic users: the evidence lower bound at β = 1 on the validation users, among the epochs at whose end β has reached its
  /// cap. It requires a model that encodes to a distribution.
  case generate
}
