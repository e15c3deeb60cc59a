public import Autoencoders
public import Compute
import InteractionData

/// Synthetic users: a latent vector from a source, a length, and that many items from the decoder's distribution.
///
/// A source over points requires an autoencoder, one over Gaussians a variational one; other combinations do not
/// compile. Each synthetic user has its own random streams and work is divided into blocks of a fixed size, so the
/// profiles are the same at any number of threads, and a larger sample begins with a smaller one. Memory is bounded by
/// a few blocks of users × items.
public struct ProfileGenerator<Source: LatentSource>: Sendable {
  /// The decoder.
  public let model: Autoencoder<Source.Latent>
  /// The source of latent vectors.
  public let source: Source
  /// The source of profile lengths.
  public var lengths: ProfileLengths
  /// How items are drawn.
  public var law = ItemLaw.withoutReplacement
  /// The temperature.
  public var temperature = Temperature.one
  /// Keeps the items' shares at a temperature other than 1; `nil` for the logits as they are.
  ///
  /// It must be fitted for ``temperature``: a generator whose temperature changes needs another one.
  public var correction: PopularityCorrection?

  /// Users in a block.
  ///
  /// A constant, because the division into blocks affects rounding.
  static var blockSize: Int { 256 }

  /// Creates a generator.
  public init(model: Autoencoder<Source.Latent>, source: Source, lengths: ProfileLengths) {
    self.model = model
    self.source = source
    self.lengths = lengths
  }

  /// Draws synthetic users and passes them on block by block, in order.
  ///
  /// - Parameters:
  ///   - users: the numbers of the users, counted from 0; a part of a longer run has the same users as the whole.
  ///   - prepare: converts a block, on the thread that generated it.
  ///   - visit: receives the blocks in order.
  /// - Throws: `DataError` when the model gives scores that are not numbers, or the errors of `prepare` and `visit`.
  public func generate<Prepared: Sendable>(
    users: Range<Int>, seed: Seed, processor: Processor,
    prepare: @Sendable (ProfileBlock) throws -> Prepared, visit: (Prepared) throws -> Void
  ) throws {
    let size = Self.blockSize
    let blocks = users.lowerBound / size..<(users.upperBound + size - 1) / size
    let wave = 4 * processor.threads
    for first in stride(from: blocks.lowerBound, to: blocks.upperBound, by: wave) {
      let prepared = try processor.map(count: min(wave, blocks.upperBound - first)) { index in
        let start = (first + index) * size
        return try prepare(
          block(
            start..<start + size, keeping: users.clamped(to: start..<start + size), seed: seed, engine: processor.engine
          ))
      }
      for block in prepared { try visit(block) }
    }
  }

  /// Generates the first `count` synthetic users and delivers them block by block, in order.
  ///
  /// - Throws: as for a range of users.
  public func generate<Prepared: Sendable>(
    users: Int, seed: Seed, processor: Processor,
    prepare: @Sendable (ProfileBlock) throws -> Prepared, visit: (Prepared) throws -> Void
  ) throws {
    try generate(users: 0..<users, seed: seed, processor: processor, prepare: prepare, visit: visit)
  }

  /// All synthetic users at once, if they fit in memory; shape: users × I.
  ///
  /// - Throws: `DataError` when the model gives scores that are not numbers.
  public func rows(users: Int, seed: Seed, processor: Processor) throws -> SparseRows {
    var (offsets, indices): ([Int], [Int32]) = ([0], [])
    var values: [Float]? = law == .multinomial ? [] : nil
    try generate(users: 0..<users, seed: seed, processor: processor, prepare: { $0 }) { block in
      let start = indices.count
      indices += block.rows.indices
      offsets += block.rows.offsets.dropFirst().map { start + $0 }
      if let more = block.rows.values { values?.append(contentsOf: more) }
    }
    return SparseRows(columnCount: model.itemCount, offsets: offsets, indices: indices, values: values)
  }

  /// One block; the first and the last are generated in full like the others, and cut afterwards.
  private func block(_ users: Range<Int>, keeping kept: Range<Int>, seed: Seed, engine: ProductEngine) throws
    -> ProfileBlock
  {
    let draws = try source.draw(users: users, seed: seed, engine: engine)
    let wanted = lengths.draw(draws, users: users, seed: seed, engine: engine)
    var logits = model.decode(draws.vectors, using: engine)
    if let correction {
      precondition(
        correction.temperature == temperature && correction.shifts.columns == model.itemCount,
        "a correction of \(correction.shifts) for temperature \(correction.temperature.value), not of "
          + "\(model.itemCount) items for \(temperature.value)")
      logits.add(bias: correction.shifts)
    }
    var sampler = ItemSampler(items: model.itemCount)
    var (offsets, indices): ([Int], [Int32]) = ([0], [])
    var values: [Float]? = law == .multinomial ? [] : nil
    for user in kept {
      let row = user - users.lowerBound
      var random = SamplingStream.items.random(seed: seed, user: user)
      switch law {
      case .withoutReplacement:
        indices += try sampler.drawDistinct(
          wanted[row], logits: logits, row: row, temperature: temperature, using: &random)
      case .multinomial:
        let drawn = try sampler.drawCounts(
          wanted[row], logits: logits, row: row, temperature: temperature, using: &random)
        indices += drawn.items
        values?.append(contentsOf: drawn.counts)
      }
      offsets.append(indices.count)
    }
    return ProfileBlock(
      firstUser: kept.lowerBound,
      rows: SparseRows(columnCount: model.itemCount, offsets: offsets, indices: indices, values: values))
  }
}

/// Some synthetic users.
public struct ProfileBlock: Sendable {
  /// The number of the first, from 0.
  public let firstUser: Int
  /// Their items, with counts as values for ``ItemLaw/multinomial``; shape: B × I.
  public let rows: SparseRows
}
