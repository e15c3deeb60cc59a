import Autoencoders
import Communication
public import Compute
public import FileFormats
import InteractionData
import Presentation

/// The report of `doctor`: versions, the libraries found, and the speed of products and training.
public struct MachineReport: Encodable, Sendable {
  /// The speed of one engine.
  public struct EngineSpeed: Codable, Sendable {
    /// The engine and its version.
    public let name: String
    /// Billions of operations a second on all threads.
    public let gigaflops: Double
  }

  /// Doppel's version.
  public let version = DoppelVersion.current
  /// GSL's version.
  public let gsl = GSL.version
  /// The number of threads used.
  public let threads: Int
  /// The engine that is used.
  public let engine: String
  /// The version of zlib, if it was found.
  @OrNull public private(set) var zlib: String?
  /// The version of libzstd, if it was found.
  @OrNull public private(set) var zstd: String?
  /// The MPI library for several processes, if one was found.
  @OrNull public private(set) var mpi: String?
  /// What the same seed guarantees on this engine, and what it does not.
  public let reproducible: String
  /// The number format that `PrecisionChoice/automatic` selects.
  public let automaticPrecision: ProductPrecision
  /// Whether `recommend` finds lists by products of bytes, as a filter before single precision.
  public let filtersByBytes: Bool
  /// All engines that were found.
  public let engines: [EngineSpeed]
  /// The speed of a training step, if it was measured.
  public let training: TrainingSpeed?

  private let kind: ProductEngine.Kind
  private let precisionReason: String
  private let oneDNNFault: String?

  private enum CodingKeys: String, CodingKey {
    case version, gsl, threads, engine, automaticPrecision, filtersByBytes, zlib, zstd, mpi, reproducible, engines
  }

  /// Measures this machine.
  ///
  /// - Parameters:
  ///   - threads: `nil` for all cores.
  ///   - training: the training step to measure as well.
  ///   - library: the path of an MPI library; `nil` to search for one.
  /// - Throws: `EngineError` if there is no engine; `NonFiniteLoss`.
  public init(threads: Int?, training shape: StepShape? = nil, mpi library: String? = nil) throws {
    let chosen = try ProductEngine.fastest()
    (engine, kind) = (chosen.name, chosen.kind)
    (automaticPrecision, precisionReason) = (chosen.fasterPrecision, chosen.precisionReason)
    filtersByBytes = ItemScreen.isFaster(with: chosen)
    engines = ProductEngine.present.map {
      EngineSpeed(name: $0.name, gigaflops: ProductBenchmark.rate($0, threads: threads))
    }
    oneDNNFault = ProductEngine.oneDNNFault
    training = try shape.map { try TrainingSpeed($0, engine: chosen, threads: threads) }
    self.threads = threads ?? Processor.availableCores
    reproducible = Self.promise(of: chosen)
    let libraries = CompressionLibraries.present
    (zlib, zstd) = (libraries.zlibVersion, libraries.zstandardVersion)
    mpi = MPICommunicator.present(library: library).map { "\($0.version) (\($0.file))" }
  }

  /// The members of the report, and those of the training step beside them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(gsl, forKey: .gsl)
    try container.encode(threads, forKey: .threads)
    try container.encode(engine, forKey: .engine)
    try container.encode(automaticPrecision, forKey: .automaticPrecision)
    try container.encode(filtersByBytes, forKey: .filtersByBytes)
    try container.encode(zlib, forKey: .zlib)
    try container.encode(zstd, forKey: .zstd)
    try container.encode(mpi, forKey: .mpi)
    try container.encode(reproducible, forKey: .reproducible)
    try container.encode(engines, forKey: .engines)
    try training?.encode(to: encoder)
  }

  /// The report in words.
  public var text: String {
    var table = Table(columns: [.text("product engine"), .number("GFLOP/s", best: .largest), .text("used")])
    for speed in engines {
      table.append([
        .text(speed.name), .number(speed.gigaflops, decimals: 0), .text(speed.name == engine ? "yes" : ""),
      ])
    }
    var text = "doppel \(version), GSL \(gsl), "
    text += "\(counted(Processor.availableCores, "core")), \(counted(threads, "thread"))\n\n"
    text += table.markdown()
    text += "\nMeasured on 500 × 600 by 600 × 2048 in single precision on all threads at the same time.\n"
    if let training { text += training.text }
    text += "\n\(reproducible)\n\(precisionReason)\n"
    if filtersByBytes {
      text += "recommend finds lists by products of bytes (AVX512_VNNI), with the scores of single precision.\n"
    }
    text += mpi.map { "Several processes communicate through \($0).\n" } ?? Self.noMPI
    text += Self.compression(".gz", "zlib", zlib, "zlib1g") + Self.compression(".zst", "libzstd", zstd, "libzstd1")
    if let oneDNNFault {
      text += "oneDNN is not used: \(oneDNNFault).\n"
    } else if kind == .gsl && engines.count == 1 {
      text += "Only GSL's CBLAS was found: 'apt-get install libdnnl-dev' makes training many times faster.\n"
    }
    return text
  }

  /// What the same seed guarantees, and what it does not.
  ///
  /// Work is divided by the data and every product runs on one thread, so the number of threads does not affect
  /// results. Doppel's own vector loops sum in lanes as wide as the processor's, and a library may also choose its code
  /// by the processor.
  private static func promise(of engine: ProductEngine) -> String {
    let always = "The same seed, data and version give the same bytes with \(engine.name) at any number of threads"
    return switch engine.kind {
    case .gsl: always + "; processors with another vector width round differently."
    case .onednn, .openblas:
      always + "; other versions of it and other processor types round differently."
    case .accelerate, .blas:
      always + " if the library selects the same code, which it does not guarantee; DOPPEL_ENGINE=gsl does."
    }
  }

  private static let noMPI =
    "No MPI library was found: 'apt-get install openmpi-bin' lets several processes train together.\n"

  /// Whether compressed files of one kind can be read.
  private static func compression(
    _ ending: String, _ library: String, _ version: String?, _ package: String
  ) -> String {
    if let version { return "\(ending) is read with \(library) \(version).\n" }
    return "\(library) was not found: 'apt-get install \(package)' makes \(ending) readable.\n"
  }
}

/// A training step of Mult-VAE on this machine, in every number format it has.
public struct TrainingSpeed: Encodable, Sendable {
  /// Bytes a second between memory and processor.
  public let bandwidth: Double
  /// The size of the step.
  public let shape: StepShape
  /// The time it takes.
  public let steps: [Step]

  /// The step in one number format.
  public struct Step: Encodable, Sendable {
    /// The number format of the products.
    public let precision: ProductPrecision
    /// The time.
    public let time: StepTime

    private enum CodingKeys: String, CodingKey { case precision }

    /// The format beside the times.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(precision, forKey: .precision)
      try time.encode(to: encoder)
    }
  }

  /// Measures memory and the step.
  ///
  /// - Throws: `EngineError`, `NonFiniteLoss`.
  public init(_ shape: StepShape, engine: ProductEngine, threads: Int?) throws {
    let processor = Processor(engine: engine, threads: threads)
    self.shape = shape
    bandwidth = MachineBenchmark.bandwidth(processor)
    steps = try ProductPrecision.allCases.filter(engine.supports).map {
      Step(precision: $0, time: try MachineBenchmark.step(shape, processor: processor.using($0)))
    }
  }

  /// The report in words.
  var text: String {
    var table = Table(columns: [
      .text("training step"), .number("ms per update"), .number("users/s", best: .largest),
      .number("products only, ms"), .number("share of the limit"),
    ])
    for step in steps {
      table.append([
        .text(step.precision.rawValue), .number(step.time.seconds * 1000, decimals: 1),
        .number(step.time.usersPerSecond, decimals: 0), .number(step.time.productSeconds * 1000, decimals: 1),
        .number(step.time.shareOfLimit, decimals: 2),
      ])
    }
    var text = "\nMemory: \(Number.decimal(bandwidth / 1e9, 0)) GB/s, two reads and a write on all threads.\n\n"
    text += table.markdown()
    text += "\nMult-VAE \(shape.items)–\(shape.hidden)–\(shape.latent)–\(shape.hidden)–\(shape.items), "
    text += "\(shape.batchSize) users per update. The limit is the time of the three products of the output layer\n"
    text += "at the product rate of this machine, without all other work.\n"
    for step in steps { text += "\n" + passes(of: step) }
    return text
  }

  /// The passes of an update, and the lower limit of its time on more threads.
  private func passes(of step: Step) -> String {
    var table = Table(columns: [
      .text("pass, \(step.precision.rawValue)"), .number("ms"), .number("share"), .number("pieces"),
      .number("largest ÷ mean"),
    ])
    let time = step.time
    for pass in time.passes {
      table.append([
        .text(pass.name), .number(pass.seconds * 1000, decimals: 1), .number(pass.seconds / time.seconds, decimals: 2),
        .number(Double(pass.pieces), decimals: 0), .number(pass.largestAgainstMean, decimals: 2),
      ])
    }
    table.append([
      .text("between passes, one thread"), .number(time.serialSeconds * 1000, decimals: 1),
      .number(time.serialSeconds / time.seconds, decimals: 2), .missing, .missing,
    ])
    let least = [8, 16].map { "\(Number.decimal(time.leastSeconds(threads: $0) * 1000, 1)) ms on \($0)" }
    return table.markdown()
      + "\nWith its serial parts and largest pieces, a step takes at least \(least.joined(separator: ", ")) such threads.\n"
  }
}
