import Autoencoders
import Presentation

/// The conclusions of an audit, with their limits.
enum AuditConclusions {
  static func sentences(_ result: AuditResult) -> [String] {
    var sentences = [group("Fidelity", result.fidelity.measures, "like real users")]
    if let utility = result.utility { sentences.append(group("Utility", utility.measures, "as useful as real users")) }
    sentences += privacy(result)
    sentences.append(guarantee(result))
    return sentences
  }

  /// The guarantee with what it means for any attacker, or that there is none.
  private static func guarantee(_ result: AuditResult) -> String {
    guard let record = result.guarantee else {
      return
        "These measures give no guarantee: other attacks can succeed. Only differential privacy bounds what any attack can learn "
        + "(doppel train --private)."
    }
    let bound = AttackBound(record)
    return
      "Guarantee: the model was trained with ε = \(Number.exact(record.epsilon)) and δ = \(Number.exact(record.delta)) by user. No "
      + "attacker can tell whether one user took part with an AUC above \(Number.decimal(bound.area, 3)), or find more than "
      + "\(Number.percent(bound.truePositives(at: 0.01))) at 1 % false positives. The measures above show how close these attacks come."
  }

  private static func group(_ name: String, _ measures: [AuditMeasure], _ words: String) -> String {
    func names(_ judgement: AuditJudgement) -> String {
      measures.filter { $0.judgement == judgement }.map(\.kind.shortTitle).joined(separator: ", ")
    }
    let judged = measures.judged
    if judged.isEmpty { return "\(name): no measure could be judged." }
    let passed = judged.count { $0.judgement.passes }
    var sentence =
      "\(name): \(passed) of \(judged.count) measures find the synthetic users \(words), within their margins"
    if !names(.fails).isEmpty { sentence += "; significantly worse on \(names(.fails))" }
    if !names(.open).isEmpty { sentence += "; undecided on \(names(.open))" }
    return sentence + "."
  }

  /// By what an attacker tells members.
  static func means(_ attack: AuditMeasureKind) -> String {
    switch attack {
    case .densityMembershipAUC: "by density ratio"
    case .likelihoodMembershipAUC: "by likelihood ratio"
    default: "by distance"
    }
  }

  /// The AUC of an attack that succeeds as a share of real users: whoever has a share q of the training users finds these and
  /// guesses at the others, which is an AUC of (1 + q) / 2.
  ///
  /// Nothing where the holdout is of other people, because attackers then find the difference between the two.
  private static func comparison(of attack: AuditMeasure, _ result: AuditResult) -> String {
    guard let area = attack.value, area > 0.5, attack.judgement == .fails, !result.privacy.looksLikeOthers else {
      return ""
    }
    let share = Number.percent(2 * area - 1, decimals: 0)
    return " On average, an attacker would find out as much if \(share) of the training users were published unchanged."
  }

  private static func privacy(_ result: AuditResult) -> [String] {
    var sentences: [String] = []
    if let copies = result[.exactCopies], let value = copies.value, let ceiling = copies.ceiling {
      let what = result.holdout == nil ? "training users equal another" : "unseen real users equal one"
      sentences.append(
        "Privacy: \(Number.percent(value)) of the synthetic users equal a training user; \(Number.percent(ceiling)) of \(what). "
          + (copies.judgement == .fails
            ? "The file contains copies of real users; do not publish it as synthetic data."
            : "More copies than expected by chance are \(copies.judgement.passes ? "not found" : "not ruled out")."))
    }
    if let copies = result[.holdoutCopies], let value = copies.value, let ceiling = copies.ceiling {
      let found =
        "\(Int(copies.details["copies"] ?? 0)) of \(Int(copies.details["synthetic"] ?? 0)) synthetic users "
        + "(\(Number.percent(value))) equal a holdout user; \(Number.percent(ceiling)) of the training users do."
      switch copies.judgement {
      case .fails:
        sentences.append(
          "Holdout: \(found) The file contains copies of real people; do not publish it as synthetic data. Comparisons with this "
            + "holdout mean little.")
      case .open where value > ceiling:
        sentences.append("Holdout: \(found) More copies than expected by chance are not ruled out.")
      default: break
      }
    }
    let found = AuditMeasureKind.attacks.compactMap { result[$0] }
    if found.allSatisfy({ $0.judgement == .notJudged }) {
      let reason = result.privacy.obstacle.map { ": \($0), and" } ?? " without enough holdout users:"
      sentences.append(
        "Memorisation could not be judged\(reason) distances to training users are meaningful only in comparison with those "
          + "of unseen users.")
      return sentences
    }
    if let strongest = result.strongestAttack, let value = strongest.value {
      let count = AuditMeasureKind.attackAreas.count { result[$0]?.value != nil }
      let failing = found.filter { $0.judgement == .fails }.map(\.kind.shortTitle)
      let who =
        count == 1
        ? "an attacker \(means(strongest.kind))" : "the strongest of \(count) attackers, \(means(strongest.kind)),"
      let reach = "\(who) reaches an AUC of \(Number.decimal(value, 3))"
      sentences.append(
        failing.isEmpty
          ? "Membership: \(reach) (chance: 0.5). Stronger attackers may do better."
          : "Membership: \(reach) (chance: 0.5): the synthetic users reveal who was in the training data "
            + "(\(failing.joined(separator: ", ")))." + comparison(of: strongest, result))
    }
    if let share = result[.closestRecordShare], let value = share.value {
      sentences.append(
        "Distance: \(Number.percent(value)) of the synthetic users are nearer to a training user than to an unseen one (chance: 50 %; "
          + "ties count half). A share near 50 % is necessary, not sufficient: data that passed this test have been "
          + "vulnerable to membership inference.")
    }
    return sentences
  }
}
