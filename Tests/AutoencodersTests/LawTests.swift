import Autoencoders
import Compute
import Evaluation
import InteractionData
import TestSupport
import Testing

/// What holds for every ranking model.
@Suite("Laws of ranking models")
struct LawTests {
  @Test("every ranking model obeys the laws of recommenders", arguments: RankingZoo.names)
  func laws(_ name: String) throws {
    let rows = randomRows(80, 70, density: 0.1, seed: 110)
    let model = try RankingZoo.fit(name, to: rows).model
    try recommenderLaws(
      model, profiles: Profiles(items: rows, trainingRows: Array(0..<80).map(Optional.some)))
    try recommenderLaws(model, profiles: Profiles(items: randomRows(23, 70, density: 0.2, seed: 111)))
  }

  @Test(
    "on a checkerboard every model but a baseline puts the item a user lacks first", arguments: RankingZoo.personal)
  func checkerboard(_ name: String) throws { #expect(try shareFound(name) == 1) }

  @Test("popularity sees no colours")
  func popularityIsBlind() throws { #expect(try shareFound("popularity") < 0.2) }

  private func shareFound(_ name: String) throws -> Double {
    let board = Checkerboard()
    let model = try RankingZoo.fit(name, to: board.rows).model
    let users = Array(board.withheld.indices)
    let scores = try model.scores(
      for: Profiles(items: board.rows, trainingRows: users.map(Optional.some)), using: .gsl)
    let found = try users.count { user in
      let list = try topK(scores[row: user], k: 1, excluding: board.rows.indices(ofRow: user))
      return list.first?.item == board.withheld[user]
    }
    return Double(found) / Double(users.count)
  }
}
