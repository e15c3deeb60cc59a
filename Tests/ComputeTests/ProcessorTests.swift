import Communication
import Compute
import Foundation
import Testing

@Suite("Processor")
struct ProcessorTests {
  private struct Broken: Error, Equatable { let index: Int }

  @Test("map gives results in order, whichever thread was first", arguments: [1, 2, 7])
  func mapKeepsOrder(threads: Int) throws {
    let results = try Processor(engine: .gsl, threads: threads).map(count: 1000) { $0 * $0 }
    #expect(results == (0..<1000).map { $0 * $0 })
  }

  @Test("no work gives no results", arguments: [1, 2])
  func nothing(threads: Int) throws {
    #expect(try Processor(engine: .gsl, threads: threads).map(count: 0) { $0 }.isEmpty)
  }

  @Test("forEach gives every element once, with its own index", arguments: [1, 2, 7])
  func forEachOnce(threads: Int) throws {
    var elements = [Int](repeating: 0, count: 500)
    try Processor(engine: .gsl, threads: threads).forEach(&elements) { index, element in element += index + 1
    }
    #expect(elements == Array(1...500))
  }

  @Test("the calling thread does something else first, and every element is seen once", arguments: [1, 2, 7])
  func meanwhile(threads: Int) throws {
    let processor = Processor(engine: .gsl, threads: threads)
    var (elements, other) = ([Int](repeating: 0, count: 500), 0)
    try processor.forEach(&elements, meanwhile: { other += 1 }) { index, element in element += index + 1 }
    #expect(elements == Array(1...500) && other == 1)
    #expect(throws: Broken(index: 3)) {
      try processor.forEach(&elements, meanwhile: { throw Broken(index: 3) }) { _, element in element = -element }
    }
    #expect(elements == (1...500).map { -$0 }, "an error must not leave elements out")
    var none: [Int] = []
    try processor.forEach(&none, meanwhile: { other += 1 }) { _, _ in }
    #expect(other == 2)
  }

  @Test(
    "a thread keeps its working memory from element to element, and no two threads share one", arguments: [1, 2, 7])
  func scratch(threads: Int) throws {
    let processor = Processor(engine: .gsl, threads: threads)
    #expect(processor.workers(for: 3) == min(3, threads))
    #expect(processor.workers(for: 0) == 1)
    var elements = Array(0..<500)
    var scratch = [[Int]](repeating: [], count: processor.workers(for: 500))
    try processor.forEach(&elements, scratch: &scratch) { index, element, seen in
      seen.append(element)
      element = seen.count
    }
    // Each worker saw its elements in ascending order, and wrote how many it had seen by then.
    for seen in scratch {
      #expect(seen == seen.sorted())
      for (position, element) in seen.enumerated() { #expect(elements[element] == position + 1) }
    }
    #expect(scratch.flatMap(\.self).sorted() == Array(0..<500))
  }

  @Test("a matrix has the rows of all elements, and those of none unchanged", arguments: [1, 2, 7])
  func filling(threads: Int) throws {
    let processor = Processor(engine: .gsl, threads: threads)
    var matrix = Matrix<Float>(rows: 10, columns: 2, elements: (0..<20).map { -Float($0) })
    var elements = [3, 0, 4, 1]
    var scratch = [Int](repeating: 0, count: threads)
    let rows = [0..<3, 3..<3, 4..<8, 9..<10]
    try processor.forEach(&elements, scratch: &scratch, filling: &matrix, rows: rows) { index, element, _ in
      defer { element += 10 }
      // What an element without rows returns has any shape.
      return element == 0
        ? Matrix(rows: 5, columns: 7)
        : Matrix(rows: element, columns: 2, elements: (0..<2 * element).map { Float(100 * index + $0) })
    }
    #expect(elements == [13, 10, 14, 11])
    let expected: [Float] = [0, 1, 2, 3, 4, 5, -6, -7, 200, 201, 202, 203, 204, 205, 206, 207, -16, -17, 300, 301]
    #expect(matrix.elements == expected)
  }

  @Test(
    "of several errors the one of the lowest index is thrown, and the others run all the same",
    arguments: [1, 2, 7])
  func lowestError(threads: Int) {
    let visits = Guarded(0)
    var elements = [Int](repeating: 0, count: 200)
    #expect(throws: Broken(index: 31)) {
      try Processor(engine: .gsl, threads: threads).forEach(&elements) { index, _ in
        visits.withLock { $0 += 1 }
        if index >= 31 && index % 2 == 1 { throw Broken(index: index) }
      }
    }
    #expect(visits.withLock { $0 } == 200)
  }

  @Test("passes within pieces, and passes of several threads at the same time, each see their elements once")
  func nested() throws {
    let processor = Processor(engine: .gsl, threads: 4)
    // The outer pieces are started by threads of their own, so that passes begin while others are under way.
    let sums = try LocalCommunicator.run(ranks: 3) { member in
      try (0..<400).map { round in
        try processor.map(count: 5) { outer in
          try processor.map(count: 7) { inner in member.rank + round + outer * inner }.reduce(0, +)
        }.reduce(0, +)
      }
    }
    for (rank, found) in sums.enumerated() {
      #expect(found == (0..<400).map { 35 * (rank + $0) + 10 * 21 })
    }
  }

  @Test("passes after pauses of any length see every element", arguments: [2, 7])
  func pauses(threads: Int) throws {
    let processor = Processor(engine: .gsl, threads: threads)
    var elements = [Int](repeating: 0, count: 3)
    // Threads look out for work for some hundred microseconds, then they sleep: pauses on both sides of that.
    for round in 0..<600 {
      try processor.forEach(&elements) { _, element in element += 1 }
      if round % 3 == 0 { Thread.sleep(forTimeInterval: Double(round) * 1e-6) }
    }
    #expect(elements == [600, 600, 600])
  }

  @Test("the number of threads is at least one, and all cores when left out")
  func threadCount() {
    #expect(Processor(engine: .gsl, threads: 0).threads == 1)
    #expect(Processor(engine: .gsl, threads: -3).threads == 1)
    #expect(Processor(engine: .gsl, threads: .max).threads == Processor.mostThreads)
    #expect(Processor(engine: .gsl).threads == Processor.availableCores)
    #expect(Processor.availableCores >= 1)
  }
}
