public import Compute
import FileFormats

/// The memory that a training will need at once, known before it starts.
///
/// Every large array has a size that follows from the design, the data and the batch; none grows with the
/// number of users or epochs.
public struct TrainingMemory: Sendable, Equatable {
  /// The weights with their two moments; if the best epoch's weights are kept, they are included once more.
  public var parameters = 0
  /// The weights of an encoder that a phase keeps.
  public var kept = 0
  /// The logits of one batch.
  public var logits = 0
  /// The parts of ∂loss/∂hidden that the shards pass on, users × hidden matrices (`GradientParts`).
  public var partialGradients = 0
  /// The hidden layers of a batch, the gradients of the small layers, and the buffers of threads.
  public var workspace = 0
  /// The data and the program: the resident memory before training.
  public var resident = 0
  /// The part of ``parameters`` that remains when the model is fitted.
  public private(set) var fitted = 0

  /// Bytes.
  public var total: Int { parameters + kept + logits + partialGradients + workspace + resident }

  /// Estimates a training.
  ///
  /// - Parameters:
  ///   - keepsBest: whether the best epoch's weights are kept besides the current ones.
  init<Latent>(
    _ design: Design<Latent>, items: Int, users: Int, batchSize: Int, keepsBest: Bool, processor: Processor
  ) {
    let float = MemoryLayout<Float>.size
    // With several processes, the one with the most shards.
    let shards = ItemShard<Float>.ranges(items: items)
    let run = ShardDivision.longestRun(shards: shards.count, ranks: processor.processes)
    let items = shards[run].reduce(0) { $0 + $1.count }
    let architecture = design.architecture
    let (encoder, decoder) = (architecture.encoder.widths, architecture.decoder.widths)
    let (first, last) = (architecture.inputWidth, architecture.decoder.outputs)
    let small = design.parameters.reduce(0) { $0 + $1.count }
    let beside = small + (design.userVectors == nil ? 0 : users * first)
    fitted = (items * (first + last + 1) + beside) * float
    parameters = fitted * (keepsBest ? 4 : 3)
    let keepsEncoder = design.phases.contains(where: \.keepsEncoder)
    kept = keepsEncoder ? (items * first + beside) * float : 0

    let isExact = processor.precision == .float32
    // If products are rounded, so are the logits, and the output weights are also stored in that format.
    logits = isExact ? batchSize * items * float : (batchSize + last) * items * MemoryLayout<UInt16>.size
    let threads = min(processor.threads, run.count)
    let parts = min(run.count, GradientParts<Float>.most(shards: shards.count, threads: threads))
    partialGradients = parts * batchSize * last * float

    let blocks = UserPieces.ranges(of: batchSize).count
    let hidden = batchSize * (encoder.reduce(0, +) + decoder.reduce(0, +) + 3 * design.latent)
    // A kept encoder has its own hidden layers, and swish and normalisation of both encoders keep about as much again.
    let keptHidden = keepsEncoder ? 3 * batchSize * encoder.reduce(0, +) : 0
    let shard = shards.first?.count ?? 0
    // A weight gradient per thread, a shard's logits if products are rounded, and as much again for the copies that a
    // product engine makes of its factors.
    let thread = 2 * shard * last + (isExact ? 0 : batchSize * shard) + batchSize * last
    // Outgoing and incoming data while sums are exchanged.
    let exchanged = processor.processes > 1 ? 4 * batchSize * max(first, last) : 0
    workspace =
      (hidden + keptHidden + (blocks + 1) * small + 3 * batchSize * (first + last) + threads * thread + exchanged)
      * float
  }
}

/// The shape of a model's training data.
public struct TrainingRows: Sendable {
  /// The number of rows: users.
  public var count: Int
  /// The length of a row: items.
  public var width: Int
  /// Whether the first fit only chooses the number of epochs; the best weights are then not kept besides the others.
  public var fitsAgain: Bool
  /// The number of entries that are not zero: interactions.
  public var entries: Int

  /// Creates a shape.
  ///
  /// - Parameter entries: by default all cells, the maximum.
  public init(count: Int, width: Int, fitsAgain: Bool, entries: Int? = nil) {
    self.count = count
    self.width = width
    self.fitsAgain = fitsAgain
    self.entries = entries ?? count * width
  }
}

extension TrainingRows {
  /// The transposed shape, for models whose rows are items.
  var transposed: TrainingRows { TrainingRows(count: width, width: count, fitsAgain: fitsAgain, entries: entries) }
}

extension TrainingMemory {
  /// The estimate for a model that consists of its parameters and works in place.
  ///
  /// - Parameters:
  ///   - parameters: the number of values that it keeps.
  ///   - workspace: the number of additional values during the fit.
  public init(parameters: Int, workspace: Int = 0) {
    self.parameters = parameters * MemoryLayout<Float>.size
    fitted = self.parameters
    self.workspace = workspace * MemoryLayout<Float>.size
    resident = ProcessMemory.resident
  }

  /// The estimate for models that are fitted one after the other and all kept, for work with all of them at the end.
  ///
  /// - Parameters:
  ///   - fitsAgain: whether each is kept twice, before and after a second fit.
  ///   - workspace: the bytes that the work at the end needs.
  init(oneAfterTheOther models: [TrainingMemory], fitsAgain: Bool, workspace: Int) {
    let copies = fitsAgain ? 2 : 1
    var kept = 0
    var largest: TrainingMemory?
    for model in models {
      var needed = model
      needed.parameters += kept + (copies - 1) * model.fitted
      if needed.total > largest?.total ?? -1 { largest = needed }
      kept += copies * model.fitted
    }
    var end = TrainingMemory(parameters: 0)
    (end.parameters, end.workspace) = (kept, workspace)
    if let largest, largest.total > end.total { self = largest } else { self = end }
    fitted = models.reduce(0) { $0 + $1.fitted }
  }

  /// The estimate for a design that is fitted in epochs.
  init<Latent>(_ design: Design<Latent>, options: TrainingOptions, rows: TrainingRows, processor: Processor) {
    self.init(
      design, items: rows.width, users: rows.count, batchSize: options.batchSize(users: rows.count),
      keepsBest: !rows.fitsAgain, processor: processor)
    resident = ProcessMemory.resident
  }
}

extension ZooModel {
  /// The largest batch size with which fitting this model stays within `limit` bytes; `nil` if none does, or if it has no
  /// batches.
  public func largestBatch(within limit: Int, _ rows: TrainingRows, processor: Processor) -> Int? {
    func fits(_ batchSize: Int) -> Bool {
      let smaller = try? setting(["batchSize": .number(Double(batchSize))])
      return smaller.map { $0.memory(rows, processor: processor).total <= limit } ?? false
    }
    var (low, high) = (0, rows.count + 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low > 0 ? low : nil
  }
}
