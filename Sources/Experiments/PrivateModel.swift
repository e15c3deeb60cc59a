import Autoencoders
import Compute
import Generation
import InteractionData

extension ModelDirectory {
  /// Leaves out of what is kept with a private model everything that its users move and the guarantee does not cover: how often
  /// each item occurs, where the users are in the latent space, how many interactions there are, and fingerprints of the data, by
  /// which a guess at them could be confirmed.
  ///
  /// The lengths of profiles are released with their part of ε. The number of users and the catalogue count as known.
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
