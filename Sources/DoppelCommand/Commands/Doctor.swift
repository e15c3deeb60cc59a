import ArgumentParser
import Doppel
import FileFormats

/// `doppel doctor`: what this machine has and how fast it is.
struct Doctor: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show versions, the libraries found, and the measured speed of this machine.",
    usage: "doppel doctor [<options>]")

  @Flag(
    help:
      "Also measure memory bandwidth and a training step of Mult-VAE, compared with the limit of its matrix products.")
  var benchmark = false
  @Option(help: ArgumentHelp("Items in the measured step.", valueName: "n"))
  var items = StepShape().items
  @Option(help: ArgumentHelp("Width of its hidden layers.", valueName: "width"))
  var hidden = StepShape().hidden
  @Option(help: ArgumentHelp("Width of its code.", valueName: "width"))
  var latent = StepShape().latent
  @Option(help: ArgumentHelp("Users per step.", valueName: "n"))
  var batchSize = StepShape().batchSize
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { options.inputs }

  func idleFlags() -> [IdleFlags] {
    [IdleFlags(["--items", "--hidden", "--latent", "--batch-size"], when: !benchmark, "is for --benchmark")]
  }

  func validate() throws {
    for (name, value, most) in [
      ("items", items, 10_000_000), ("hidden", hidden, 100_000), ("latent", latent, 100_000),
      ("batch-size", batchSize, 100_000),
    ] where value < 1 || value > most {
      throw ValidationError("--\(name) \(value) is out of range; accepted: a whole number from 1 to \(most)")
    }
  }

  /// What the same seed gives on an engine, and what it cannot promise.
  ///
  /// Work is cut by the data and every product runs on one thread, so the number of threads decides nothing. The vector
  /// loops of our own sum in lanes as wide as the processor's, and a library may choose its code by the processor too.
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

  /// Which compressed files can be read.
  private static func compression(_ libraries: CompressionLibraries) -> String {
    func found(_ ending: String, _ library: String, _ version: String?, _ package: String) -> String {
      if let version { return "\(ending) is read with \(library) \(version)." }
      return "\(library) was not found: 'apt-get install \(package)' makes \(ending) readable."
    }
    return found(".gz", "zlib", libraries.zlibVersion, "zlib1g") + "\n"
      + found(".zst", "libzstd", libraries.zstandardVersion, "libzstd1") + "\n"
  }

  func run() throws {
    let chosen = try ProductEngine.fastest()
    let rates = ProductEngine.present.map { engine in
      (engine: engine, rate: ProductBenchmark.rate(engine, threads: options.threads))
    }
    let threads = options.threads ?? Processor.availableCores
    let training = benchmark ? try TrainingSpeed(shape, engine: chosen, threads: options.threads) : nil
    if options.json {
      let libraries = CompressionLibraries.present
      let document: [String: JSONValue] = [
        "version": .string(DoppelVersion.current), "gsl": .string(GSL.version),
        "threads": .number(Double(threads)), "engine": .string(chosen.name),
        "zlib": libraries.zlibVersion.map { .string($0) } ?? .null,
        "zstd": libraries.zstandardVersion.map { .string($0) } ?? .null,
        "reproducible": .string(Self.promise(of: chosen)),
        "engines": .array(
          rates.map {
            .object(["name": .string($0.engine.name), "gigaflops": .number($0.rate)])
          }),
      ]
      return try Console.standardOutput(document.merging(training?.json ?? [:]) { value, _ in value })
    }
    var table = Table(columns: [.text("product engine"), .number("GFLOP/s", best: .largest), .text("used")])
    for (engine, rate) in rates {
      table.append([
        .text(engine.name), .number(rate, decimals: 0), .text(engine.kind == chosen.kind ? "yes" : ""),
      ])
    }
    var text = "doppel \(DoppelVersion.current), GSL \(GSL.version), "
    text += "\(counted(Processor.availableCores, "core")), \(counted(threads, "thread"))\n\n"
    text += table.markdown()
    text += "\nMeasured on 500 × 600 by 600 × 2048 in single precision on all threads at the same time.\n"
    if let training { text += training.text }
    text += "\n\(Self.promise(of: chosen))\n"
    text += Self.compression(.present)
    if chosen.kind == .gsl && ProductEngine.present.count == 1 {
      text += "Only GSL's CBLAS was found: 'apt-get install libdnnl-dev' makes training many times faster.\n"
    }
    try Console.standardOutput(text)
  }

  private var shape: StepShape {
    var shape = StepShape()
    (shape.items, shape.hidden, shape.latent, shape.batchSize) = (items, hidden, latent, batchSize)
    shape.interactions = min(shape.interactions, items)
    return shape
  }
}

/// A training step on this machine, in every number format it has.
private struct TrainingSpeed {
  private let shape: StepShape
  private let bandwidth: Double
  private let steps: [(precision: ProductPrecision, time: StepTime)]

  init(_ shape: StepShape, engine: ProductEngine, threads: Int?) throws {
    let processor = Processor(engine: engine, threads: threads)
    self.shape = shape
    bandwidth = MachineBenchmark.bandwidth(processor)
    steps = try ProductPrecision.allCases.filter(engine.supports).map {
      ($0, try MachineBenchmark.step(shape, processor: processor.using($0)))
    }
  }

  var text: String {
    var table = Table(columns: [
      .text("training step"), .number("ms per update"), .number("users/s", best: .largest),
      .number("products only, ms"), .number("share of the limit"),
    ])
    for (precision, time) in steps {
      table.append([
        .text(precision.rawValue), .number(time.seconds * 1000, decimals: 1),
        .number(time.usersPerSecond, decimals: 0), .number(time.productSeconds * 1000, decimals: 1),
        .number(time.shareOfLimit, decimals: 2),
      ])
    }
    var text = "\nMemory: \(Int((bandwidth / 1e9).rounded())) GB/s, two reads and a write on all threads.\n\n"
    text += table.markdown()
    text += "\nMult-VAE \(shape.items)–\(shape.hidden)–\(shape.latent)–\(shape.hidden)–\(shape.items), "
    text += "\(shape.batchSize) users per update. The limit is the time of the three products of the output layer\n"
    text += "at the product rate of this machine, without all other work.\n"
    return text
  }

  var json: [String: JSONValue] {
    [
      "bandwidth": .number(bandwidth),
      "shape": .object([
        "items": .number(Double(shape.items)), "hidden": .number(Double(shape.hidden)),
        "latent": .number(Double(shape.latent)), "batchSize": .number(Double(shape.batchSize)),
      ]),
      "steps": .array(
        steps.map { precision, time in
          .object([
            "precision": .string(precision.rawValue), "seconds": .number(time.seconds),
            "usersPerSecond": .number(time.usersPerSecond), "productSeconds": .number(time.productSeconds),
            "shareOfLimit": .number(time.shareOfLimit),
          ])
        }),
    ]
  }
}
