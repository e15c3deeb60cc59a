import Compute
public import FileFormats

/// The state of a training between two updates: its position, and its numbers by name.
///
/// | tensors | shape |
/// |---|---|
/// | `weights/…` | as in `Network/visit(_:)`; for ``ELSA``, W as `shard.S.input` |
/// | `first/…`, `second/…` | Adam's moments, one for each weight |
/// | `best/…` | the weights of the best epoch, if they are kept |
/// | `kept/…` | the network whose encoder a phase keeps, if any, without the wide output layer |
///
/// The tensors share memory with their network until it changes, so this is not a second copy.
public struct TrainerState: Sendable {
  /// Its position.
  public var position: TrainingPosition
  /// Its numbers.
  public var tensors: [String: Tensor]
}

extension TrainerState {
  init<Latent>(
    _ step: TrainingStep<Latent, Float>, at position: TrainingPosition, best: Network<Float>?
  ) {
    self.position = position
    tensors = [:]
    let moments = step.moments
    let parts = [
      ("weights", step.network), ("first", moments.first), ("second", moments.second), ("best", best),
      ("kept", step.kept),
    ]
    for (part, network) in parts {
      guard var network else { continue }
      network.visit { name, matrix in
        tensors["\(part)/\(name)"] = Tensor(shape: [matrix.rows, matrix.columns], values: matrix.elements)
      }
    }
  }

  /// Restores the numbers.
  ///
  /// - Parameter division: which process has which shards; `nil` if this process has all.
  /// - Returns: the weights of the best epoch, if they were kept.
  /// - Throws: ``TensorMismatch`` when they are not those of this design.
  consuming func restore<Latent>(
    _ step: inout TrainingStep<Latent, Float>, updates: Int, division: ShardDivision? = nil
  ) throws -> Network<Float>? {
    var left = tensors
    tensors = [:]
    let shapes = step.network
    let items = shapes.shards.map(\.items.count)
    func take(_ part: String, like shapes: Network<Float>) throws -> Network<Float> {
      var network = shapes
      try network.visit { name, matrix in
        let name = "\(part)/\(name)"
        var expected = [matrix.rows, matrix.columns]
        let found = left.removeValue(forKey: name)
        if let (shard, matrixName) = StoredTensor.shard(in: name), items.indices.contains(shard) {
          // The shards of other processes are ignored.
          if let division, !division.own.contains(shard) { return }
          // A network that waits for stored numbers has none in its shards.
          expected = StoredTensor.shape(of: matrixName, in: name, items: items[shard], width: matrix.columns)
        }
        guard let found, found.shape == expected else {
          throw TensorMismatch(name: name, expected: expected, found: found?.shape)
        }
        matrix = Matrix(rows: expected[0], columns: expected[1], elements: found.values)
      }
      return network
    }
    let weights = try take("weights", like: shapes)
    let moments = try (first: take("first", like: shapes), second: take("second", like: shapes))
    let hasBest = left.keys.contains { $0.hasPrefix("best/") }
    let best = hasBest ? try take("best", like: shapes) : nil
    let hasKept = left.keys.contains { $0.hasPrefix("kept/") }
    let encoder = Network(
      like: shapes, shards: shapes.shards.map(\.firstLayer), parameters: shapes.parameters, users: shapes.users)
    let kept = hasKept ? try take("kept", like: encoder) : nil
    if let name = left.keys.min() {
      throw TensorMismatch(name: name, expected: nil, found: left[name]?.shape ?? [])
    }
    step.restore(weights, moments: moments, kept: kept, updates: updates)
    return best
  }
}
