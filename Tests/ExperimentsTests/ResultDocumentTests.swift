import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// The JSON document against the names that scripts rely on.
@Suite("The JSON document")
struct ResultDocumentTests {
  /// More keys may be added; these may not be renamed.
  private static let keys: [String: Set<String>] = [
    "": ["dataset", "split", "seed", "threads", "engine", "version", "seconds", "models", "comparisons"],
    "dataset": ["name", "users", "items", "interactions", "density"],
    "split": ["kind", "train", "validation", "test", "testUsers", "skippedUsers", "hash"],
    "seconds": ["load", "total"],
    "models": [
      "name", "metrics", "standardErrors", "epochs", "bestEpoch", "seconds", "usersPerSecond", "parameters",
      "hyperparameters",
    ],
    "models.seconds": ["train", "epoch", "evaluate"],
    "comparisons": ["a", "b", "metric", "difference", "interval", "pValue"],
  ]

  private func document(rating: Bool) throws -> JSONValue {
    let metrics = rating ? Metric.ratingDefaults : [Metric(.ndcg, at: 10), Metric(.coverage, at: 10)]
    let (description, results): (SplitDescription, [ModelResult])
    if rating {
      let split = try RatingSplit(SmallData.ratings(seed: 210), seed: Seed(210))
      let experiment = Experiment(split, seed: Seed(1), processor: SmallData.processor())
      results = try ["mean", "user-autorec"].map { try experiment.run(SmallData.model($0, epochs: 2)).result }
      description = split.description
    } else {
      let split = try RankingSplit.users(SmallData.population(seed: 210), seed: Seed(210))
      var experiment = Experiment(split, seed: Seed(1), processor: SmallData.processor())
      experiment.metrics = metrics
      results = try ["popularity", "mult-vae"].map {
        try experiment.run(SmallData.model($0, epochs: 2)).result
      }
      description = split.description
    }
    let facts = RunFacts(
      seed: Seed(42), Processor(engine: .gsl, threads: 2), dataset: try summary(), split: description)
    return try JSONValue(
      encoding: ResultDocument(
        facts, Comparison(results, metrics: metrics), seconds: .init(load: 0.5, total: 1.5), notes: ["a note"]))
  }

  /// A data set in five numbers comes from reading one.
  private func summary() throws -> DataSummary {
    try withTemporaryDirectory { root in
      let lines = (0..<20).flatMap { user in (0..<8).map { "u\(user)\ti\(($0 * $0 + user) % 13)\n" } }
      try lines.joined().write(toFile: root + "/small.tsv", atomically: false, encoding: .utf8)
      var data = DataSelection()
      data.source = .file(root + "/small.tsv")
      let summary = try data.ranking(seed: Seed(210)).summary
      #expect(summary.name == "small.tsv" && summary.users == 20 && summary.items == 13)
      #expect(summary.density == Double(summary.interactions) / 260)
      return summary
    }
  }

  /// Checks the contract's keys below `value`, and that every number is finite.
  private func check(_ value: JSONValue, _ place: String) {
    if let members = value.members {
      let missing = (Self.keys[place] ?? []).subtracting(members.keys)
      #expect(missing.isEmpty, "\(place.isEmpty ? "document" : place) lacks \(missing)")
      for (key, member) in members { check(member, place.isEmpty ? key : place + "." + key) }
    } else if case .array(let elements) = value {
      for element in elements { check(element, place) }
    } else if case .number(let number) = value {
      #expect(number.isFinite, "\(place) is \(number)")
    }
  }

  @Test("it has the names of the contract, and numbers that are finite or null", arguments: [false, true])
  func names(rating: Bool) throws {
    let document = try document(rating: rating)
    check(document, "")
    guard case .array(let models)? = document.members?["models"],
      case .array(let comparisons)? = document.members?["comparisons"]
    else {
      Issue.record("no models or no comparisons")
      return
    }
    #expect(models.count == 2 && comparisons.count == (rating ? 2 : 1))
    let metrics: Set = rating ? ["rmse", "mae"] : ["ndcg@10", "coverage@10"]
    for model in models {
      for part in ["metrics", "standardErrors"] {
        #expect(Set((model.members?[part]?.members ?? [:]).keys) == metrics)
      }
    }
    // A round trip through text changes nothing and meets no NaN.
    let text = document.prettyPrinted
    #expect(try JSONValue(parsing: Array(text.utf8)) == document)
    #expect(!text.lowercased().contains("nan") && !text.contains("inf"))
  }

  @Test("what has no value per user has no standard error: null, not zero")
  func nullStandardError() throws {
    guard case .array(let models)? = try document(rating: false).members?["models"] else {
      Issue.record("no models")
      return
    }
    for model in models {
      let errors = model.members?["standardErrors"]?.members
      #expect(errors?["coverage@10"] == .null)
      if case .number(let error)? = errors?["ndcg@10"] {
        #expect(error > 0)
      } else {
        Issue.record("no error of ndcg")
      }
    }
  }
}
