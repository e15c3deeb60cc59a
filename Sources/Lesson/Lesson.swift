import Autoencoders
public import Compute
import Evaluation
public import Experiments
public import InteractionData

/// AE against VAE in one minute: five claims about the two, each measured on the data at hand, and none taken for granted.
///
/// ```swift
/// let lesson = try Lesson(seed: Seed(42), processor: processor).run()
/// for part in lesson.parts { print(part.title, part.sentences.joined(separator: " ")) }
/// ```
///
/// Seven small models are trained: two runs each of an AE and of a VAE, and the VAE with other weights β of its divergence from
/// the prior. Everything is measured on people that none of them was trained on.
public struct Lesson: Sendable {
  /// Where the data come from.
  public var data = DataSelection()
  /// A table with the titles of the items; `nil` for none.
  public var titles: String?
  /// L, the number of latent dimensions of every model.
  public var latent = 32
  /// β of the VAE, unless another is set: that of the evidence lower bound.
  public static let defaultBeta = 1.0
  /// β of the VAE.
  public var beta = Lesson.defaultBeta
  /// The weights β that are set side by side, besides ``beta``.
  public var betas = [0, 0.2, 1, 20]
  /// The number of epochs of every training; `nil` for 100, fewer on large data.
  public var epochs: Int?
  /// The largest number of people to train on; `nil` for as many as keep the lesson within a minute.
  public var users: Int?
  /// The seed.
  public var seed: Seed
  /// The processor.
  public var processor: Processor
  /// Receives progress and notes.
  public var observer = RunObserver()

  /// Plans a lesson on the built-in population.
  public init(seed: Seed, processor: Processor) {
    (self.seed, self.processor) = (seed, processor)
  }

  /// Trains, measures, and says what came out.
  ///
  /// - Throws: ``TooFewPeople``, `InputError`, `DataError`, `TrainingError`.
  public func run() throws -> LessonResult {
    let watch = Stopwatch()
    let loaded = try data.ranking(seed: seed)
    observer.onNotes(loaded.notes)
    let split = loaded.split
    let titles = try observer.titles(titles, for: split.items)
    guard let people = LessonPeople(split) else { throw TooFewPeople() }
    let rows = trainingRows(of: split)
    let models = try LessonModels(self, rows: rows)
    let audiences = Audiences(rows)
    let (seed, processor) = (seed, processor)
    let codes = EncodedPeople(people, models, processor)
    let cloud = try PointAndCloud(models, people, codes, seed: seed, processor: processor)
    let draws = try PriorDraws(models, people, codes, audiences, seed: seed, processor: processor)
    let ways = try WaysBetween(models, people, codes, audiences, seed: seed, processor: processor)
    let weights = try PriorWeights(
      models, people, audiences, split, rows: rows, varietyOfPeople: draws.people.variety, seed: seed,
      processor: processor)
    let runs = try RepeatedRuns(codes, processor: processor)
    let facts = RunFacts(seed: seed, processor, dataset: loaded.summary, split: split.description)
    return LessonResult(
      facts: facts, notes: loaded.notes, models: models.description, trainingUsers: rows.rowCount,
      people: people.count, items: split.items, titles: titles, cloud: cloud, draws: draws, ways: ways,
      weights: weights, runs: runs,
      seconds: watch.seconds)
  }

  /// As many training users as there is time for, drawn at random.
  private func trainingRows(of split: RankingSplit) -> SparseRows {
    let limit = users ?? max(500, min(6_000, 40_000_000 / max(1, split.items.count)))
    guard split.train.rowCount > limit else { return split.train }
    var random = seed.stream(for: LessonDraw.users)
    return split.train.selecting(rows: random.permutation(split.train.rowCount).prefix(limit).sorted())
  }
}

/// Data with fewer than twenty people to look at.
public struct TooFewPeople: Error, Equatable, CustomStringConvertible {
  /// What is wrong, and what would be accepted.
  public var description: String {
    "the test part has fewer than \(LessonPeople.least) people with \(LessonPeople.leastItems) items to show a model; accepted: "
      + "data of more people, or with longer profiles"
  }
}

/// People that no model was trained on.
struct LessonPeople: Sendable {
  /// Fewer would say nothing.
  static let least = 20
  /// Who has fewer items is left out: three of them are to be a small part.
  static let leastItems = 8
  private static let most = 400
  /// Draws that differ less, as a share of how much real people differ, are no people of their own.
  static let leastVariety = 0.75

  /// Their ids.
  let ids: [String]
  /// All that a model may know of them.
  let profiles: Profiles

  /// The test users, and the validation users after them.
  ///
  /// - Returns: `nil` where they are too few.
  init?(_ split: RankingSplit) {
    var (ids, rows): ([String], [[Int]]) = ([], [])
    for part in [split.test, split.validation].compactMap(\.self) {
      for (row, id) in part.userIDs.enumerated() {
        let items = part.profiles.items.indices(ofRow: row)
        if items.count >= Self.leastItems, ids.count < Self.most {
          ids.append(id)
          rows.append(items.map(Int.init))
        }
      }
    }
    if ids.count < Self.least { return nil }
    self.ids = ids
    profiles = Profiles(items: SparseRows(columnCount: split.items.count, rows: rows))
  }

  var count: Int { ids.count }

  /// The same people, each known by so many of their items, drawn at random.
  func known(by items: Int, seed: Seed) -> Profiles {
    let rows = (0..<count).map { person in
      var random = seed.stream(for: LessonDraw.knownItems, person)
      var own = profiles.items.indices(ofRow: person).map(Int.init)
      random.shuffle(&own)
      return own.prefix(items).sorted()
    }
    return Profiles(items: SparseRows(columnCount: profiles.items.columnCount, rows: rows))
  }
}
