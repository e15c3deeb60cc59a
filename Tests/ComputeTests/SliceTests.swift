import Compute
import Testing

@Suite("Arrays made slice by slice")
struct SliceTests {
  @Test("each slice begins with zeros and stands in its place, and results come in order", arguments: [1, 2, 3])
  func slices(threads: Int) throws {
    let cuts = [0, 0, 7, 50, 50, 99, 100]
    let processor = Processor(engine: .gsl, threads: threads)
    let (numbers, sums) = try processor.makeSlices(of: Int32.self, cuts: cuts) { slice, numbers in
      var sum = 0
      for index in numbers.indices {
        sum += Int(numbers[index])
        numbers[index] = Int32(10 * slice + index)
      }
      return sum + numbers.count
    }
    #expect(sums == [0, 7, 43, 0, 49, 1])
    var expected: [Int32] = []
    for (first, count) in [(10, 7), (20, 43), (40, 49), (50, 1)] { expected += (first..<first + count).map(Int32.init) }
    #expect(numbers == expected)
    #expect(try processor.makeSlices(of: Float.self, cuts: [0, 3]) { _, _ in }.elements == [0, 0, 0])
    #expect(try processor.makeSlices(of: Double.self, cuts: [0]) { _, _ in }.elements.isEmpty)
  }

  @Test("an array large enough for huge pages is the same", arguments: [(1 << 23) - 1, 1 << 23, (1 << 23) + 700_001])
  func large(count: Int) throws {
    let cuts = [0, 1, 999_999, 1_000_001, 5_242_880, count]
    let numbers = try Processor(engine: .gsl, threads: 2).makeSlices(of: Int32.self, cuts: cuts) { slice, numbers in
      for index in numbers.indices where numbers[index] == 0 { numbers[index] = Int32(cuts[slice] + index) }
    }.elements
    #expect(numbers.count == count && numbers.indices.allSatisfy { numbers[$0] == Int32($0) })
  }

  @Test("the error of the first slice that fails is thrown", arguments: [1, 3])
  func errors(threads: Int) {
    struct Broken: Error, Equatable { let slice: Int }
    #expect(throws: Broken(slice: 2)) {
      try Processor(engine: .gsl, threads: threads).makeSlices(of: Int32.self, cuts: [0, 1, 2, 3, 4]) { slice, _ in
        if slice >= 2 { throw Broken(slice: slice) }
      }
    }
  }
}

@Suite("Blocks of a range")
struct BlockTests {
  @Test("cover the range once, in order; only the last is shorter", arguments: [0, 1, 7, 8, 9, 64], [1, 3, 8])
  func cover(count: Int, size: Int) {
    let blocks = (5..<5 + count).blocks(of: size)
    #expect(blocks.flatMap(Array.init) == Array(5..<5 + count))
    #expect(blocks.dropLast().allSatisfy { $0.count == size } && blocks.allSatisfy { !$0.isEmpty })
    #expect(Array(0..<count).rounds(of: size).map(\.count) == blocks.map(\.count))
  }

  @Test("slices without elements have results all the same", arguments: [[0], [0, 0], [0, 0, 0, 0]])
  func empty(cuts: [Int]) throws {
    let made = try Processor(engine: .gsl, threads: 2).makeSlices(of: Int32.self, cuts: cuts) { slice, elements in
      elements.isEmpty ? slice : -1
    }
    #expect(made.elements.isEmpty && made.results == Array(0..<cuts.count - 1))
  }
}
