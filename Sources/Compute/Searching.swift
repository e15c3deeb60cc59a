extension RandomAccessCollection where Index == Int {
  /// The first place where a condition holds, if it holds for all elements from there on and for none before; the end
  /// if it holds for none.
  ///
  /// - Complexity: O(log n).
  @inlinable
  public func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Set {
  /// The Jaccard similarity |a ∩ b| ÷ |a ∪ b|; 1 for two empty sets.
  public func jaccard(with other: Set) -> Double {
    let union = union(other).count
    return union == 0 ? 1 : Double(intersection(other).count) / Double(union)
  }
}

/// The largest keys so far, up to a number of them.
///
/// Of equal keys, the earlier ones are kept.
public struct LargestKeys<Key: Comparable> {
  @usableFromInline let capacity: Int
  /// A heap in which no key is larger than the two below it.
  @usableFromInline var heap: [Key] = []

  /// Keeps at most `capacity` keys.
  @inlinable
  public init(_ capacity: Int) {
    self.capacity = capacity
    heap.reserveCapacity(capacity)
  }

  /// The keys, the smallest first and the others in no order.
  @inlinable public var keys: [Key] { heap }
  /// The smallest key that is kept.
  @inlinable public var smallest: Key? { heap.first }
  /// Whether a new key must be larger than ``smallest``.
  @inlinable public var isFull: Bool { heap.count == capacity }

  /// Adds a key.
  ///
  /// - Complexity: O(log capacity) if it is kept.
  @inlinable
  public mutating func offer(_ key: Key) {
    if heap.count < capacity {
      var child = heap.count
      heap.append(key)
      while child > 0 && key < heap[(child - 1) / 2] {
        heap[child] = heap[(child - 1) / 2]
        child = (child - 1) / 2
      }
      heap[child] = key
    } else if capacity > 0 && key > heap[0] {
      var parent = 0
      while true {
        var child = 2 * parent + 1
        if child >= capacity { break }
        if child + 1 < capacity && heap[child + 1] < heap[child] { child += 1 }
        if key <= heap[child] { break }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = key
    }
  }
}

extension LargestKeys: Sendable where Key: Sendable {}
