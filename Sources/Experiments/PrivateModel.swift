import Autoencoders
import Compute
import Generation
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
    let budget = guarantee.ledger.first { $0.what == PrivateRelease.lengths }?.epsilon
    let lengths = budget.flatMap { LengthHistogram(of: rows, epsilon: $0, seed: seed) }
    record.profileLengths = lengths?.users
    guard var facts = record.facts else { return }
    (facts.dataHash, facts.splitHash, facts.split) = (nil, nil, nil)
    facts.data?.hash = nil
    facts.dataset?.keepInteractions(Int((Double(rows.rowCount) * (lengths?.mean ?? 0)).rounded()))
    record.facts = facts
  }
}
