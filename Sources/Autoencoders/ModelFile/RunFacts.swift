public import Compute
public import InteractionData

/// The facts about a run in a result or a model, the same in every document.
///
/// Facts that do not apply are `nil`, and left out of the JSON.
public struct RunFacts: Codable, Sendable, Equatable {
  /// Doppel's version.
  public var version = DoppelVersion.current
  /// The seed that the user gave.
  public var seed: UInt64?
  /// The number of runs, with seeds derived from it or on folds of the users; `nil` for one.
  public var runs: Int?
  /// The library that computed the products.
  public var engine: String?
  /// The number of threads; `nil` in a model, whose bytes do not depend on it.
  public var threads: Int?
  /// The number format of the products, if something was trained.
  public var precision: ProductPrecision?
  /// The data set as read and filtered.
  public var dataset: DataSummary?
  /// How the data were read and filtered.
  public var data: DataRecord?
  /// A fingerprint of the data as they were read and filtered.
  public var dataHash: String?
  /// How the data were divided.
  public var split: SplitDescription?
  /// A fingerprint of the division, in a model.
  public var splitHash: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case version, seed, runs, engine, threads, precision, dataset, data, dataHash, split, splitHash
  }

  /// The engine, and the number format of the products in training if it is not single precision.
  public var engineWords: String {
    precision.map { Processor.name(engine: engine ?? "", precision: $0) } ?? engine ?? ""
  }

  /// The run in one line: data, test users, seed, threads, engine.
  public var heading: String {
    let data = dataset?.heading(testUsers: split?.testUsers) ?? ""
    let first = runs.map { " in the first of \($0) runs" } ?? ""
    return "\(data)\(first); seed \(seed ?? 0), \(counted(threads ?? 1, "thread")), " + engineWords
  }

  /// Only the version of this program.
  public init() {}

  /// The facts of a run in this process.
  public init(seed: Seed, _ processor: Processor) {
    self.seed = seed.value
    engine = processor.engine.name
    threads = processor.threads
  }

  /// The facts of a run in which something is trained or measured.
  public init(seed: Seed, _ processor: Processor, dataset: DataSummary, split: SplitDescription? = nil) {
    self.init(seed: seed, processor)
    precision = processor.precision
    self.dataset = dataset
    self.split = split
  }
}
