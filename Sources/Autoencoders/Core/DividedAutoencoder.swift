public import Communication
public import Compute
public import InteractionData

// Computations of a trained network whose items are divided among processes. All processes make these calls in the same
// order.

extension Autoencoder: DividedRecommender {
  /// The processes that have the items; `nil` if this one has all.
  public var communicator: (any Communicator)? { division?.communicator }

  /// The items of this process.
  public var ownItems: Range<Int> { division?.ownItems ?? 0..<network.itemCount }

  /// The logits of this process's items, equal to the columns of ``scores(for:using:)``.
  public func ownScores(for groups: [Profiles], using processor: Processor) throws -> [Matrix<Float>] {
    let heads = try heads(of: groups, processor: processor)
    return try processor.map(count: groups.count) { group in
      ownLogits(Latent.center(of: Latent.codes(of: heads[group])), using: processor.engine)
    }
  }

  /// The results of `body` for the codes of some users, block by block, several blocks at a time.
  ///
  /// - Parameters:
  ///   - size: the number of users in a block.
  ///   - body: receives the users of a block and their codes.
  public func mapCodes<Result: Sendable>(
    of profiles: Profiles, inBlocksOf size: Int, processor: Processor,
    _ body: @Sendable (_ users: Range<Int>, _ codes: Latent.Codes) throws -> Result
  ) throws -> [Result] {
    let users = profiles.items.rowCount
    let blocks = (0..<users).blocks(of: size)
    if division == nil {
      return try processor.map(count: blocks.count) { block in
        try body(blocks[block], encode(profiles.selecting(blocks[block]), using: processor.engine))
      }
    }
    return try blocks.rounds(of: processor.threadsEverywhere).flatMap { round in
      let heads = try heads(of: round.map(profiles.selecting), processor: processor)
      return try processor.map(count: round.count) { try body(round[$0], Latent.codes(of: heads[$0])) }
    }
  }

  /// The outputs of the encoder for some groups of users, with one exchange for all of them.
  private func heads(of groups: [Profiles], processor: Processor) throws -> [Matrix<Float>] {
    var (blocks, input) = ([UserBlock<Latent, Float>](), BatchRows<Float>())
    for group in groups {
      var block = UserBlock<Latent, Float>(design, rows: group.items.rowCount, forTraining: false)
      block.load(group, batchRows: input.rowCount..<input.rowCount + group.items.rowCount)
      input.append(block.input)
      blocks.append(block)
    }
    let sums = try gather(input, processor: processor)
    try processor.forEach(&blocks) { [network, unseenUser] _, block in
      var multiplier = Multiplier<Float>(processor.engine)
      block.encode(sums: sums, network, unseenUser: unseenUser, multiplier: &multiplier)
    }
    return blocks.map(\.head)
  }

  /// The wide input layer's sums, of all items; shape: B × H.
  private func gather(_ input: BatchRows<Float>, processor: Processor) throws -> Matrix<Float> {
    let (tree, own) = (ShardTree(count: network.shards.count), division?.own ?? network.shards.indices)
    let products = ShardProducts(Array(network.shards[own]), from: own.lowerBound)
    let pieces = UserPieces.rows(of: input.rowCount)
    let parts = try tree.subtrees(of: own).map { node in
      let layer = products.inputLayer(under: node)
      var part = Matrix<Float>(rows: 0, columns: design.architecture.inputWidth)
      part.setRows(to: try processor.map(count: pieces.count) { layer.sums(pieces[$0], of: input) })
      return part
    }
    guard let division else { return parts[0] }
    return try division.sum(parts, rows: input.rowCount, columns: design.architecture.inputWidth)
  }
}
