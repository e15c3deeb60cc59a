import Audit
import Autoencoders
import Compute
import InteractionData
import Reports
import Testing

@Suite("The report of an audit by canaries")
struct CanaryReportTests {
  @Test("opens with the verdict, and has every attacker and every conclusion")
  func page() throws {
    let data = try SmallModels.data()
    var model = MultVAE()
    (model.latent, model.training.epochs, model.training.batchSize) = (4, 1, 100)
    var audit = CanaryAudit(model, items: data.items, seed: Seed(5), processor: SmallModels.processor)
    (audit.canaries, audit.privacy) = (60, PrivacyRequest(epsilon: 3, delta: 1e-5))
    let result = try audit.audit(data.rows(in: data.items).rows)
    let report = CanaryReport(result, of: "m", run: SmallAudit.run, command: "doppel audit --canaries 60 --model m")
    #expect(report.page.sections.map(\.title) == ["Conclusions", "Attackers", "Settings"])
    #expect(report.page.lead == result.verdictSentence)
    let outline = try PageOutline(parsing: report.page.html)
    for attack in result.attacks { #expect(outline.text.contains(attack.attacker.title)) }
    for sentence in result.conclusions { #expect(outline.text.contains(sentence)) }
  }
}
