/// What models trained on real users reach on the test users, user by user: kept between audits of several sets of synthetic
/// users against the same real ones, so that the training is done once.
public struct RealScores: Sendable, Equatable, Codable {
  /// Of the real users, the test users, the seed, the longest training, the number format and the engine.
  public let fingerprint: String
  /// ndcg@100 of every test user by model.
  public internal(set) var values: [String: [Double]]
}
