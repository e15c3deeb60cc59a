import ArgumentParser
import Doppel
import FileFormats

/// `doppel doctor`: what this machine has and how fast it is.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Versions, libraries found, this machine's measured speed.", usage: "doppel doctor [<options>]")

  @OptionGroup(title: "Everywhere") var options: RunOptions

  /// What the same seed gives on an engine, and what it cannot promise.
  ///
  /// Work is cut by the data and every product runs on one thread, so the number of threads decides nothing. The vector
  /// loops of our own sum in lanes as wide as the processor's, and a library may choose its code by the processor too.
  private static func promise(of engine: ProductEngine) -> String {
    let always = "The same seed, data and version give the same bytes with \(engine.name) at any number of threads"
    return switch engine.kind {
    case .gsl: always + "; processors of another vector width round differently."
    case .onednn, .openblas:
      always + "; another version of it and processors of another kind round differently."
    case .accelerate, .blas:
      always + " as long as the library chooses the same code: it promises nothing itself. DOPPEL_ENGINE=gsl does."
    }
  }

  func run() throws {
    let chosen = try ProductEngine.fastest()
    let rates = ProductEngine.present.map { engine in
      (engine: engine, rate: ProductBenchmark.rate(engine, threads: options.threads))
    }
    let threads = options.threads ?? Processor.availableCores
    if options.json {
      return try Console.standardOutput([
        "version": .string(DoppelVersion.current), "gsl": .string(GSL.version),
        "threads": .number(Double(threads)), "engine": .string(chosen.name),
        "reproducible": .string(Self.promise(of: chosen)),
        "engines": .array(
          rates.map {
            .object(["name": .string($0.engine.name), "gigaflops": .number($0.rate)])
          }),
      ])
    }
    var table = ResultTable(columns: [.init("GFLOP/s", best: .largest), .init("used")])
    for (engine, rate) in rates {
      table.append(
        engine.name, [.number(rate, decimals: 0), .text(engine.kind == chosen.kind ? "yes" : "")])
    }
    var text = "doppel \(DoppelVersion.current), GSL \(GSL.version), "
    text += "\(Processor.availableCores) cores, \(threads) threads\n\n"
    text += table.markdown(firstColumn: "product engine")
    text += "\nMeasured on 500 × 600 by 600 × 2048 in single precision on every thread, all at once.\n"
    text += "\n\(Self.promise(of: chosen))\n"
    if chosen.kind == .gsl && ProductEngine.present.count == 1 {
      text += "Only GSL's CBLAS was found: 'apt-get install libdnnl-dev' makes training many times faster.\n"
    }
    try Console.standardOutput(text)
  }
}
