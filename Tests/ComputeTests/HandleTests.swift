import Compute
import Testing

/// What GSL lends is given back.
///
/// Each in a process of its own, whose memory nothing else changes. A generator holds about a hundred bytes, a root finder and
/// the work space of an eigenvalue problem more, so that so many not given back would be seen well above the limit.
@Suite("Handles of GSL")
struct HandleTests {
  @Test("a million generators, on several threads, leave no memory behind")
  func generators() async {
    await #expect(processExitsWith: .success) {
      try requireConstantMemory { turns in
        let processor = Processor(engine: .gsl, threads: 4)
        let sums = try processor.map(count: 100) { block in
          var sum = 0.0
          for index in 0..<turns * 2_500 {
            var random = Seed(7).stream(.resampling, block, index)
            sum += random.uniform()
          }
          return sum
        }
        #expect(sums.allSatisfy { $0 > 0 })
      }
    }
  }

  @Test("eighty thousand root finders, those that find nothing among them, leave no memory behind")
  func roots() async {
    await #expect(processExitsWith: .success) {
      try requireConstantMemory { turns in
        var found = 0
        for index in 0..<turns * 20_000 {
          let end = index % 2 == 0 ? 2.0 : 0.5  // x² − 1 has a root between 0 and 2, none between 0 and ½.
          if (try? RootFinder.root(in: 0...end, tolerance: 0.1) { $0 * $0 - 1 }) != nil { found += 1 }
        }
        #expect(found == turns * 10_000)
      }
    }
  }

  @Test("forty thousand eigenvalue problems leave no memory behind")
  func eigenvalues() async {
    await #expect(processExitsWith: .success) {
      try requireConstantMemory { turns in
        let matrix = Matrix<Double>(rows: 6, columns: 6, elements: (0..<36).map { Double($0 / 6 + $0 % 6) })
        var found = 0
        for _ in 0..<turns * 10_000 { found += try LinearAlgebra.eigenvalues(symmetric: matrix).count }
        #expect(found == turns * 60_000)
      }
    }
  }
}

/// Does something once to warm up and four times more, and fails where the second part took more than 8 MB.
private func requireConstantMemory(_ body: (_ turns: Int) throws -> Void) throws {
  try body(1)
  let before = ProcessMemory.resident
  try body(4)
  let grown = ProcessMemory.resident - before
  #expect(grown < 8 << 20, "\(grown >> 10) kB more than before")
}
