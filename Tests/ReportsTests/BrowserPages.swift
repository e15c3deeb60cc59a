import Foundation
import Reports
import Testing

private let pagesDirectory = ProcessInfo.processInfo.environment["DOPPEL_PAGES"]

/// Writes the pages that `Tests/Browser` opens in a real browser, where `DOPPEL_PAGES` names a directory for them.
@Suite("Pages for the browser", .enabled(if: pagesDirectory != nil))
struct BrowserPages {
  @Test("are written")
  func write() throws {
    let directory = try #require(pagesDirectory)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let pages = [
      "gallery": Gallery.page(), "gallery-hostile": Gallery.page(names: Hostile.ids),
      "explorer-vae": try SmallModels.page("mult-vae"), "explorer-ae": try SmallModels.page("ae"),
      "explorer-layers": try SmallModels.page("layers", of: try SmallModels.layered()),
      "explorer-mixture": try SmallModels.page("mixture", of: try SmallModels.mixed()),
      "explorer-top-items": try SmallModels.page("mult-vae", budget: 6_000),
      "explorer-hostile": try SmallModels.page("mult-vae", hostile: true),
      "comparison-hostile": try SmallComparison.page(["popularity", "ae", "mult-vae"], dataName: Hostile.ids[0]),
      "audit": AuditReport(try SmallAudit.result(utility: true), run: SmallAudit.run).page,
      "inspection": try SmallInspection.page(),
      "generators": try SmallGenerators.page(
        SmallGenerators.result(temperatures: [0.5, 0.75, 1], epsilons: [1, 3, 8], utility: true)),
      "generators-plain": try SmallGenerators.page(SmallGenerators.result()),
      "audit-no-holdout": AuditReport(try SmallAudit.result(holdout: false), run: SmallAudit.run).page,
      "audit-hostile": AuditReport(try SmallAudit.result(hostile: true), run: SmallAudit.run).page,
    ]
    for (name, page) in pages { try page.write(to: "\(directory)/\(name).html") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count >= pages.count)
  }
}
