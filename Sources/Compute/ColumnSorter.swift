import CKernels

/// Collects the columns of a row in any order, and gives them back in ascending order.
///
/// One sorter serves many rows: its memory grows to that of the longest.
public struct ColumnSorter: Sendable {
  private let columnCount: Int
  private var columns: [Int32] = []
  private var spare: [Int32] = []

  /// The number of columns collected.
  public private(set) var count = 0

  /// Creates a sorter for columns below `columnCount`.
  public init(columnCount: Int) {
    precondition(columnCount <= Int(Int32.max), "\(columnCount) columns")
    self.columnCount = columnCount
  }

  /// Collects the columns of some items.
  ///
  /// - Parameters:
  ///   - items: numbers of items, each with a place in `columns`.
  ///   - columns: the column of each item, below the sorter's `columnCount`; below 0 for an item that is left out.
  public mutating func append(_ items: Span<Int32>, columns map: Span<Int32>) {
    if items.isEmpty { return }
    let (mapped, limit) = (map.count, Int32(columnCount))
    makeRoom(items.count)
    let found = unsafe columns.withUnsafeMutableBufferPointer { columns in
      unsafe items.withUnsafeBufferPointer { items in
        unsafe map.withUnsafeBufferPointer { map in
          guard let from = items.baseAddress, let map = map.baseAddress, let target = columns.baseAddress else {
            return -1
          }
          return unsafe dk_columns_of_items(items.count, from, mapped, map, limit, target + count)
        }
      }
    }
    precondition(found >= 0, "an item without a place, or a column that is not below \(columnCount)")
    count += found
  }

  /// Collects columns below the sorter's `columnCount`.
  public mutating func append(_ others: Span<Int32>) {
    makeRoom(others.count)
    var isInside = true
    for index in others.indices {
      columns[count + index] = others[index]
      isInside = isInside && 0 <= others[index] && Int(others[index]) < columnCount
    }
    precondition(isInside, "a column that is not below \(columnCount)")
    count += others.count
  }

  private mutating func makeRoom(_ more: Int) {
    let missing = count + more - columns.count
    if missing > 0 { columns += repeatElement(0, count: max(missing, columns.count)) }
  }

  /// Writes what was collected to `target` from `start` on, ascending, and forgets it.
  ///
  /// - Returns: `false` when a column was collected twice; then what was written means nothing.
  public mutating func moveAll(to target: inout MutableSpan<Int32>, at start: Int) -> Bool {
    precondition(start >= 0 && start + count <= target.count, "\(count) columns from \(start) of \(target.count) on")
    let isDistinct = sort()
    unsafe target.withUnsafeMutableBufferPointer { target in
      unsafe columns.withUnsafeBufferPointer { columns in
        _ = unsafe target[start..<start + count].update(fromContentsOf: columns[..<count])
      }
    }
    count = 0
    return isDistinct
  }

  /// Appends what was collected to `target`, ascending, and forgets it; the result is as above.
  public mutating func moveAll(onto target: inout [Int32]) -> Bool {
    let isDistinct = sort()
    target += columns[..<count]
    count = 0
    return isDistinct
  }

  /// Forgets what was collected.
  ///
  /// - Returns: `false` when a column was collected twice.
  public mutating func removeAll() -> Bool {
    let isDistinct = sort()
    count = 0
    return isDistinct
  }

  private mutating func sort() -> Bool {
    if spare.count < count { spare = [Int32](repeating: 0, count: columns.count) }
    return unsafe columns.withUnsafeMutableBufferPointer { columns in
      unsafe spare.withUnsafeMutableBufferPointer { spare in
        guard let columns = columns.baseAddress, let spare = spare.baseAddress else { return true }
        return unsafe dk_sort_columns(count, columns, spare, Int32(columnCount)) != 0
      }
    }
  }
}
