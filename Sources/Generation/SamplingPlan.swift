public import Autoencoders
public import Compute
import FileFormats
import Foundation
public import InteractionData
import Presentation

/// A plan for synthetic users from a saved model: their source, number, profile lengths, and how items are drawn.
///
/// ```swift
/// var plan = SamplingPlan()
/// (plan.source, plan.users) = (.prior, 500)
/// let result = try plan.write(
///   to: "synthetic.tsv", from: ModelDirectory(contentsOf: "model"), seed: Seed(42), processor: processor)
/// ```
public struct SamplingPlan: Sendable, Equatable {
  /// The source of latent vectors.
  public enum Source: Sendable, Equatable {
    /// The model's prior.
    case prior
    /// The posterior of a training user, drawn anew each time.
    case population
    /// A Gaussian fitted to the codes of the training users; the only source of a model without distributions.
    case fitted
    /// The posterior of one user, given by id or by items with commas between them, widened or narrowed.
    case user(like: String, spread: Double = 1)
    /// Steps on the path between two users, each given in the same way.
    case interpolation(from: String, to: String, steps: Int = 10, Interpolation = .spherical)

    /// Its name in results.
    public var name: String {
      switch self {
      case .prior: "prior"
      case .population: "population"
      case .fitted: "fitted"
      case .user: "user"
      case .interpolation: "interpolation"
      }
    }

    /// Whether vectors come from the whole space, not from one or two named users.
    var isEverywhere: Bool {
      switch self {
      case .prior, .population, .fitted: true
      case .user, .interpolation: false
      }
    }
  }

  /// The source of profile lengths.
  public enum Lengths: String, Sendable, Equatable, CaseIterable, Codable {
    /// ``own`` near named users. Otherwise ``empirical``, unless the latent vector predicts the length: then ``own``
    /// for the population and ``nearby`` for other sources.
    case auto
    /// The length of the user the vector comes from.
    case own
    /// As in the training data.
    case empirical
    /// The length of a training user near the vector.
    case nearby
    /// A negative binomial fitted to the training data.
    case negativeBinomial = "negative-binomial"
  }

  /// The source of latent vectors.
  ///
  /// Until one is set, it is the population, and the prior for a model that was trained privately
  /// (``adapted(to:)``).
  public var source: Source {
    get { setSource ?? .population }
    set { setSource = newValue }
  }
  private var setSource: Source?
  /// The source of profile lengths.
  public var lengths = Lengths.auto
  /// How items are drawn.
  public var law = ItemLaw.withoutReplacement
  /// The temperature of the items' distribution.
  public var temperature = Temperature.one
  /// Whether every item keeps the expected number of users that it has at temperature 1 (``PopularityCorrection``).
  ///
  /// At temperature 1 it has no effect. The source must be the whole space, not a place in it.
  public var keepsPopularity = false
  /// The number of users; an interpolation has at least one for each step.
  public var users = 1000
  /// Whether a last column has the titles of the items, which the model must have.
  public var hasTitles = false
  /// The number of the first, from 1, so that files can be joined: a run from N continues where one of N − 1 users
  /// ends.
  public var firstUser = 1

  /// Creates a plan for a thousand users from the population, or from the prior of a private model.
  public init() {}

  /// The plan with the ``source`` that it has for a model: the one that was set, otherwise the prior for a model with a
  /// privacy guarantee, which does not cover draws from its users, and the population for any other.
  ///
  /// Writing and drawing do the same.
  public func adapted(to directory: ModelDirectory) -> SamplingPlan {
    var plan = self
    plan.source = setSource ?? (directory.record.privacy == nil ? .population : .prior)
    return plan
  }

  /// The numbers of the draws, from 0; an interpolation divides its steps among the users of the run itself.
  var numbers: Range<Int> {
    source.isEverywhere || source.name == "user" ? firstUser - 1..<firstUser - 1 + users : 0..<users
  }

  /// Checks that the plan is possible for some model.
  ///
  /// - Throws: ``SamplingError/outOfRange(_:value:accepted:)``, ``SamplingError/ownLengths(source:)``,
  ///   ``SamplingError/popularityOfPlace(source:)``.
  public func check() throws(SamplingError) {
    func require(_ setting: SamplingError.Setting, _ value: Int, _ accepted: ClosedRange<Int>) throws(SamplingError) {
      if !accepted.contains(value) { throw .outOfRange(setting, value: "\(value)", accepted: accepted) }
    }
    var least = 1
    switch source {
    case .user(_, let spread):
      if !(0...1000 ~= spread) { throw .outOfRange(.spread, value: Number.plain(spread), accepted: 0...1000) }
    case .interpolation(_, _, let steps, _):
      try require(.steps, steps, 2...100_000)
      least = steps
    case .prior, .population, .fitted: break
    }
    try require(.users, users, least...1_000_000_000)
    try require(.firstUser, firstUser, 1...1_000_000_000_000)
    if keepsPopularity && !source.isEverywhere { throw .popularityOfPlace(source: source.name) }
    if lengths == .own, source == .prior || source == .fitted { throw .ownLengths(source: source.name) }
  }

  /// Checks that a model has the titles that the plan asks for.
  ///
  /// - Throws: ``SamplingError/noTitles``.
  public func checkTitles(of directory: ModelDirectory) throws(SamplingError) {
    if hasTitles && directory.titles?.hasTitles != true { throw .noTitles }
  }

  /// Draws the users and writes them to a file, whole or not at all: `user<TAB>item`, in the format of ``ProfileText``.
  ///
  /// The same plan, model and seed give the same bytes at any number of threads.
  ///
  /// - Parameters:
  ///   - directory: the model, with its record of the training data.
  ///   - people: the training users, if available; they are read only if the plan needs them.
  ///   - note: receives notes.
  ///   - progress: receives the finished share.
  /// - Throws: ``SamplingError`` for a plan that cannot be carried out with this model; `DataError` when the model gives
  ///   scores that are not numbers; `OutputError`; `GSLError`; what reading `people` throws.
  public func write(
    to path: String, from directory: ModelDirectory, people: SamplingPeople? = nil, seed: Seed, processor: Processor,
    note: @escaping ([SamplingNote]) -> Void = { _ in }, progress: @escaping (Double) -> Void = { _ in }
  ) throws -> SamplingResult {
    let drawing = try SamplingDrawing(self, directory, people, seed: seed, processor: processor, note: note)
    var tally = ProfileTally(items: directory.items.count)
    let started = Date()
    try AtomicFile.write(to: path) { file in
      try drawing.run(&tally, progress) { try file.write($0) }
    }
    return drawing.result(tally, seconds: Date().timeIntervalSince(started))
  }

  /// Draws the users and delivers their lines, block by block.
  ///
  /// - Parameter sink: receives successive bytes.
  /// - Throws: as ``write(to:from:people:seed:processor:note:progress:)`` does, or the errors of `sink`.
  public func draw(
    from directory: ModelDirectory, people: SamplingPeople? = nil, seed: Seed, processor: Processor,
    note: @escaping ([SamplingNote]) -> Void = { _ in }, progress: @escaping (Double) -> Void = { _ in },
    into sink: ([UInt8]) throws -> Void
  ) throws {
    var tally = ProfileTally(items: directory.items.count)
    try SamplingDrawing(self, directory, people, seed: seed, processor: processor, note: note)
      .run(&tally, progress, sink)
  }
}

extension SamplingPlan {
  /// The users that ``write(to:from:people:seed:processor:note:progress:)`` would write, in memory.
  ///
  /// - Parameter check: called after each block; its error ends the drawing.
  /// - Returns: the users over the items of the model, and the source of their lengths, which is never
  ///   ``Lengths/auto``; shape: users × I.
  /// - Throws: as ``write(to:from:people:seed:processor:note:progress:)`` does, or the errors of `check`.
  package func rows(
    from directory: ModelDirectory, people: SamplingPeople? = nil, seed: Seed, processor: Processor,
    check: () throws -> Void = {}
  ) throws -> (rows: SparseRows, lengths: Lengths) {
    let drawing = try SamplingDrawing(self, directory, people, seed: seed, processor: processor, note: { _ in })
    return (try drawing.rows(check), drawing.lengthLaw)
  }
}

/// The training users of a model, which a saved model does not keep.
public struct SamplingPeople {
  /// Whether they were simulated again from the model's record, rather than given; lengths are then also those of the
  /// record.
  public let areRemade: Bool
  /// What they are called in notes and errors: their file, or the name of the population.
  public let name: String
  /// Their ids, and the items of each over the model's items.
  package let read: () throws -> (ids: [String], profiles: Profiles)

  /// Users that are read when they are first needed, and then kept.
  ///
  /// - Parameters:
  ///   - areRemade: whether they are simulated again from the model's record.
  ///   - name: what they are called in notes and errors, such as their file.
  ///   - read: returns their ids and the items of each, over the model's items.
  public init(
    areRemade: Bool = false, named name: String = "the training data",
    read: @escaping () throws -> (ids: [String], profiles: Profiles)
  ) {
    (self.areRemade, self.name) = (areRemade, name)
    var known: (ids: [String], profiles: Profiles)?
    self.read = {
      if let known { return known }
      let found = try read()
      known = found
      return found
    }
  }
}
