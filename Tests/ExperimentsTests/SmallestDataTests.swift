import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import InteractionData
import Testing

/// Data at the edge of what there can be: every model trains and ranks, or says in words why not.
@Suite("The smallest and the dullest data")
struct SmallestDataTests {
  private let processor = Processor(engine: .gsl, threads: 1)

  private static let cases: [(name: String, pairs: [(user: String, item: String)])] = [
    ("one user", (0..<6).map { ("u", "i\($0)") }),
    ("one item", (0..<40).map { ("u\($0)", "i") }),
    ("one interaction", [("u", "i")]),
    ("all users alike", (0..<40).flatMap { user in (0..<6).map { ("u\(user)", "i\($0)") } }),
    ("one item liked by all", (0..<40).flatMap { user in [("u\(user)", "all"), ("u\(user)", "i\(user % 7)")] }),
    ("everyone has everything", (0..<12).flatMap { user in (0..<3).map { ("u\(user)", "i\($0)") } }),
  ]
  private static let names = Zoo.defaults(for: .ranking).map(\.name)

  @Test("training without validation gives finite weights", arguments: cases.indices, names)
  func training(_ place: Int, _ name: String) throws {
    let data = Interactions(name: Self.cases[place].name, pairs: Self.cases[place].pairs)
    let (rows, _) = data.rows(in: data.items)
    let plain = try #require(Zoo.named(name))
    let model = try plain.settingWhereKnown(["latent": 3, "epochs": 4, "hidden": .array([4])])
    let fit = try model.fit(to: rows, trainer: Trainer(processor: processor, seed: Seed(1)), validate: nil)
    #expect(fit.history.count == (plain.isTrainedInEpochs ? 4 : 0))
    #expect(fit.history.allSatisfy { $0.reconstruction.isFinite && $0.divergence.isFinite })
    // Estimated at single draws, the divergence from another prior than N(0, I) may fall below 0.
    if case .gaussians(let model) = fit.model.latent, !(model.design.prior is StandardNormal) {
    } else {
      #expect(fit.history.allSatisfy { $0.divergence >= -1e-6 })
    }
    let scores = try fit.model.scores(for: Profiles(items: rows), using: .gsl)
    for user in 0..<rows.rowCount { #expect(scores[row: user].allSatisfy { $0.isFinite }) }
  }

  @Test(
    "under the protocol they train, or are refused as data", arguments: cases.indices,
    ["popularity", "ease", "ae", "mult-vae"])
  func protocolled(_ place: Int, _ name: String) throws {
    let data = Interactions(name: Self.cases[place].name, pairs: Self.cases[place].pairs)
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = ["latent": 3, "epochs": 3, "hidden": .array([4])]
    let model = try plain.setting(changes.filter { plain.hyperparameters[$0.key] != nil })
    for isTraining in [false, true] {
      for kind in [SplitKind.users, .interactions, .leaveOneOut] {
        do {
          let split =
            switch kind {
            case .interactions: try RankingSplit.interactions(data, seed: Seed(1), forTraining: isTraining)
            case .leaveOneOut: try RankingSplit.leaveOneOut(data, seed: Seed(1), forTraining: isTraining)
            default: try RankingSplit.users(data, heldOut: 0.1, seed: Seed(1), forTraining: isTraining)
            }
          let result = try Experiment(split, seed: Seed(1), processor: processor).run(model).result
          #expect(result.scores.allSatisfy { $0.value.isFinite })
        } catch let error as DataError {
          #expect(!error.message.isEmpty)
        } catch let error as EvaluationError {
          #expect(!"\(error)".isEmpty)
        }
      }
    }
  }

  @Test("without anyone to validate on, all planned epochs are run")
  func noValidation() throws {
    let data = Interactions(
      name: "few", pairs: (0..<6).flatMap { user in (0..<2).map { ("u\(user)", "i\((user + $0) % 4)") } })
    let (rows, _) = data.rows(in: data.items)
    let split = RankingSplit(
      kind: .users, items: data.items, trainUserIDs: data.users.ids, train: rows, validation: nil,
      refit: UserRows(ids: data.users.ids, rows: rows),
      test: nil)
    var configured = MultVAE()
    (configured.hidden, configured.latent, configured.training.epochs) = ([3], 2, 7)
    let fit = try Experiment(split, seed: Seed(1), processor: processor).fit(configured)
    #expect(fit.history.count == 7 && fit.bestEpoch == 7 && fit.history.allSatisfy { $0.validation == nil })
  }
}
