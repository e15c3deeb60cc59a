import Compute

/// Synthetic users who equal a real user, item by item.
///
/// Short profiles collide by chance, so other real users are counted beside them: with copies of training users, holdout users
/// who equal one (without a holdout, training users who equal another); with copies of holdout users, training users who
/// equal one. The copies of a file are counted, not estimated: only the rate among real users has an error.
enum ExactCopies {
  static func measure(_ data: AuditData) -> (AuditMeasure, [AuditPrivacy.CopyRow]) {
    let known = ProfileSet(data.train)
    let synthetic = flags(data.synthetic) { known.contains($0) }
    let real =
      data.holdout.map { flags($0) { known.contains($0) } } ?? flags(data.train) { known.count($0) > 1 }
    let realRows = data.holdout ?? data.train
    let measure = GapRule.measure(
      .exactCopies, value: share(synthetic), ceiling: share(real), ceilingError: error(real),
      remark: "A share above that of unseen real users indicates copying; a low share does not prove privacy.")
    return (measure, rows(data.synthetic, synthetic, realRows, real))
  }

  /// Synthetic users who equal a holdout user: they are real people too.
  ///
  /// Not judged without a holdout.
  static func holdoutMeasure(_ data: AuditData) -> AuditMeasure {
    guard let holdout = data.holdout else {
      return GapRule.measure(
        .holdoutCopies, value: nil, ceiling: nil, missing: "Needs a holdout: real users the generator has not seen.")
    }
    let known = ProfileSet(holdout)
    let synthetic = flags(data.synthetic) { known.contains($0) }
    let real = flags(data.train) { known.contains($0) }
    let copies = synthetic.count(where: \.self)
    return GapRule.measure(
      .holdoutCopies, value: share(synthetic), ceiling: share(real), ceilingError: error(real),
      details: ["copies": Double(copies), "synthetic": Double(synthetic.count)],
      remark:
        "\(copies) of \(synthetic.count) synthetic users equal a holdout user. A share above that of training users "
        + "means that the synthetic file contains users of the holdout.")
  }

  private static func flags(_ rows: SparseRows, _ isCopy: (ArraySlice<Int32>) -> Bool) -> [Bool] {
    (0..<rows.rowCount).map { isCopy(rows.indices(ofRow: $0)) }
  }

  private static func share(_ flags: [Bool]) -> Double {
    Double(flags.count(where: \.self)) / Double(max(1, flags.count))
  }

  /// Agresti and Coull's: never 0, also where nothing was copied.
  private static func error(_ flags: [Bool]) -> Double {
    let count = Double(flags.count) + 4
    let share = (Double(flags.count(where: \.self)) + 2) / count
    return (share * (1 - share) / count).squareRoot()
  }

  private static func rows(
    _ synthetic: SparseRows, _ copies: [Bool], _ real: SparseRows, _ realCopies: [Bool]
  ) -> [AuditPrivacy.CopyRow] {
    let starts = [1, 2, 3, 6, 11, 21, 51, 101]
    let longest =
      ((0..<synthetic.rowCount).map { synthetic.count(ofRow: $0) }
      + (0..<real.rowCount).map { real.count(ofRow: $0) }).max() ?? 0
    return starts.indices.compactMap { index in
      let from = starts[index]
      let to = index + 1 < starts.count ? starts[index + 1] - 1 : max(longest, from)
      func count(_ rows: SparseRows, _ flags: [Bool]) -> (all: Int, copied: Int) {
        let places = (0..<rows.rowCount).filter { from...to ~= rows.count(ofRow: $0) }
        return (places.count, places.count { flags[$0] })
      }
      let (s, r) = (count(synthetic, copies), count(real, realCopies))
      if s.all + r.all == 0 { return nil }
      return AuditPrivacy.CopyRow(
        lengths: from...to, synthetic: s.all, syntheticCopies: s.copied, real: r.all, realCopies: r.copied)
    }
  }
}
