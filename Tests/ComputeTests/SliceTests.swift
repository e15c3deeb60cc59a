import Compute
import Testing

@Suite("Slices changed side by side")
struct SliceTests {
  @Test("each slice sees its own elements, and results come in order", arguments: [1, 2, 3])
  func slices(threads: Int) throws {
    var numbers = (0..<100).map { Int32($0) }
    var halves = (0..<100).map { Float($0) / 2 }
    let cuts = [0, 0, 7, 50, 50, 99, 100]
    let sums = try Processor(engine: .gsl, threads: threads).mapSlices(of: &numbers, &halves, cuts: cuts) {
      slice, numbers, halves in
      var sum = 0
      for index in numbers.indices {
        sum += Int(numbers[index])
        numbers[index] = Int32(slice)
        halves[index] += 1
      }
      return sum
    }
    #expect(sums == zip(cuts, cuts.dropFirst()).map { (($0)..<($1)).reduce(0, +) })
    #expect(numbers == (0..<100).map { $0 < 7 ? 1 : $0 < 50 ? 2 : $0 < 99 ? 4 : 5 })
    #expect(halves == (0..<100).map { Float($0) / 2 + 1 })
  }

  @Test("an empty second array has empty slices")
  func emptySecond() throws {
    var numbers: [Int32] = [3, 1, 2]
    var nothing: [Float] = []
    let counts = try Processor(engine: .gsl, threads: 2).mapSlices(of: &numbers, &nothing, cuts: [0, 2, 3]) {
      _, numbers, nothing in numbers.count * 10 + nothing.count
    }
    #expect(counts == [20, 10])
  }
}
