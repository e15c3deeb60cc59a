public import Autoencoders
public import Compute
import InteractionData

/// Synthetic users: a latent vector from a source, a length, and that many items from the decoder's distribution.
///
/// A source over points goes with an autoencoder, one over Gaussians with a variational one; anything else does not compile.
/// Each synthetic user has its own random streams and work is divided into blocks of a fixed size, so the profiles are the
/// same at any number of threads, and a larger sample begins with a smaller one. Memory is bounded by a few blocks of
/// users × items.
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

  /// Users in a block.
  ///
  /// A constant, since the division into blocks affects rounding.
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
  ///   - users: how many.
  ///   - prepare: converts a block, on the thread that made it.
  ///   - visit: receives the blocks in order.
  /// - Throws: `DataError` when the model gives scores that are not numbers, or what `prepare` and `visit` throw.
  public func generate<Prepared: Sendable>(
    users: Int, seed: Seed, processor: Processor,
    prepare: @Sendable (ProfileBlock) throws -> Prepared, visit: (Prepared) throws -> Void
  ) throws {
    let size = Self.blockSize
    let blocks = (users + size - 1) / size
    let wave = 4 * processor.threads
    for first in stride(from: 0, to: blocks, by: wave) {
      let prepared = try processor.map(count: min(wave, blocks - first)) { index in
        let start = (first + index) * size
        return try prepare(
          block(start..<start + size, keeping: min(size, users - start), seed: seed, engine: processor.engine))
      }
      for block in prepared { try visit(block) }
    }
  }

  /// All synthetic users at once, for as many as fit in memory; shape: users × I.
  ///
  /// - Throws: `DataError` when the model gives scores that are not numbers.
  public func rows(users: Int, seed: Seed, processor: Processor) throws -> SparseRows {
    var (offsets, indices): ([Int], [Int32]) = ([0], [])
    var values: [Float]? = law == .multinomial ? [] : nil
    try generate(users: users, seed: seed, processor: processor, prepare: { $0 }) { block in
      let start = indices.count
      indices += block.rows.indices
      offsets += block.rows.offsets.dropFirst().map { start + $0 }
      if let more = block.rows.values { values?.append(contentsOf: more) }
    }
    return SparseRows(columnCount: model.itemCount, offsets: offsets, indices: indices, values: values)
  }

  /// One block; the last is made whole like the others and cut afterwards.
  private func block(_ users: Range<Int>, keeping count: Int, seed: Seed, engine: ProductEngine) throws -> ProfileBlock
  {
    let draws = try source.draw(users: users, seed: seed, engine: engine)
    let wanted = lengths.draw(draws, users: users, seed: seed, engine: engine)
    let logits = model.decode(draws.vectors, using: engine)
    var sampler = ItemSampler(items: model.itemCount)
    var (offsets, indices): ([Int], [Int32]) = ([0], [])
    var values: [Float]? = law == .multinomial ? [] : nil
    for (row, user) in users.prefix(count).enumerated() {
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
      firstUser: users.lowerBound,
      rows: SparseRows(columnCount: model.itemCount, offsets: offsets, indices: indices, values: values))
  }
}

/// Some synthetic users.
public struct ProfileBlock: Sendable {
  /// The number of the first, from 0.
  public let firstUser: Int
  /// What they have, with counts as values for ``ItemLaw/multinomial``; shape: B × I.
  public let rows: SparseRows
}
