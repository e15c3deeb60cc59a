import FileFormats
import Testing

@Suite("The nearest spelling")
struct NearestSpellingTests {
  private static let models = [
    "popularity", "ae", "dae", "cdae", "mult-dae", "mult-vae", "user-autorec", "item-autorec",
  ]

  @Test(
    "is the same words before few edits, and several where none is nearer",
    arguments: [
      ("AE", ["ae"]), ("vae", ["mult-vae"]), ("mult", ["mult-dae", "mult-vae"]),
      ("autorec", ["user-autorec", "item-autorec"]), ("mult-va", ["mult-vae"]), ("multvae", ["mult-vae"]),
      ("mult-vae-2", ["mult-vae"]), ("my-ae-model", ["ae"]), ("mult-vea", ["mult-vae"]), ("pop", ["popularity"]),
      ("populrity", ["popularity"]), ("cdea", ["cdae", "dae"]),
    ])
  func model(_ text: String, _ meant: [String]) {
    let found = nearestSpellings(to: text, among: Self.models)
    #expect(found == meant || found.first == meant.first && meant.count > 1 && Set(found).isSubset(of: meant))
  }

  @Test("of a flag with one letter wrong is that flag, not all with the same word")
  func flag() {
    let flags = ["--items", "--item-column", "--exclude-items", "--min-item-users"]
    #expect(nearestSpellings(to: "--item", among: flags) == ["--items"])
    #expect(nearestSpellings(to: "--exclude", among: flags) == ["--exclude-items"])
    #expect(nearestSpellings(to: "--x", among: []).isEmpty)
  }
}
