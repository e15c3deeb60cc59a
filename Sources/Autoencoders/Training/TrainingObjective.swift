/// What a ranking model is trained for, which decides what chooses its epoch.
public enum TrainingObjective: String, Codable, Sendable, CaseIterable {
  /// Ranked lists: a ranking metric on the validation users, at whatever β it is best.
  case recommend
  /// Synthetic users: the evidence lower bound at β = 1 on the validation users, among the epochs at whose end β has reached its
  /// cap. Only models that encode to a distribution have it.
  case generate
}
