import Compute
import FileFormats
import InteractionData

/// What the reference models of the likelihood attacker say about real users: kept between audits of several sets of
/// synthetic users against the same real ones, so that these models are fitted once.
public struct LikelihoodReferences: Sendable, Equatable {
  /// Of the users to tell apart, the attacker's own users, the seed and the engine.
  package let fingerprint: String
  /// The mean log-probability of the items of every user to tell apart; one list for each reference model.
  ///
  /// The lists are kept, not their mean, so that scores are added up in one order whether the models are new or known.
  package let values: [[Double]]

  /// The number of reference models.
  private static let models = 4

  /// Names the values of some reference models.
  package init(fingerprint: String, values: [[Double]]) {
    (self.fingerprint, self.values) = (fingerprint, values)
  }

  /// Fits the reference models, unless they are known.
  ///
  /// - Parameters:
  ///   - people: the users to tell apart.
  ///   - own: the attacker's own users, of whom each model has three quarters, drawn at random.
  ///   - known: the values of earlier models, taken if they are of the same users, seed and engine.
  ///   - check: called from time to time; its error ends the fits.
  init(
    of people: SparseRows, own: SparseRows, seed: Seed, _ processor: Processor, known: LikelihoodReferences?,
    check: () throws -> Void
  ) throws {
    var fingerprint = Fingerprint()
    for rows in [people, own] { fingerprint.add(rows) }
    fingerprint.add(seed.value)
    fingerprint.add(processor.name)
    if let known, known.fingerprint == fingerprint.hexadecimal {
      self = known
      return
    }
    self.fingerprint = fingerprint.hexadecimal
    let size = own.rowCount * 3 / 4
    values = try (0..<Self.models).map { model -> [Double] in
      try check()
      var random = seed.stream(for: AuditDraw.likelihoodReference, model)
      let users = own.selecting(rows: random.permutation(own.rowCount)[..<size].sorted())
      return try ProfileLikelihood(of: users, processor, check: check).values(of: people, processor)
    }
  }
}
