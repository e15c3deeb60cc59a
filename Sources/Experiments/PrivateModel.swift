package import Autoencoders
package import Compute
import FileFormats
package import Generation
import InteractionData

extension ModelDirectory {
  /// Removes from the record of a private model everything that depends on its users and is not covered by the
  /// guarantee: the popularity of items, the aggregate posterior, the number of interactions, and fingerprints of the
  /// data, which could confirm a guess at them.
  ///
  /// Profile lengths are released with their part of ε. The number of users and the catalogue are treated as public.
  mutating func keepOnly(what guarantee: PrivacyRecord, of rows: SparseRows, seed: Seed) {
    record.privacy = guarantee
    (record.aggregatePosterior, itemPopularity) = (nil, nil)
    let lengths = guarantee.lengths(of: rows, seed: seed)
    record.profileLengths = lengths?.users
    guard var facts = record.facts else { return }
    (facts.dataHash, facts.splitHash, facts.split) = (nil, nil, nil)
    facts.data?.hash = nil
    facts.dataset?.keepInteractions(Int((Double(rows.rowCount) * (lengths?.mean ?? 0)).rounded()))
    record.facts = facts
  }
}

extension PrivacyRecord {
  /// The profile lengths of some users as the guarantee releases them; `nil` if it does not, or if there are more users
  /// than a draw can choose from.
  ///
  /// - Parameter seed: the secret seed of the training's noise.
  package func lengths(of rows: SparseRows, seed: Seed) -> LengthHistogram? {
    let release = ledger.first { $0.what == PrivateRelease.lengths }
    return release.flatMap { LengthHistogram(of: rows, epsilon: $0.epsilon, seed: seed) }
  }
}

extension ZooModel {
  /// The model with the largest batches that a private training on so many users may draw, for an estimate of memory.
  ///
  /// - Throws: `HyperparameterError` if the model has no such batch size.
  package func withLargestPrivateBatch(users: Int) throws -> any ZooModel {
    guard let trained = self as? any IterativeModel else { return self }
    let size = trained.training.batchSize(users: users)
    return try setting(["batchSize": .number(Double(PrivacyRequest.mostUsers(expected: size, of: users)))])
  }
}
