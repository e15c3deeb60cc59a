package import Compute
import Presentation

/// An attacker who tells training users from holdout users without looking at the synthetic users.
///
/// Where training and holdout users come from different populations, even this attacker succeeds, and the success of
/// the others is no sign of a leak: Das, Zhang and Tramèr, "Blind baselines beat membership inference attacks for
/// foundation models" (arXiv 2406.16201, 2024).
///
/// Every user is compared with all training users but one: training users with all others, holdout users with one left
/// out in turn. Users of one population are then exchangeable, and the area is 0.5 but for chance.
package struct BlindAttack: Sendable, Equatable {
  /// What is looked at.
  package enum Sign: Sendable {
    /// How many items of a user other training users have.
    case length
    /// The mean share of other training users who have such an item.
    case popularity
  }

  /// What is looked at.
  package let sign: Sign
  /// Its mean over training users.
  package let members: Double
  /// Its mean over holdout users.
  package let others: Double
  /// The area under the curve; 0.5 is guessing.
  package let area: Double
  /// The standard error of ``area`` for users of one population (Mann and Whitney).
  package let standardError: Double

  /// Every sign; none where no holdout user has an item of a training user.
  ///
  /// - Parameters:
  ///   - train: the training users; shape: T × I.
  ///   - holdout: the holdout users; shape: H × I.
  package static func all(train: SparseRows, holdout: SparseRows) -> [BlindAttack] {
    let known = train.columnCounts()
    let members = values(of: train, known, train) { $0 }
    let others = values(of: holdout, known, train) { $0 % train.rowCount }
    let rest = Double(max(1, train.rowCount - 1))
    return [
      BlindAttack(.length, members.map(\.length), others.map(\.length)),
      BlindAttack(.popularity, members.map { $0.users / rest }, others.map { $0.users / rest }),
    ].compactMap(\.self)
  }

  private init?(_ sign: Sign, _ members: [Double], _ others: [Double]) {
    guard let found = ReceiverOperating.area(positives: members, negatives: others) else { return nil }
    let (m, n) = (Double(members.count), Double(others.count))
    (self.sign, area) = (sign, found.value)
    (self.members, self.others) = (Statistics.mean(members), Statistics.mean(others))
    standardError = ((m + n + 1) / (12 * m * n)).squareRoot()
  }

  /// For every user, how many of their items other training users have, and how many of these users an item has on
  /// average; without users who have no such item.
  ///
  /// - Parameter leftOut: the training user whom a user is not compared with.
  private static func values(
    of rows: SparseRows, _ known: [Int], _ train: SparseRows, leftOut: (_ row: Int) -> Int
  ) -> [(length: Double, users: Double)] {
    // For each item, the last row whose left-out user has it.
    var marks = [Int](repeating: -1, count: rows.columnCount)
    return (0..<rows.rowCount).compactMap { row -> (length: Double, users: Double)? in
      for item in train.indices(ofRow: leftOut(row)) { marks[Int(item)] = row }
      var (length, users) = (0, 0)
      for item in rows.indices(ofRow: row) {
        let count = known[Int(item)] - (marks[Int(item)] == row ? 1 : 0)
        if count > 0 { (length, users) = (length + 1, users + count) }
      }
      return length == 0 ? nil : (Double(length), Double(users) / Double(length))
    }
  }

  /// Whether the area is farther from 0.5 than the margin of the attackers, and than five standard errors.
  package var isStrong: Bool { abs(area - 0.5) > max(Self.margin, 5 * standardError) }

  /// That of the attackers' areas.
  private static var margin: Double { GapRule.margin(.membershipAUC, ceiling: 0.5) }

  /// A note if training and holdout users of an audit are told apart without a look at the synthetic users.
  static func note(on data: AuditData) -> String? {
    data.holdout.flatMap {
      note(train: data.train, data.names.train, holdout: $0, data.names.holdout ?? "holdout")
    }
  }

  /// A note if users are told apart, with the names of both kinds.
  static func note(
    train: SparseRows, _ trainName: String, holdout: SparseRows, _ holdoutName: String
  ) -> String? {
    let found = all(train: train, holdout: holdout).filter(\.isStrong)
    if found.isEmpty { return nil }
    return "the holdout (\(holdoutName)) and the training users (\(trainName)) look like "
      + "different populations: \(found.map(\.words).joined(separator: "; ")); the attackers' figures then show this "
      + "difference too, not only a leak; a holdout drawn at random from the same users has none, but filters by counts, "
      + "which are for training users alone, must be applied before it is drawn"
  }

  private var words: String {
    let told =
      "by this alone, the two are told apart with an AUC of \(Number.decimal(max(area, 1 - area), 3)) (chance: 0.5 ± "
      + "\(Number.decimal(standardError, 3)))"
    return switch sign {
    case .length:
      "a training user has \(Number.decimal(members, 1)) items that others of them have, a holdout user "
        + "\(Number.decimal(others, 1)); \(told)"
    case .popularity:
      "an item of a training user is in \(Number.percent(members)) of the other profiles, one of a holdout user in "
        + "\(Number.percent(others)); \(told)"
    }
  }
}
