import FileFormats
import Foundation

/// What models trained on real users reach on the test users, user by user: kept between audits of several sets of synthetic
/// users against the same real ones, so that the training is done once.
public struct RealScores: Sendable, Equatable, Codable {
  /// Of the real users, the test users, the seed, the longest training, the number format and the engine.
  public let fingerprint: String
  /// ndcg@100 of every test user by model.
  public internal(set) var values: [String: [Double]]

  /// Names the scores of a training.
  public init(fingerprint: String, values: [String: [Double]]) {
    (self.fingerprint, self.values) = (fingerprint, values)
  }

  /// Reads what an earlier audit kept; `nil` where there is no such file yet.
  ///
  /// - Throws: `DecodingError` for a file of something else.
  public init?(contentsOf path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    self = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: path)))).decoded(as: RealScores.self)
  }

  /// Keeps the scores for later audits.
  ///
  /// - Throws: `OutputError`.
  public func write(to path: String) throws {
    try AtomicFile.write(JSONValue(encoding: self).prettyPrinted + "\n", to: path)
  }
}
