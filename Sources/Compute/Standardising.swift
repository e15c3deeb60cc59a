/// Standardisation of rows with different scales, so that they can be added.
extension Matrix {
  /// Subtracts from every row a mean and divides it by a standard deviation (with n): those of its largest numbers.
  ///
  /// With a few large numbers among many small ones, the deviation over all numbers measures the distance of the large
  /// ones from the others, not the differences among the large ones. If the largest are equal within single precision,
  /// all numbers of the row are used, and if these are equal as well, the row becomes zeros.
  ///
  /// - Parameters:
  ///   - count: the number of largest values.
  ///   - excluded: columns that are excluded from them, by row; shape: rows × columns.
  @specialized(where S == Float)
  public mutating func standardiseRows(byLargest count: Int, excluding excluded: SparseRows) {
    precondition(count > 0 && excluded.rowCount == rows && excluded.columnCount == columns)
    let (rows, columns) = (rows, columns)
    if columns == 0 { return }
    var largest = LargestNumbers(atMost: count)
    unsafe withMutablePointer { pointer in
      for row in 0..<rows {
        let x = unsafe UnsafeMutableBufferPointer(start: pointer + row * columns, count: columns)
        largest.removeAll()
        var start = 0
        for index in excluded.indices(ofRow: row) {
          for column in start..<Int(index) { largest.add(Double(unsafe x[column])) }
          start = Int(index) + 1
        }
        for column in start..<columns { largest.add(Double(unsafe x[column])) }
        var (mean, deviation) = largest.moments
        if deviation <= 1e-6 * abs(mean) { unsafe (mean, deviation) = Moments.of(x.lazy.map { Double($0) }) }
        let factor = deviation <= 1e-6 * abs(mean) ? 0 : 1 / deviation
        for column in 0..<columns { unsafe x[column] = S((Double(x[column]) - mean) * factor) }
      }
    }
  }
}

private enum Moments {
  /// Mean and standard deviation.
  @inline(__always)
  static func of(_ numbers: some Collection<Double>) -> (mean: Double, deviation: Double) {
    if numbers.isEmpty { return (0, 0) }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    return (mean, variance.squareRoot())
  }
}

/// The largest numbers so far: a heap with the smallest of them on top.
private struct LargestNumbers {
  private let most: Int
  private var heap: [Double] = []

  init(atMost most: Int) {
    self.most = most
    heap.reserveCapacity(most)
  }

  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  @inline(__always)
  mutating func add(_ number: Double) {
    if heap.count == most {
      if number > heap[0] { replaceSmallest(by: number) }
    } else if !number.isNaN {
      heap.append(number)
      if heap.count == most { heap.sort() }
    }
  }

  private mutating func replaceSmallest(by number: Double) {
    var place = 0
    while 2 * place + 1 < most {
      let left = 2 * place + 1
      let child = left + 1 < most && heap[left + 1] < heap[left] ? left + 1 : left
      if number <= heap[child] { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = number
  }

  /// In descending order, so that results do not depend on the order of the columns.
  var moments: (mean: Double, deviation: Double) { Moments.of(heap.sorted(by: >)) }
}
