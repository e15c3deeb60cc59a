import Compute
import Testing

@Suite("Searching")
struct SearchingTests {
  @Test("a binary search finds the first place from which a condition holds, in slices too")
  func partition() {
    let numbers = [1, 3, 3, 3, 7, 9]
    for wanted in 0...10 {
      #expect(numbers.partitioningIndex { $0 >= wanted } == numbers.firstIndex { $0 >= wanted } ?? numbers.count)
      let slice = numbers[2..<5]
      #expect(slice.partitioningIndex { $0 > wanted } == slice.firstIndex { $0 > wanted } ?? slice.endIndex)
    }
    #expect([Int]().partitioningIndex { _ in true } == 0)
  }

  @Test("the largest keys are those of the sorted list, and of equal ones the earlier", arguments: [1, 3, 8, 40])
  func largest(count: Int) {
    struct Entry: Comparable {
      let key: Int
      let place: Int
      static func < (a: Entry, b: Entry) -> Bool { a.key < b.key }
      static func == (a: Entry, b: Entry) -> Bool { a.key == b.key }
    }
    var random = RandomSource(key: 5)
    let entries = (0..<30).map { Entry(key: random.integer(below: 12), place: $0) }
    var best = LargestKeys<Entry>(count)
    for entry in entries { best.offer(entry) }
    let sorted = entries.sorted { ($1.key, $0.place) < ($0.key, $1.place) }.prefix(count)
    #expect(best.keys.map(\.key).sorted(by: >) == sorted.map(\.key))
    #expect(best.smallest?.key == sorted.last?.key)
    #expect(best.isFull == (count <= 30))
    // What is larger than the smallest that is kept is kept whole.
    let edge = sorted.last?.key ?? 0
    #expect(Set(best.keys.filter { $0.key > edge }.map(\.place)) == Set(sorted.filter { $0.key > edge }.map(\.place)))
  }

  @Test("no room keeps nothing")
  func none() {
    var best = LargestKeys<Int>(0)
    best.offer(1)
    #expect(best.keys.isEmpty)
  }

  @Test("the Jaccard similarity of sets is the share of the union that both have")
  func jaccard() {
    #expect(Set([1, 2, 3]).jaccard(with: [2, 3, 4]) == 0.5)
    #expect(Set([1]).jaccard(with: []) == 0)
    #expect(Set<Int>().jaccard(with: []) == 1)
  }
}
