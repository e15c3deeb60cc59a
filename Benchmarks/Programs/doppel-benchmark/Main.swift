import Foundation

/// What the benchmarks measure of the library that no command does alone; the programs in Benchmarks run it.
@main
enum Benchmark {
  static func main() {
    do {
      let arguments = CommandLine.arguments.dropFirst()
      switch arguments.first {
      case "ease": try FitEASE.run(arguments.dropFirst())
      case "search": try Search.search(arguments.dropFirst())
      case "objective": try Search.answer(arguments.dropFirst())
      case "evaluate": try Evaluate.run(arguments.dropFirst())
      default: throw Usage()
      }
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }
}

/// A command line that is not understood.
struct Usage: Error, CustomStringConvertible {
  var description: String {
    """
    usage: doppel-benchmark ease ROWS ITEMS L2 THREADS
           doppel-benchmark evaluate SCORES KNOWN HELDOUT USERS ITEMS THREADS
           doppel-benchmark search OBJECTIVE SEED TRIALS AT-ONCE [DATA]
           doppel-benchmark objective OBJECTIVE [DATA]
    """
  }
}
