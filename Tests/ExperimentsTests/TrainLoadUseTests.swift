import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Testing

/// A saved model is of the users its weights were fitted to, however they were divided.
@Suite("Train, load, use")
struct TrainLoadUseTests {
  /// How data are divided for a training.
  enum Layout: String, CaseIterable { case users, interactions, leaveOneOut, files, filesWithValidation, directory }
  /// How many items users have.
  enum Crowd: String, CaseIterable {
    /// Everybody has enough to be held out.
    case ample
    /// Every second user is skipped when users are held out.
    case short
    /// Nobody can be held out.
    case tiny

    func items(of user: Int) -> Int {
      switch self {
      case .ample: 6
      case .short: user.isMultiple(of: 2) ? 3 : 6
      case .tiny: 1
      }
    }
  }

  private static let models = Zoo.defaults(for: .ranking).map(\.name)

  private static func data(_ crowd: Crowd) -> Interactions {
    var (users, items, times): ([Int32], [Int32], [Double]) = ([], [], [])
    for user in 0..<20 {
      for place in 0..<crowd.items(of: user) {
        users.append(Int32(user))
        items.append(Int32((user + place) % 10))
        times.append(Double(place))
      }
    }
    return Interactions(
      name: "\(crowd)", users: Vocabulary(ids: (0..<20).map { "u\($0)" }),
      items: Vocabulary(ids: (0..<10).map { "i\($0)" }), userIndices: users, itemIndices: items, timestamps: times)
  }

  private static func split(_ layout: Layout, _ data: Interactions, in folder: String) throws -> RankingSplit {
    let seed = Seed(42)
    switch layout {
    case .users: return try .users(data, seed: seed, forTraining: true)
    case .interactions: return try .interactions(data, seed: seed, forTraining: true)
    case .leaveOneOut: return try .leaveOneOut(data, seed: seed, forTraining: true)
    case .files: return try .files(train: data, test: nil, seed: seed)
    case .filesWithValidation:
      let more = Interactions(name: "more", pairs: [(user: "u3", item: "i0"), (user: "u0", item: "i8")])
      return try .files(train: data, validation: more, test: nil, seed: seed)
    case .directory:
      let ids = data.users.ids
      let (shown, hidden) = ("17,0\n17,1\n18,2\n19,3\n", "17,5\n18,6\n")
      var train = "uid,sid\n"
      for position in 0..<data.count where data.userIndices[position] < 17 {
        train += "\(data.userIndices[position]),\(data.itemIndices[position])\n"
      }
      for (name, text) in [
        "unique_sid.txt": data.items.ids.joined(separator: "\n"), "unique_uid.txt": ids.joined(separator: "\n"),
        "train.csv": train, "validation_tr.csv": "uid,sid\n" + shown, "validation_te.csv": "uid,sid\n" + hidden,
      ] { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
      return try .directory(folder, forTraining: true)
    }
  }

  @Test(
    "every ranking model loads, and knows each user by the vector that was fitted to their row",
    arguments: Layout.allCases,
    Crowd.allCases)
  func ranking(_ layout: Layout, _ crowd: Crowd) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/doppel-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let split = try Self.split(layout, Self.data(crowd), in: folder)
    let processor = SmallData.processor(threads: 1)
    for name in Self.models {
      for refits in [true, false] {
        let small = try SmallData.model(name, epochs: 2)
        let configuration = try small.settingWhereKnown(["latent": 2, "batchSize": 8])
        var experiment = Experiment(split, seed: Seed(42), processor: processor)
        experiment.refits = refits
        let fit = try experiment.fit(any: configuration)
        let trained = experiment.users(of: fit)
        let told = "\(name), \(layout), \(crowd), refits: \(refits)"
        #expect(fit.extent == (refits ? .everything : .training), "\(told)")
        #expect(fit.isRefitted == (refits && split.validation != nil && small.isTrainedInEpochs), "\(told)")
        #expect(trained.ids.count == (refits ? 20 : split.trainUserIDs.count), "\(told)")

        let path = folder + "/m"
        try ModelDirectory(
          configuration: configuration, model: fit.model, items: split.items,
          users: configuration.keepsUsers ? Vocabulary(ids: trained.ids) : nil
        ).write(to: path, card: "")
        let loaded = try ModelDirectory(contentsOf: path)
        #expect(loaded.items == split.items)
        let vectors = try SafeTensors(contentsOf: path + "/model.safetensors").tensors["user.weight"]
        #expect(vectors?.shape[0] == loaded.users?.count, "\(told)")
        #expect((vectors == nil) == !configuration.keepsUsers)

        // The loaded model is given people by their ids, the fitted one by the rows it was fitted to.
        let people = trained.interactions(name: "people", items: split.items)
        let audience = loaded.audience(people)
        let numbered = Profiles(items: trained.rows, trainingRows: Array(0..<trained.ids.count))
        let fitted = try fit.model.scores(for: numbered, using: processor.engine)
        #expect(
          try loaded.model.scores(for: audience.profiles, using: processor.engine) == fitted, "\(told)")
        #expect(audience.notes.isEmpty, "\(told)")

        // With the fastest engine, lists may be found without all scores.
        var lists = 0
        try loaded.recommend(to: audience, k: 3, processor: Processor(engine: .fastest(), threads: 2)) { _, list in
          let (scores, own) = (fitted[row: lists], trained.rows.indices(ofRow: lists))
          #expect(Self.isBest(list, of: Array(scores), without: own), "\(told), user \(lists)")
          lists += 1
        }
        #expect(lists == trained.ids.count, "\(told)")
        if crowd == .ample {
          let users = try loaded.testUsers(foldingIn: people, seed: Seed(1)).users
          let result = try loaded.evaluate(on: users, metrics: [Metric(.ndcg, at: 10)], processor: processor)
          #expect(result.scores.count == 1 && result.notes.allSatisfy { !$0.contains("new users") }, "\(told)")
        }
        if type(of: configuration).latentKind == .none {
          #expect(throws: DataError.self) { try loaded.checkEncodes() }
        } else {
          var codes = 0
          try loaded.encode(audience, processor: processor) { _, code in
            codes += code.allSatisfy(\.isFinite) ? 1 : 0
          }
          #expect(codes == trained.ids.count, "\(told)")
        }
      }
    }
  }

  /// Whether a list has the best items with their scores, except for rounding.
  private static func isBest(_ list: [RankedItem], of scores: [Float], without own: ArraySlice<Int32>) -> Bool {
    let tolerance = 1e-4 * (scores.map { abs($0) }.max() ?? 0)
    let others = scores.indices.filter { item in !own.contains(Int32(item)) && !list.contains { $0.item == item } }
    guard let last = list.last, list.count == min(3, scores.count - own.count) else { return false }
    return list.allSatisfy { abs($0.score - scores[$0.item]) <= tolerance && !own.contains(Int32($0.item)) }
      && others.allSatisfy { scores[$0] <= last.score + tolerance }
  }

  @Test(
    "every rating model loads, with as many users or items as its rows had",
    arguments: Zoo.defaults(for: .rating).filter(\.isTrainedInEpochs).map(\.name))
  func rating(name: String) throws {
    let data = SmallData.ratings(seed: 4)
    let folder = FileManager.default.temporaryDirectory.path + "/doppel-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let processor = SmallData.processor(threads: 1)
    let other = Interactions(
      name: "other", users: Vocabulary(ids: ["late"]), items: Vocabulary(ids: ["new"]), userIndices: [0],
      itemIndices: [0], ratings: [3])
    let splits = try [
      RatingSplit(data, seed: Seed(1), forTraining: true), RatingSplit(train: data, test: nil, seed: Seed(1)),
      RatingSplit(train: data, validation: other, test: nil, seed: Seed(1)),
    ]
    for split in splits {
      for refits in [true, false] {
        let configuration = try SmallData.model(name, epochs: 1)
        var experiment = Experiment(split, seed: Seed(42), processor: processor)
        experiment.refits = refits
        let fit = try experiment.fit(any: configuration)
        #expect(fit.isRefitted == refits)
        try ModelDirectory(
          configuration: configuration, model: fit.model, items: split.items,
          users: configuration.keepsUsers ? split.users : nil
        ).write(to: folder, card: "")
        let loaded = try ModelDirectory(contentsOf: folder)
        let first = try SafeTensors(contentsOf: folder + "/model.safetensors").tensors["encoder.0.weight"]
        #expect(first?.shape[0] == (name == "item-autorec" ? split.users.count : split.items.count))
        #expect(loaded.users?.count == (name == "item-autorec" ? split.users.count : nil))
      }
    }
  }

  @Test("with nothing to validate on, memory is planned for all users and one fit")
  func memory() throws {
    let data = Self.data(.tiny)
    let split = try RankingSplit.users(data, seed: Seed(42), forTraining: true)
    #expect(split.validation == nil && split.trainUserIDs.count == 18 && split.refitUsers?.ids.count == 20)
    let processor = SmallData.processor(threads: 1)
    let model = try SmallData.model("cdae", epochs: 2)
    var experiment = Experiment(split, seed: Seed(42), processor: processor)
    let all = experiment.memory(of: model)
    experiment.refits = false
    let some = experiment.memory(of: model)
    // What else runs in this process moves the resident memory.
    #expect(all.total - all.resident > some.total - some.resident)
  }
}
