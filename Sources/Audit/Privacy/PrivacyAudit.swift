import Compute
import Foundation
import Presentation

/// The privacy measures, and distances for the plots.
struct PrivacyAudit: Sendable {
  var privacy = AuditPrivacy()
  var distances: [AuditPlots.DistanceHistogram] = []
  var notes: [String] = []

  /// - Parameter check: called from time to time; its error ends the audit.
  init(
    _ data: AuditData, options: AuditOptions, seed: Seed, processor: Processor, check: () throws -> Void
  ) throws {
    var notes: [String] = []
    func take(_ rows: SparseRows, _ tag: AuditDraw, _ name: String) -> SparseRows {
      if rows.rowCount > options.maximumUsers {
        let share = 0.5 / Double(options.maximumUsers).squareRoot()
        notes.append(
          "privacy: \(options.maximumUsers) of \(rows.rowCount) \(name) users drawn at random; a share varies by at most "
            + "\(Number.decimal(share)) (one standard error)")
      }
      return rows.drawing(options.maximumUsers, seed, tag)
    }
    let train = take(data.train, .privacyTraining, "training")
    let synthetic = take(data.synthetic, .privacySynthetic, "synthetic")
    let holdout = data.holdout.map { take($0, .privacyHoldout, "holdout") }
    let (copies, rows) = ExactCopies.measure(data)
    privacy.copies = rows
    let holdoutCopies = ExactCopies.holdoutMeasure(data)
    privacy.measures = [copies, holdoutCopies]

    let index = JaccardIndex(train)
    let near = try index.largest(2, of: synthetic, processor)
    let real =
      try holdout.map { try index.largest(2, of: $0, processor) }
      ?? index.largest(
        2, of: train, leavesOut: true, processor)
    distances = [
      Self.histogram(.synthetic, .train, near), Self.histogram(holdout == nil ? .train : .holdout, .train, real),
    ]

    let unseen = "Needs --holdout: real users that the generator has not seen."
    if let holdout {
      if let note = BlindAttack.note(on: data) {
        notes.append(note)
        privacy.looksLikeOthers = true
      }
      distances.append(
        Self.histogram(.synthetic, .holdout, try JaccardIndex(holdout).largest(1, of: synthetic, processor)))
      // Here both sides have only items that the generator could know without them. It knows the catalogue of the training
      // users, where holdout users lack the items that only they have: with these, members would be told by the
      // catalogue alone.
      let known = data.train.columnCounts()
      let members = train.keeping { known[$0] > 1 }.rows
      let others = holdout.keeping { known[$0] > 0 }.rows
      privacy.obstacle = Self.obstacle(members, others, holdoutCopies)
      if let obstacle = privacy.obstacle {
        let missing = "\(obstacle.prefix(1).uppercased())\(obstacle.dropFirst())."
        privacy.measures += Self.notJudged(Self.ratio(near, real), missing: missing)
        self.notes = notes
        return
      }
      let halves = Self.halves(others, seed)
      let share = try ClosestRecordShare(synthetic, train: members, holdout: others, seed: seed, processor)
      let ceiling = try ClosestRecordShare(halves.0, train: members, holdout: halves.1, seed: seed, processor)
      privacy.measures.append(
        GapRule.measure(
          .closestRecordShare, value: share?.value, standardError: share?.standardError, ceiling: ceiling?.value,
          ceilingError: ceiling?.standardError,
          // By symmetry unseen users reach exactly one half; the measured ceiling shows how far that varies here.
          gapError: share?.standardError, missing: unseen))
      privacy.measures.append(Self.ratio(near, real))
      let (attacks, references) = try Self.membership(
        members, synthetic, others, halves, known: options.references, seed, processor, check)
      privacy.measures += attacks
      privacy.references = references
    } else {
      privacy.measures += Self.notJudged(Self.ratio(near, real), missing: unseen)
    }
    self.notes = notes
  }

  /// Why users of this holdout cannot stand for unseen ones; `nil` where they can.
  ///
  /// - Parameters:
  ///   - members: training users with the items that they share with another.
  ///   - others: holdout users with the items that training users have.
  private static func obstacle(_ members: SparseRows, _ others: SparseRows, _ copies: AuditMeasure) -> String? {
    if others.rowCount == 0 { return "no holdout user has an item of the training users" }
    if members.rowCount == 0 { return "no training user has an item in common with another" }
    if copies.judgement == .fails, let share = copies.value, share > 0.5 {
      return "\(Number.percent(share)) of the synthetic users equal a holdout user, so that the generator has seen them"
    }
    return nil
  }

  /// The measures after those of copies where nothing stands for unseen users: only the ratio of distances is judged.
  private static func notJudged(_ ratio: AuditMeasure, missing: String) -> [AuditMeasure] {
    func measure(_ kind: AuditMeasureKind) -> AuditMeasure {
      GapRule.measure(kind, value: nil, ceiling: nil, missing: missing)
    }
    return [measure(.closestRecordShare), ratio] + AuditMeasureKind.attacks.map(measure)
  }

  private static func ratio(_ near: [[Float]], _ real: [[Float]]) -> AuditMeasure {
    let (value, ceiling) = (NeighbourRatio.values(nearestTwo: near), NeighbourRatio.values(nearestTwo: real))
    return GapRule.measure(
      .neighbourRatio, value: Statistics.mean(value), standardError: Statistics.standardError(value),
      ceiling: Statistics.mean(ceiling), ceilingError: Statistics.standardError(ceiling),
      details: ["tenthPercentile": Statistics.quantiles(value, at: [0.1])[0]])
  }

  /// Two random halves, each row in one of them.
  private static func halves(_ rows: SparseRows, _ seed: Seed) -> (SparseRows, SparseRows) {
    var random = seed.stream(for: AuditDraw.privacyHalves)
    let order = random.permutation(rows.rowCount)
    let half = order.count / 2
    return (rows.selecting(rows: order[..<half].sorted()), rows.selecting(rows: order[half...].sorted()))
  }

  private static func membership(
    _ train: SparseRows, _ synthetic: SparseRows, _ holdout: SparseRows, _ halves: (SparseRows, SparseRows),
    known: LikelihoodReferences?, _ seed: Seed, _ processor: Processor, _ check: () throws -> Void
  ) throws -> ([AuditMeasure], LikelihoodReferences?) {
    // By distance all of the holdout are non-members; the other attackers' own real users are taken from it.
    let whole = try MembershipInference(synthetic, members: train, others: holdout, elsewhere: nil, processor)
    let ratio = try MembershipInference(synthetic, members: train, others: halves.1, elsewhere: halves.0, processor)
    let real = try MembershipInference(halves.0, members: train, others: halves.1, elsewhere: nil, processor)
    let likelihood = try LikelihoodRatio(
      synthetic, members: train, others: halves.1, own: halves.0, seed: seed, processor, known: known, check: check)
    let few = "Needs \(MembershipInference.least) holdout users (twice as many for the density and likelihood ratios)."
    func measure(
      _ kind: AuditMeasureKind, _ value: MembershipInference.Estimate?, ceiling: Double?, error: Double? = nil,
      missing: String? = nil
    ) -> AuditMeasure {
      GapRule.measure(
        kind, value: value?.value, standardError: value?.standardError, ceiling: ceiling, ceilingError: error,
        missing: missing ?? few)
    }
    // A generator that has seen nobody gives the attackers with users of their own 0.5 and 0.01 by symmetry.
    let measures = [
      measure(.membershipAUC, whole?.area, ceiling: real?.area.value, error: real?.area.standardError),
      measure(.membershipTPR, whole?.found, ceiling: real?.found?.value, error: real?.found?.standardError),
      measure(.densityMembershipAUC, ratio?.densityArea, ceiling: 0.5),
      measure(.densityMembershipTPR, ratio?.densityFound, ceiling: 0.01),
      measure(
        .likelihoodMembershipAUC, likelihood?.area, ceiling: 0.5,
        missing: "Needs \(2 * LikelihoodRatio.least) holdout users, half of them as the attacker's own."),
      measure(.likelihoodMembershipTPR, likelihood?.found, ceiling: 0.01),
    ]
    return (measures, likelihood?.references)
  }

  private static func histogram(
    _ from: AuditSource, _ to: AuditSource, _ near: [[Float]]
  ) -> AuditPlots.DistanceHistogram {
    let bins = 40
    var counts = [Int](repeating: 0, count: bins)
    for similarities in near {
      counts[min(bins - 1, Int((1 - Double(similarities[0])) * Double(bins) + 1e-6))] += 1
    }
    return AuditPlots.DistanceHistogram(
      from: from, to: to, edges: (0...bins).map { Double($0) / Double(bins) },
      shares: counts.map { Double($0) / Double(max(1, near.count)) })
  }
}
