import Autoencoders
public import Compute

/// The speed of this machine at the operations of training.
public enum MachineBenchmark {
  /// Bytes a second that all threads together move between memory and processor, in `y ← y + a·x` over vectors far larger
  /// than any cache: two reads and a write for every element.
  public static func bandwidth(_ processor: Processor) -> Double {
    let count = 16 << 20
    var work = (0..<processor.threads).map { _ in
      (y: Matrix<Float>(rows: 1, columns: count), x: Matrix<Float>(rows: 1, columns: count))
    }
    var best = 0.0
    for _ in 0..<4 {
      let watch = Stopwatch()
      // The body never throws.
      try? processor.forEach(&work) { _, vectors in vectors.y.add(vectors.x, scale: 0.5) }
      best = max(best, Double(3 * 4 * count * processor.threads) / watch.seconds)
    }
    return best
  }

  /// Measures the time of some updates of Mult-VAE on simulated users.
  ///
  /// - Parameter precision: the precision of the products.
  /// - Throws: `EngineError` where the precision is not available; `NonFiniteLoss`.
  public static func step(_ shape: StepShape, processor: Processor) throws -> StepTime {
    let rows = shape.rows(seed: Seed(42))
    var model = MultVAE()
    (model.hidden, model.latent, model.beta, model.annealingSteps) = ([shape.hidden], shape.latent, 0.2, 0)
    let design = model.design
    let meter = PassMeter()
    var measured = processor
    measured.meter = meter
    var step = TrainingStep(
      design, network: Network<Float>(design, items: shape.items, users: rows.rowCount, seed: Seed(42)),
      batchSize: shape.batchSize, plannedUpdates: 100, adam: Adam(), processor: measured)
    let users = Array(0..<rows.rowCount)
    var times: [Double] = []
    var readings: [[PassMeter.Reading]] = []
    // The first update makes the library choose its kernels.
    for update in 0..<8 {
      meter.reset()
      let watch = Stopwatch()
      _ = try step.update(rows: users, of: rows, noise: .drawn(seed: Seed(42), update: update))
      if update > 0 {
        times.append(watch.seconds)
        readings.append(meter.readings)
      }
    }
    let rate = ProductBenchmark.rate(
      processor.engine, threads: processor.threads, precision: processor.precision, hidden: shape.hidden)
    let between = zip(times, readings).map { time, passes in time - passes.reduce(0) { $0 + $1.elapsed } }
    return StepTime(
      seconds: times.sorted()[times.count / 2], quickestSeconds: times.min() ?? 0,
      productSeconds: shape.wideOperations / (rate * 1e9),
      passes: PassTime.quickest(readings), serialSeconds: between.min() ?? 0, users: shape.batchSize)
  }
}

/// The size of a training step.
public struct StepShape: Codable, Sendable, Equatable {
  /// The number of items.
  public var items = 20_108
  /// The width of the hidden layer on both sides.
  public var hidden = 600
  /// L.
  public var latent = 200
  /// Users per update.
  public var batchSize = 500
  /// The approximate number of items per user.
  public var interactions = 70

  /// Documents omit the number of items per user.
  private enum CodingKeys: String, CodingKey { case items, hidden, latent, batchSize }

  /// Creates the shape of the paper's Mult-VAE on MovieLens 20M.
  public init() {}

  /// Operations of the three products of the output layer: forward, and towards weights and hidden layer.
  var wideOperations: Double { 6 * Double(batchSize) * Double(hidden) * Double(items) }

  /// Users whose items have a density ~ 1/√rank, with ranks in the order of their numbers.
  func rows(seed: Seed) -> SparseRows {
    var random = seed.stream(.simulation)
    return SparseRows(
      columnCount: items,
      rows: (0..<batchSize).map { _ in
        (0..<interactions).map { _ in
          let uniform = random.uniform()
          return min(items - 1, Int(uniform * uniform * Double(items)))
        }
      })
  }
}

/// The time of an update, and its lower limit.
public struct StepTime: Encodable, Sendable {
  /// Median seconds of an update.
  public let seconds: Double
  /// Seconds of the quickest update.
  public let quickestSeconds: Double
  /// The time of the products of the output layer alone at the measured product rate.
  public let productSeconds: Double
  /// The passes of an update, in order.
  public let passes: [PassTime]
  /// The serial time between passes, in seconds per update.
  public let serialSeconds: Double
  let users: Int

  /// Users a second.
  public var usersPerSecond: Double { Double(users) / seconds }
  /// The share of the product bound that is reached, from 0 to 1, by the fastest update, because the bound is also the
  /// best of several rounds.
  public var shareOfLimit: Double { productSeconds / quickestSeconds }

  /// The least time of an update on more threads, if a thread is as fast as here and memory keeps up: the serial time
  /// between passes, and for each pass the larger of its share of the work and its largest piece.
  public func leastSeconds(threads: Int) -> Double {
    serialSeconds + passes.reduce(0) { $0 + $1.reading.leastSeconds(threads: threads) }
  }

  private enum CodingKeys: String, CodingKey {
    case seconds, quickestSeconds, usersPerSecond, productSeconds, shareOfLimit, passes, serialSeconds
  }

  /// The times and the values derived from them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(quickestSeconds, forKey: .quickestSeconds)
    try container.encode(usersPerSecond, forKey: .usersPerSecond)
    try container.encode(productSeconds, forKey: .productSeconds)
    try container.encode(shareOfLimit, forKey: .shareOfLimit)
    try container.encode(passes, forKey: .passes)
    try container.encode(serialSeconds, forKey: .serialSeconds)
  }
}

/// The time of one pass of an update.
public struct PassTime: Encodable, Sendable {
  /// Its name.
  public let name: String
  /// The elapsed time.
  public let seconds: Double
  /// The number of pieces shared by the threads.
  public let pieces: Int
  /// The total working time of all threads.
  public let workSeconds: Double
  /// The time of the largest piece.
  public let largestPieceSeconds: Double
  /// The ratio of the largest piece to the mean.
  public let largestAgainstMean: Double
  fileprivate let reading: PassMeter.Reading

  private enum CodingKeys: String, CodingKey {
    case name, seconds, pieces, workSeconds, largestPieceSeconds, largestAgainstMean
  }

  /// Each pass from the update in which it was fastest, because other programs can only slow it down.
  static func quickest(_ updates: [[PassMeter.Reading]]) -> [PassTime] {
    (updates.first ?? []).map(\.pass).compactMap { pass in
      updates.compactMap { $0.first { $0.pass == pass } }.min { $0.work < $1.work }.map(PassTime.init)
    }
  }

  private init(_ reading: PassMeter.Reading) {
    self.reading = reading
    (name, pieces) = (reading.pass.name, reading.pieces)
    (seconds, workSeconds) = (reading.elapsed, reading.work)
    (largestPieceSeconds, largestAgainstMean) = (reading.largest, reading.imbalance)
  }
}
