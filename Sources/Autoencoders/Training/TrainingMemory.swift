public import Compute
import FileFormats

/// What a training will hold in memory at once, known before it starts.
///
/// Everything large has a size that follows from the design, the data and the batch: the trainer grows nothing with the
/// number of users or epochs.
public struct TrainingMemory: Sendable, Equatable {
  /// The weights with their two moments; where the best epoch's are kept, they are here once more, and so is a network whose encoder a
  /// phase keeps.
  public var parameters = 0
  /// The logits of one batch.
  public var logits = 0
  /// What the shards pass on of ∂loss/∂hidden, one users × hidden matrix each.
  public var partialGradients = 0
  /// The hidden layers of a batch, the gradients of the small layers, and what threads need while they work.
  public var workspace = 0
  /// The data and the program, measured when asked: what is resident before training.
  public var resident = 0

  /// Bytes.
  public var total: Int { parameters + logits + partialGradients + workspace + resident }

  /// Estimates a training.
  ///
  /// - Parameters:
  ///   - keepsBest: whether the best epoch's weights are kept beside the current ones.
  init<Latent>(
    _ design: Design<Latent>, items: Int, users: Int, batchSize: Int, keepsBest: Bool, processor: Processor
  ) {
    let float = MemoryLayout<Float>.size
    let architecture = design.architecture
    let (encoder, decoder) = (architecture.encoder.widths, architecture.decoder.widths)
    let (first, last) = (architecture.inputWidth, architecture.decoder.outputs)
    let small = design.parameters.reduce(0) { $0 + $1.count }
    let weights = items * (first + last + 1) + small + (design.userVectors == nil ? 0 : users * first)
    parameters = weights * float * ((keepsBest ? 4 : 3) + (design.phases.contains(where: \.keepsEncoder) ? 1 : 0))

    let isExact = processor.precision == .float32
    // Where products are rounded, so are the logits, and the output weights are held in that format too.
    logits = isExact ? batchSize * items * float : (batchSize + last) * items * MemoryLayout<UInt16>.size
    let shards = ItemShard<Float>.ranges(items: items)
    partialGradients = shards.count * batchSize * last * float

    let blockSize = UserBlock<Latent, Float>.size(batch: batchSize)
    let blocks = (batchSize + blockSize - 1) / blockSize
    let hidden = batchSize * (encoder.reduce(0, +) + decoder.reduce(0, +) + 3 * design.latent)
    let tile =
      LogitTile<Float>.ranges(items: shards.first?.count ?? 0, precision: processor.precision).first?.count ?? 0
    // A weight gradient per thread, the tile's logits where products are rounded, and as much again for the copies that a
    // product engine makes of its factors.
    let thread = 2 * tile * last + (isExact ? 0 : batchSize * tile) + batchSize * last
    workspace =
      (hidden + (blocks + 1) * small + 2 * batchSize * (first + last) + min(processor.threads, shards.count) * thread)
      * float
  }
}

/// The shape of what a model is fitted to.
public struct TrainingRows: Sendable {
  /// The number of rows: users, or items for I-AutoRec.
  public var count: Int
  /// The length of a row: items, or users for I-AutoRec.
  public var width: Int
  /// Whether the first fit only chooses the number of epochs; the best weights are then not kept beside the others.
  public var fitsAgain: Bool

  /// Creates a shape.
  public init(count: Int, width: Int, fitsAgain: Bool) {
    self.count = count
    self.width = width
    self.fitsAgain = fitsAgain
  }
}

extension ModelConfiguration {
  /// What fitting this model will hold in memory; `nil` for models without weights to train.
  public func trainingMemory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory? {
    func memory<Model>(_ configured: Configured<Model>) -> TrainingMemory {
      var memory = TrainingMemory(
        configured.model.design, items: rows.width, users: rows.count,
        batchSize: configured.training.batchSize(users: rows.count), keepsBest: !rows.fitsAgain,
        processor: processor)
      memory.resident = ProcessMemory.resident
      return memory
    }
    switch self {
    case .popularity, .mean: return nil
    case .ae(let configured): return memory(configured)
    case .dae(let configured): return memory(configured)
    case .cdae(let configured): return memory(configured)
    case .multDAE(let configured): return memory(configured)
    case .multVAE(let configured): return memory(configured)
    case .userAutoRec(let configured): return memory(configured)
    case .itemAutoRec(let configured): return memory(configured)
    }
  }

  /// The largest batch size with which fitting this model stays within `limit` bytes; `nil` if none does.
  public func largestBatch(within limit: Int, _ rows: TrainingRows, processor: Processor) -> Int? {
    func fits(_ batchSize: Int) -> Bool {
      let smaller = try? setting(["batchSize": .number(Double(batchSize))])
      return smaller?.trainingMemory(rows, processor: processor).map { $0.total <= limit } ?? false
    }
    var (low, high) = (0, rows.count + 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low > 0 ? low : nil
  }
}
