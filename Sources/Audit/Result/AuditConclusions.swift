/// What an audit proves and does not prove, in whole sentences.
enum AuditConclusions {
  static func sentences(_ result: AuditResult) -> [String] {
    var sentences = [group("Fidelity", result.fidelity.measures, "like real users")]
    if let utility = result.utility { sentences.append(group("Utility", utility.measures, "as useful as real users")) }
    sentences += privacy(result)
    sentences.append(
      "No measure here is a guarantee: attacks differ, and only differential privacy, which Doppel does not train with, "
        + "bounds what any of them can learn.")
    return sentences
  }

  private static func group(_ name: String, _ measures: [AuditMeasure], _ words: String) -> String {
    func keys(_ judgement: AuditJudgement) -> String {
      measures.filter { $0.judgement == judgement }.map(\.kind.rawValue).joined(separator: ", ")
    }
    let judged = measures.filter { $0.judgement != .notJudged }
    if judged.isEmpty { return "\(name): nothing could be judged." }
    let passed = judged.count { $0.judgement.passes }
    var sentence =
      "\(name): \(passed) of \(judged.count) measures find the synthetic users \(words), within their margins"
    if !keys(.fails).isEmpty { sentence += "; shown to be worse on \(keys(.fails))" }
    if !keys(.open).isEmpty { sentence += "; open on \(keys(.open))" }
    return sentence + "."
  }

  private static func privacy(_ result: AuditResult) -> [String] {
    var sentences: [String] = []
    if let copies = result[.exactCopies], let value = copies.value, let ceiling = copies.ceiling {
      let what = result.holdout == nil ? "training users equal another" : "unseen real users equal one"
      sentences.append(
        "Privacy: \(percent(value)) of the synthetic users equal a training user; \(percent(ceiling)) of \(what). "
          + (copies.judgement == .fails
            ? "The data contain copies of real people and must not be given away as synthetic."
            : "More copies than chance makes are \(copies.judgement.passes ? "not found" : "not ruled out")."))
    }
    if let copies = result[.holdoutCopies], let value = copies.value, let ceiling = copies.ceiling {
      let found =
        "\(Int(copies.details["copies"] ?? 0)) of \(Int(copies.details["synthetic"] ?? 0)) synthetic users "
        + "(\(percent(value))) equal a holdout user; \(percent(ceiling)) of the training users do."
      switch copies.judgement {
      case .fails:
        sentences.append(
          "Holdout: \(found) The data contain copies of real people and must not be given away as synthetic, and what is held "
            + "against this holdout means little.")
      case .open where value > ceiling:
        sentences.append("Holdout: \(found) More copies than chance makes are not ruled out.")
      default: break
      }
    }
    let attacks: [AuditMeasureKind] = [
      .membershipAUC, .membershipTPR, .densityMembershipAUC, .densityMembershipTPR,
    ]
    let found = attacks.compactMap { result[$0] }
    if found.allSatisfy({ $0.judgement == .notJudged }) {
      sentences.append(
        "Without enough holdout users it cannot be judged whether the generator remembers its training users: distances to "
          + "them mean nothing unless there are unseen users to compare with.")
      return sentences
    }
    if let strongest = result.strongerAttack, let value = strongest.value {
      let failing = found.filter { $0.judgement == .fails }.map(\.kind.rawValue)
      let reach = "the stronger of two simple attackers reaches an AUC of \(decimal(value, 3))"
      sentences.append(
        failing.isEmpty
          ? "Membership: \(reach) (guessing: 0.5). That these two find little does not prove that others would."
          : "Membership: \(reach) (guessing: 0.5): who was in the training data can be told from the synthetic users "
            + "(\(failing.joined(separator: ", "))).")
    }
    if let share = result[.closestRecordShare], let value = share.value {
      sentences.append(
        "Distance: \(percent(value)) of the synthetic users are nearer to a training user than to an unseen one (ties half; 50 % is "
          + "chance). A share near 50 % is necessary and not sufficient: data that pass this test have been open to "
          + "membership inference.")
    }
    return sentences
  }
}
