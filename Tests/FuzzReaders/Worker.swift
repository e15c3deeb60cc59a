import Compute
import FileFormats
import Foundation

/// The part that may die: feeds one reader with input after input, and notes which one is at work.
struct Worker {
  let target: Target
  let number: Int
  let seed: UInt64
  let statusPath: String

  /// How often what happened.
  struct Tally: Codable {
    var inputs = 0
    var understood = 0
    var refused = 0
    var faults: [String] = []
    var slowest = 0.0
    var memory = 0
  }

  /// Mutated input.
  func mutate(_ range: Range<Int>) throws -> Tally {
    let mutator = Mutator(corpus: target.corpus, tokens: target.tokens)
    return try run(range) { _, random in (mutator.input(&random), mustBeRefused: false) }
  }

  /// The longest file of the corpus, cut after each of its first 4,096 bytes and in 1,000 places drawn at random.
  func cut(_ range: Range<Int>) throws -> Tally {
    let whole = target.corpus.max { $0.count < $1.count } ?? []
    let first = min(whole.count, 4_096)
    return try run(range.clamped(to: 0..<first + 1_000)) { index, random in
      let length = index < first ? index : random.integer(below: max(1, whole.count))
      return (Array(whole[..<length]), mustBeRefused: !target.mayBeCut)
    }
  }

  private func run(
    _ range: Range<Int>, _ input: (Int, inout RandomSource) -> (bytes: [UInt8], mustBeRefused: Bool)
  ) throws -> Tally {
    var tally = Tally()
    let status = try FileHandle(forWritingTo: URL(fileURLWithPath: statusPath))
    for index in range {
      try status.seek(toOffset: 0)
      try status.write(contentsOf: Data("\(index)          ".utf8))
      Limits.setAlarm()
      var random = Seed(seed).stream(.resampling, number, index)
      let (bytes, mustBeRefused) = input(index, &random)
      let start = Limits.spent().seconds
      do {
        try target.read(bytes, &random)
        tally.understood += 1
        if mustBeRefused {
          tally.faults.append("input \(index): \(bytes.count) bytes of a whole file were taken for one")
        }
      } catch {
        tally.refused += 1
        if target.exitCode(of: error) == nil { tally.faults.append("input \(index): \(type(of: error)): \(error)") }
        if "\(error)".isEmpty { tally.faults.append("input \(index): an error without a message") }
      }
      let spent = Limits.spent()
      let seconds = spent.seconds - start
      tally.slowest = max(tally.slowest, seconds)
      if seconds > Limits.seconds { tally.faults.append("input \(index): took \(seconds) s") }
      tally.inputs += 1
      tally.memory = spent.memory
      if tally.memory > Limits.memory {
        tally.faults.append("input \(index): the process has held \(tally.memory >> 20) MB")
        break
      }
      if tally.faults.count >= 20 { break }
    }
    return tally
  }
}
