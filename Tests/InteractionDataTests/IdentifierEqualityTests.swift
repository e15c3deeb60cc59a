import Compute
import InteractionData
import Testing

@Suite("Ids that differ in bytes")
struct IdentifierEqualityTests {
  private let composed = "jos\u{E9}"
  private let decomposed = "jose\u{301}"

  @Test("are found by their bytes, though Swift takes them for equal")
  func place() {
    #expect(composed == decomposed)
    #expect([composed, decomposed].firstIndex(ofID: decomposed) == 1)
    #expect([decomposed, "x", composed].firstIndex(ofID: composed) == 2)
    #expect([composed].firstIndex(ofID: decomposed) == nil)
  }

  @Test("are two users in every split")
  func splits() throws {
    let pairs = [composed, decomposed].flatMap { user in (0..<10).map { (user: user, item: "i\($0)") } }
    let data = Interactions(
      name: "d",
      pairs: pairs
        + (0..<30).flatMap { user in
          (0..<10).map { (user: "u\(user)", item: "i\($0)") }
        })
    #expect(data.users.count == 32)
    let split = try RankingSplit.users(data, seed: Seed(1))
    let ids = split.trainUserIDs + (split.validation?.userIDs ?? []) + (split.test?.userIDs ?? [])
    #expect(Set(ids.map { Array($0.utf8) }).count == 32)
  }
}
