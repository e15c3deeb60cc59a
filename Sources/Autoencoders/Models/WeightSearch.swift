/// Hill climbing from equal weights: moves a part of one member's weight to another while validation improves.
struct WeightSearch {
  /// Weights are multiples of 1 over this number, which is finer than validation users can resolve.
  private static let parts = 20

  private var best: [Int]
  private var known: [[Int]: Double] = [:]

  /// Starts with weights as equal as parts allow; the first members have one part more if necessary.
  init(members: Int) {
    best = (0..<members).map { Self.parts / members + ($0 < Self.parts % members ? 1 : 0) }
  }

  /// The best weights found.
  ///
  /// - Parameter validate: returns the value of weights; larger is better.
  mutating func climb(_ validate: ([Double]) throws -> Double) throws -> [Double] {
    var value = try value(of: best, validate)
    for size in [4, 2, 1] {
      var before: [Int] = []
      while before != best {
        before = best
        for from in best.indices {
          for to in best.indices where to != from {
            while best[from] >= size {
              var next = best
              next[from] -= size
              next[to] += size
              let found = try self.value(of: next, validate)
              guard found > value else { break }
              (best, value) = (next, found)
            }
          }
        }
      }
    }
    return best.map(Self.weight)
  }

  private static func weight(_ parts: Int) -> Double { Double(parts) / Double(Self.parts) }

  private mutating func value(of parts: [Int], _ validate: ([Double]) throws -> Double) throws -> Double {
    if let known = known[parts] { return known }
    let value = try validate(parts.map(Self.weight))
    known[parts] = value
    return value
  }
}
