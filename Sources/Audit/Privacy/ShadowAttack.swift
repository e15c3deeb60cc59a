import Compute
import InteractionData

/// An attacker who can train the generator, and does so many times on users of whom they know who takes part: shadow models
/// (Shokri et al., IEEE S&P 2017).
///
/// The candidates are the training users and the held-out ones. Shadows come in pairs: one is trained on a random half of
/// the candidates, the other on the rest, so that each candidate takes part in half of them. A model is fitted to the
/// synthetic users of every shadow (``ProfileLikelihood``), and likewise to those under attack:
///
///     score(x) = (log p(x) − ½ · (mean with x in training + mean without)) ÷ spread(x)
///
/// The spread is that of the values with x around their mean and of those without around theirs. This is the online attack
/// of LiRA (Carlini et al., IEEE S&P 2022) for two Gaussians of equal width, without the factor of how far apart they are,
/// which a few shadows do not tell: with it, or with a width for each, the area was not larger in trials on MovieLens 100K.
struct ShadowAttack: Sendable {
  /// The training users, then the held-out ones; shape: (T + H) × I.
  private let candidates: SparseRows
  /// The candidates who are told apart, training users first, with the items that a generator could know without them.
  private let people: SparseRows
  /// How many of them are training users.
  private let members: Int
  /// The candidates that each shadow is trained on.
  private let halves: [[Int]]
  /// Whether each person is among them, by shadow.
  private let isIn: [[Bool]]
  private let processor: Processor

  /// - Parameters:
  ///   - shadows: an even number, at least 4.
  ///   - most: the largest number of users of each kind who are told apart.
  init(train: SparseRows, holdout: SparseRows, shadows: Int, most: Int, seed: Seed, processor: Processor) {
    precondition(shadows >= 4 && shadows % 2 == 0, "shadows come in pairs")
    candidates = train.followed(by: holdout)
    self.processor = processor
    let known = train.columnCounts()
    func told(_ rows: SparseRows, _ tag: AuditDraw, _ isKnown: (Int) -> Bool) -> (rows: SparseRows, numbers: [Int]) {
      let drawn = rows.drawnRows(most, seed, tag)
      let (kept, numbers) = rows.selecting(rows: drawn).keeping(isKnown)
      return (kept, numbers.map { drawn[$0] })
    }
    let own = told(train, .privacyTraining) { known[$0] > 1 }
    let others = told(holdout, .privacyHoldout) { known[$0] > 0 }
    people = own.rows.followed(by: others.rows)
    members = own.rows.rowCount
    let count = candidates.rowCount
    halves = (0..<shadows / 2).flatMap { pair -> [[Int]] in
      var random = seed.stream(for: AuditDraw.shadowHalves, pair)
      let order = random.permutation(count)
      return [order[..<(count / 2)].sorted(), order[(count / 2)...].sorted()]
    }
    let places = own.numbers + others.numbers.map { train.rowCount + $0 }
    isIn = halves.map { half in
      var isTrained = [Bool](repeating: false, count: count)
      for candidate in half { isTrained[candidate] = true }
      return places.map { isTrained[$0] }
    }
  }

  /// Whom a shadow is trained on.
  func users(of shadow: Int) -> SparseRows { candidates.selecting(rows: halves[shadow]) }

  /// How probable each person is under a model of some synthetic users.
  ///
  /// - Parameter check: called from time to time; its error ends the fit.
  func likelihoods(under synthetic: SparseRows, check: () throws -> Void) throws -> [Double] {
    try ProfileLikelihood(of: synthetic, processor, check: check).values(of: people, processor)
  }

  /// What the attacker finds.
  ///
  /// - Parameters:
  ///   - own: the likelihoods under the users that are attacked.
  ///   - shadows: those under the users of every shadow.
  func measures(_ own: [Double], shadows: [[Double]]) -> [AuditMeasure] {
    let scores = own.indices.map { person in
      score(own[person], shadows: shadows.map { $0[person] }, isIn: isIn.map { $0[person] })
    }
    let found = MembershipInference.estimates(members: Array(scores[..<members]), others: Array(scores[members...]))
    return [
      (AuditMeasureKind.shadowMembershipAUC, found?.area, 0.5), (.shadowMembershipTPR, found?.found, 0.01),
    ].map {
      GapRule.measure(
        $0, value: $1?.value, standardError: $1?.standardError, ceiling: $2,
        missing: "Needs \(MembershipInference.least) held-out users.")
    }
  }

  /// One person's score; half of the shadows are trained on the person.
  private func score(_ own: Double, shadows: [Double], isIn: [Bool]) -> Double {
    let half = Double(shadows.count / 2)
    var (with, without) = (0.0, 0.0)
    for (value, isIn) in zip(shadows, isIn) { if isIn { with += value / half } else { without += value / half } }
    let squares = zip(shadows, isIn).reduce(0.0) { sum, shadow in
      let distance = shadow.0 - (shadow.1 ? with : without)
      return sum + distance * distance
    }
    // The last summand is for people on whom all shadows agree: a thousandth of a nat says nothing.
    let variance = squares / Double(shadows.count - 2) + 1e-6
    return (own - (with + without) / 2) / variance.squareRoot()
  }
}
