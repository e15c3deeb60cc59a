import Compute
import Testing

@Suite("Columns of rows, sorted")
struct ColumnSorterTests {
  /// Lengths about the one at which another method begins, limits about those at which a digit is added.
  @Test(
    "come back in ascending order, whatever their number and limit",
    arguments: [1, 255, 256, 257, 1682, 65_536, 65_537, 1 << 24, 1 << 24 + 1, Int(Int32.max)])
  func order(limit: Int) {
    var random = Seed(UInt64(limit)).stream(.resampling)
    var sorter = ColumnSorter(columnCount: limit)
    for length in [0, 1, 2, 31, 32, 33, 64, 255, 1000, 70_000] where length <= limit {
      var chosen: Set<Int32> = [0, Int32(limit - 1)]
      if length < 2 { chosen = length == 0 ? [] : [Int32(limit - 1)] }
      while chosen.count < length { chosen.insert(Int32(random.integer(below: limit))) }
      let columns = chosen.sorted()
      // In parts, as the lines of a user may be in several.
      let map = random.permutation(length).map { columns[$0] }
      let cut = length / 3
      sorter.append(Array(0..<Int32(cut)).span, columns: map.span)
      sorter.append(Array(Int32(cut)..<Int32(length)).span, columns: map.span)
      #expect(sorter.count == length)
      var target: [Int32] = [-7]
      let isDistinct = sorter.moveAll(onto: &target)
      #expect(isDistinct && target == [-7] + columns, "\(length) below \(limit)")
      #expect(sorter.count == 0)
    }
  }

  @Test("a column collected twice is noticed, at every length", arguments: [2, 20, 32, 33, 500])
  func repeats(length: Int) {
    var sorter = ColumnSorter(columnCount: 10_000)
    let map = (0..<Int32(length)).map { (7919 * $0) % 10_000 }
    for place in 0..<length - 1 {
      var items = Array(0..<Int32(length))
      sorter.append(items.span, columns: map.span)
      let isDistinct = sorter.removeAll()
      items[length - 1] = Int32(place)
      sorter.append(items.span, columns: map.span)
      let hasTwo = sorter.removeAll()
      #expect(isDistinct && !hasTwo, "\(place) twice of \(length)")
    }
    sorter.append([0, 1].span, columns: map.span)
    var target: [Int32] = []
    let isDistinct = sorter.moveAll(onto: &target)
    #expect(isDistinct && target == [0, 7919])
  }

  @Test("items without a column are left out, also when none is left")
  func leftOut() {
    var sorter = ColumnSorter(columnCount: 3)
    let map: [Int32] = [2, -1, 0, -1, 1]
    for (items, expected) in [([0, 1, 2, 3, 4], [0, 1, 2]), ([1, 3], []), ([3, 4, 1], [1])] as [([Int32], [Int32])] {
      sorter.append(items.span, columns: map.span)
      var target = [Int32](repeating: 9, count: 4)
      var span = target.mutableSpan
      let isDistinct = sorter.moveAll(to: &span, at: 1)
      #expect(isDistinct && target == [9] + expected + [Int32](repeating: 9, count: 3 - expected.count))
    }
  }
}
