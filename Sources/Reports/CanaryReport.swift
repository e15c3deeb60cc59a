public import Audit
public import Autoencoders
import Presentation

/// The report of `audit --canaries`.
public struct CanaryReport: Sendable {
  private let result: CanaryResult
  private let model: String
  private let run: RunFacts
  private let command: String?

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - model: the directory of the model whose training was audited.
  ///   - run: seed, engine, version.
  ///   - command: the command line, shown at the end.
  public init(_ result: CanaryResult, of model: String, run: RunFacts, command: String? = nil) {
    (self.result, self.model, self.run, self.command) = (result, model, run, command)
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage("Audit of the training of \(model)", lead: result.verdictSentence)
    page.facts = facts + run.lines
    page.append(ReportSection("Conclusions", [.keyFigures(figures), .list(Array(result.conclusions.dropFirst()))]))
    page.append(
      ReportSection(
        "Attackers",
        [
          .prose(
            "Every canary is a user with an item that nobody else has, and takes part in the training with probability "
              + "½. An attacker guesses which ones did: the better the guesses, the larger the ε that explains them."
          ),
          .table(result.table),
        ]))
    if let command { page.append(ReportSection("Settings", [.command(command)])) }
    return page
  }

  private var facts: [(name: String, value: String)] {
    [
      ("training", result.training),
      ("real users", "\(Number.text(result.users)), \(Number.text(result.items)) items"),
      ("canaries", "\(Number.text(result.canaries)), \(Number.text(result.included)) of them took part"),
    ]
  }

  /// The ε of the guarantee, and the bounds of every attacker.
  private var figures: [KeyFigure] {
    let claimed = result.guarantee?.epsilon
    let attacks = result.attacks.map { attack in
      let assessment = claimed.map { attack.isWithin($0) ? Assessment.good : Assessment.bad } ?? Assessment.unknown
      return KeyFigure(
        attack.attacker.title, "ε ≥ \(CanaryResult.text(bound: attack.epsilon))",
        detail: "if Gaussian: \(CanaryResult.text(bound: attack.gaussian.epsilon))", verdict: assessment)
    }
    guard let claimed else { return attacks }
    return [KeyFigure("ε of the guarantee", Number.exact(claimed))] + attacks
  }
}
