import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import InteractionData
import Testing

/// Lists and codes of many users.
@Suite("Serving many users")
struct ServingTests {
  private static let users = 1_500

  /// More users than a few blocks have, so that blocks overtake one another.
  private static func served() throws -> (ModelDirectory, ModelDirectory.Audience) {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (users, 160, 5)
    let data = try population.simulate(seed: Seed(3)).interactions
    let processor = SmallData.processor()
    let split = try RankingSplit.users(data, heldOut: 0.1, seed: Seed(1), forTraining: true)
    let model = try SmallData.model("mult-dae", epochs: 2)
    let fit = try Experiment(split, seed: Seed(1), processor: processor).run(model).fit
    let directory = ModelDirectory(configuration: model, model: fit.model, items: split.items)
    return (directory, directory.audience(data))
  }

  @Test("a list found without all scores is the same alone and among others, also with narrow layers")
  func alone() throws {
    let processor = Processor(engine: try .fastest(), threads: 2)
    let data = try SmallData.population(seed: 4)
    let split = try RankingSplit.users(data, heldOut: 0.1, seed: Seed(1), forTraining: true)
    let model = try SmallData.model("vamp-vae", epochs: 2).settingWhereKnown([
      "hidden": .array([200, 90]), "latent": 50,
    ])
    let fit = try Experiment(split, seed: Seed(1), processor: processor).run(model).fit
    let directory = ModelDirectory(configuration: model, model: fit.model, items: split.items)
    func lists(_ users: [Int]) throws -> [[RankedItem]] {
      let rows = split.trainUsers.rows.selecting(rows: users)
      let some = UserRows(ids: users.map { "\($0)" }, rows: rows).interactions(name: "some", items: split.items)
      var lists: [[RankedItem]] = []
      try directory.recommend(to: directory.audience(some), k: 20, processor: processor) { lists.append($1) }
      return lists
    }
    let all = try lists(Array(0..<200))
    // Elsewhere, all scores are computed by a library, which may round them by the number of users.
    let isScreened = ItemScreen.isFaster(with: processor.engine)
    for count in [1, 2, 15, 16, 17, 33] {
      let some = try lists(Array(0..<count))
      #expect(isScreened ? some == Array(all.prefix(count)) : some.count == count, "\(count) users")
    }
  }

  @Test("text, lists and direct scores say the same of every user, in order, at any number of threads")
  func lists() throws {
    let (directory, audience) = try Self.served()
    let excluded = [directory.items.ids[3], directory.items.ids[7]]
    let text = RecommendationText(items: directory.items)
    func recommended(threads: Int) throws -> (text: String, lists: [(user: String, list: [RankedItem])]) {
      let processor = SmallData.processor(threads: threads)
      var (bytes, lists): ([UInt8], [(user: String, list: [RankedItem])]) = ([], [])
      try directory.recommend(to: audience, k: 6, excluding: excluded, processor: processor) {
        text.lines($0, $1)
      } visit: {
        bytes += $0.joined()
      }
      try directory.recommend(to: audience, k: 6, excluding: excluded, processor: processor) { lists.append(($0, $1)) }
      return (String(decoding: bytes, as: UTF8.self), lists)
    }
    let (one, three) = (try recommended(threads: 1), try recommended(threads: 3))
    #expect(one.text == three.text)
    #expect(one.lists.map(\.user) == audience.userIDs)
    #expect(one.lists.count == Self.users && one.lists.allSatisfy { $0.list.count == 6 })
    let lines = one.lists.flatMap { user, list in
      list.map { "\(user)\t\(directory.items.ids[$0.item])\t\($0.score)" }
    }
    #expect(one.text == lines.joined(separator: "\n") + "\n")

    // Ranked here by hand, from the scores of all users in one block.
    let scores = try directory.model.scores(for: audience.profiles, using: .gsl)
    for user in stride(from: 0, to: Self.users, by: 97) {
      let row = Array(scores[row: user])
      let has = Set(audience.profiles.items.indices(ofRow: user).map(Int.init) + [3, 7])
      let best = row.indices.filter { !has.contains($0) }.sorted { (row[$0], $1) > (row[$1], $0) }
      #expect(one.lists[user].list.map(\.item) == Array(best.prefix(6)))
    }
  }

  @Test("codes come in the users' order, at any number of threads")
  func codes() throws {
    let (directory, audience) = try Self.served()
    func encoded(threads: Int) throws -> [String] {
      var codes: [String] = []
      try directory.encode(audience, processor: SmallData.processor(threads: threads)) { codes.append("\($0) \($1)") }
      return codes
    }
    let one = try encoded(threads: 1)
    #expect(try one == encoded(threads: 3))
    #expect(one.count == Self.users && zip(one, audience.userIDs).allSatisfy { $0.hasPrefix($1 + " ") })
  }

  @Test("what a visitor throws ends the work")
  func stopping() throws {
    struct Enough: Error {}
    let (directory, audience) = try Self.served()
    var seen = 0
    #expect(throws: Enough.self) {
      try directory.recommend(to: audience, k: 2, processor: SmallData.processor()) { _, _ in
        seen += 1
        if seen == 300 { throw Enough() }
      }
    }
    #expect(seen == 300)
  }
}
