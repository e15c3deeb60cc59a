import Compute

/// An attacker who fits a model to the synthetic users and the same model to real users of their own, and takes for
/// members whom the first explains better.
///
/// The score of a user is the log-likelihood under the model of the synthetic users minus the mean of those under reference
/// models, each of three quarters of the attacker's own users, drawn at random: a likelihood ratio as in LiRA's offline attack
/// (Carlini et al., IEEE S&P 2022) and RMIA (Zarifzadeh, Liu and Shokri, ICML 2024), with the synthetic users in place of the
/// model under attack, as in DOMIAS (van Breugel et al., AISTATS 2023).
///
/// Differences: LiRA divides by the spread of the references. Here they share half of their users or more, so their spread shows
/// how sensitive a profile is rather than what unseen users vary by, and dividing mostly lowered the area. RMIA compares each
/// ratio with those of a population; for one population, that does not change the order of the users.
struct LikelihoodRatio: Sendable {
  let area: MembershipInference.Estimate
  let found: MembershipInference.Estimate?
  /// What the reference models say about the users, for other synthetic users.
  let references: LikelihoodReferences

  /// The least number of the attacker's own users.
  static let least = 20

  /// - Parameters:
  ///   - own: real users the attacker has, neither members nor among the others.
  ///   - known: the reference models of an earlier attack, taken if they are of the same users.
  ///   - check: called from time to time; its error ends the attack.
  init?(
    _ synthetic: SparseRows, members: SparseRows, others: SparseRows, own: SparseRows, seed: Seed,
    _ processor: Processor, known: LikelihoodReferences? = nil, check: () throws -> Void
  ) throws {
    if own.rowCount < Self.least { return nil }
    let people = members.followed(by: others)
    var scores = try ProfileLikelihood(of: synthetic, processor, check: check).values(of: people, processor)
    references = try LikelihoodReferences(of: people, own: own, seed: seed, processor, known: known, check: check)
    for values in references.values {
      for (place, value) in values.enumerated() { scores[place] -= value / Double(references.values.count) }
    }
    let (own, other) = (Array(scores[..<members.rowCount]), Array(scores[members.rowCount...]))
    guard let estimates = MembershipInference.estimates(members: own, others: other) else { return nil }
    (area, found) = estimates
  }
}
