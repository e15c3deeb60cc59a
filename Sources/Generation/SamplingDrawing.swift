import Autoencoders
import Compute
import FileFormats
import InteractionData

/// A plan applied to a model: everything is read and fitted, and users can be drawn.
struct SamplingDrawing {
  private let plan: SamplingPlan
  private let directory: ModelDirectory
  private let people: SamplingPeople?
  private let seed: Seed
  private let processor: Processor
  private let note: ([SamplingNote]) -> Void

  private var findings = SamplingFindings()
  /// Draws users with the source and lengths that were chosen.
  private var generate: ((_ asText: Bool, _ visit: (SparseRows, [UInt8]) throws -> Void) throws -> Void)?

  init(
    _ plan: SamplingPlan, _ directory: ModelDirectory, _ people: SamplingPeople?, seed: Seed, processor: Processor,
    note: @escaping ([SamplingNote]) -> Void
  ) throws {
    let plan = plan.adapted(to: directory)
    try plan.check()
    try plan.checkTitles(of: directory)
    (self.plan, self.directory, self.people) = (plan, directory, people)
    (self.seed, self.processor, self.note) = (seed, processor, note)
    let name = directory.configuration.name
    if directory.record.privacy != nil {
      let readsUsers = plan.source == .population || plan.source == .fitted || people != nil
      if readsUsers { throw SamplingError.readsProtectedUsers(source: people == nil ? plan.source.name : "the data") }
    }
    switch directory.model.latent {
    case .none: throw SamplingError.noLatentSpace(model: name)
    case .points(let model):
      try requireItemProbabilities(model.design.likelihood)
      guard plan.source == .fitted else { throw SamplingError.noDistribution(model: name) }
      let source = try FittedGaussian(to: model, over: users(), processor: processor)
      findings.ridge = source.ridge
      try prepare(model, source) { [seed, processor] users in
        Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
      }
    case .gaussians(let model):
      try requireItemProbabilities(model.design.likelihood)
      findings.aggregatePosterior =
        try people == nil
        ? directory.record.aggregatePosterior
        : PosteriorSummary(of: model, over: users(), processor: processor)
      try prepare(model)
    }
  }

  /// Draws all users, with a header line.
  func run(_ tally: inout ProfileTally, _ progress: (Double) -> Void, _ sink: ([UInt8]) throws -> Void) throws {
    try sink(Array(text.header.utf8))
    try generate?(true) { rows, lines in
      tally.add(rows)
      try sink(lines)
      progress(Double(tally.users) / Double(plan.users))
    }
  }

  /// Draws all users into memory.
  ///
  /// - Parameter check: called after each block; its error ends the drawing.
  func rows(_ check: () throws -> Void) throws -> SparseRows {
    var blocks: [SparseRows] = []
    try generate?(false) { rows, _ in
      try check()
      blocks.append(rows)
    }
    return SparseRows(columnCount: directory.items.count, joining: blocks)
  }

  /// The source of lengths that was found, never ``SamplingPlan/Lengths/auto``.
  var lengthLaw: SamplingPlan.Lengths { findings.lengths.law }

  func result(_ tally: ProfileTally, seconds: Double) -> SamplingResult {
    SamplingResult(plan, findings, tally, model: directory.configuration.name, seconds: seconds)
  }

  private var text: ProfileText {
    ProfileText(
      items: directory.items, law: plan.law, firstUser: plan.firstUser - plan.numbers.lowerBound,
      titles: plan.hasTitles ? directory.titles : nil)
  }

  private func requireItemProbabilities(_ likelihood: Likelihood) throws {
    let name = directory.configuration.name
    if directory.configuration.task == .rating { throw SamplingError.predictsRatings(model: name) }
    if likelihood == .gaussian { throw SamplingError.noItemProbabilities }
  }

  // MARK: Sources

  private mutating func prepare(_ model: Autoencoder<GaussianLatent>) throws {
    switch plan.source {
    case .prior: try prepare(model, from: PriorSource(of: model))
    case .population: try prepare(model, from: PopulationSource(of: model, over: users()))
    case .fitted:
      let source = try FittedGaussian(to: model, over: users(), processor: processor)
      findings.ridge = source.ridge
      try prepare(model, from: source)
    case .user(let like, let spread):
      (findings.like, findings.spread) = (like, spread)
      try prepare(
        model, from: PosteriorSource(of: model, near: profile(of: like), spread: spread, using: processor.engine))
    case .interpolation(let from, let to, let steps, let interpolation):
      let ends = try [from, to].map { try profile(of: $0).items.indices(ofRow: 0).map(Int.init) }
      let source = InterpolationSource(
        of: model, between: Profiles(items: SparseRows(columnCount: model.itemCount, rows: ends)), steps: steps,
        users: plan.users, interpolation: interpolation, using: processor.engine)
      findings.interpolation = InterpolationReport(of: source, through: model, using: processor.engine)
      try prepare(model, from: source)
    }
  }

  private mutating func prepare(
    _ model: Autoencoder<GaussianLatent>, from source: some LatentSource<GaussianLatent>
  ) throws {
    try prepare(model, source) { [seed, processor] users in
      Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
    }
  }

  private mutating func prepare<Source: LatentSource>(
    _ model: Autoencoder<Source.Latent>, _ source: Source, _ neighbourhood: (Profiles) -> Neighbourhood
  ) throws {
    var generator = ProfileGenerator(model: model, source: source, lengths: try lengths(source, neighbourhood))
    (generator.law, generator.temperature) = (plan.law, plan.temperature)
    if plan.keepsPopularity && plan.temperature != .one {
      let correction = try PopularityCorrection(fitting: generator, seed: seed, processor: processor)
      generator.correction = correction
      findings.popularityCorrection = SamplingResult.Correction(correction)
    }
    generate = { [generator, plan, seed, processor, text] asText, visit in
      try generator.generate(
        users: plan.numbers, seed: seed, processor: processor,
        prepare: { block in (block.rows, asText ? text.lines(of: block) : []) }, visit: { try visit($0.0, $0.1) })
    }
  }

  // MARK: Uses of the training users

  private func everybody() throws -> (ids: [String], profiles: Profiles) {
    guard let people else { throw SamplingError.needsPeople }
    return try people.read()
  }

  private func users() throws -> Profiles { try everybody().profiles }

  /// A user given by id or by a list of items.
  private func profile(of text: String) throws -> Profiles {
    let listed = directory.items.listed(in: text)
    let (ids, indices) = (listed.ids, listed.ids.map { directory.items.index(of: $0) })
    if people != nil {
      let users = try everybody()
      for id in [text] + (ids.count == 1 ? ids : []) {
        guard let row = users.ids.firstIndex(ofID: id) else { continue }
        if !indices.contains(nil) {
          note([.userIsMeant(text, items: ids.count)])
        }
        return users.profiles.selecting(row..<row + 1)
      }
    }
    guard indices.contains(where: { $0 != nil }) else {
      throw SamplingError.unknownUser(text, hasPeople: people != nil)
    }
    let unknown = zip(ids, indices).filter { $1 == nil }.map(\.0)
    let profile = Profiles(items: SparseRows(columnCount: directory.items.count, rows: [indices.compactMap(\.self)]))
    let remarks =
      listed.notes + (unknown.isEmpty ? [] : ["not in the model: \(unknown.joined(separator: ", "))"])
      + directory.configuration.newcomerNotes(profile)
    note(remarks.map { .remark($0) })
    return profile
  }

  private func histogram() throws -> LengthHistogram {
    if people?.areRemade ?? true, let saved = directory.record.profileLengths {
      guard let histogram = LengthHistogram(users: saved, items: directory.items.count) else {
        throw SamplingError.damagedLengths
      }
      return histogram
    }
    guard let found = LengthHistogram(of: try users().items) else {
      throw SamplingError.needsPeople
    }
    return found
  }

  /// The source of lengths.
  ///
  /// - Parameter neighbourhood: makes landmarks of the training users.
  private mutating func lengths(
    _ source: some LatentSource, _ neighbourhood: (Profiles) -> Neighbourhood
  ) throws -> ProfileLengths {
    var law = plan.lengths
    var near: Neighbourhood?
    if law == .nearby || law == .auto && plan.source.isEverywhere && people != nil {
      near = neighbourhood(try users())
    }
    if law == .auto {
      let predictsLength = near.map { $0.explainedVariance > 0 } ?? false
      switch plan.source {
      case .user, .interpolation: law = .own
      case .population: law = predictsLength ? .own : .empirical
      case .prior, .fitted: law = predictsLength ? .nearby : .empirical
      }
    }
    findings.lengths = .init(law: law, explainedVariance: near?.explainedVariance)
    let histogram = try histogram()
    switch law {
    case .auto, .empirical: return .empirical(histogram)
    case .own: return .own(otherwise: histogram)
    case .nearby:
      guard let near else { return .empirical(histogram) }
      // Neighbours of one user keep their own lengths; draws from the whole space are calibrated to the lengths of all
      // users.
      return .nearby(
        plan.source.isEverywhere
          ? try near.calibrated(to: histogram, by: source, seed: seed, processor: processor) : near)
    case .negativeBinomial:
      let fitted = try ShiftedNegativeBinomial(fitting: histogram)
      (findings.lengths.least, findings.lengths.excessMean) = (fitted.least, fitted.excess.mean)
      findings.lengths.excessShape = .some(fitted.excess.shape)
      return .negativeBinomial(fitted)
    }
  }
}
