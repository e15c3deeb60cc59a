extension Processor {
  /// Changes consecutive slices of two arrays, several at a time, and collects a result of each.
  ///
  /// No two slices share an element, so each element is seen by exactly one thread.
  ///
  /// - Parameters:
  ///   - cuts: where each slice starts and the last one ends, ascending from 0 to the number of elements.
  ///   - second: an array of the same length, or an empty one, whose slices are then empty.
  /// - Throws: the error of the first slice (in order) whose body threw; the others have been changed all the same.
  public func mapSlices<First: Sendable, Second: Sendable, Result: Sendable>(
    of first: inout [First], _ second: inout [Second], cuts: [Int],
    _ body:
      @Sendable (_ slice: Int, _ first: inout MutableSpan<First>, _ second: inout MutableSpan<Second>) throws
      -> Result
  ) throws -> [Result] {
    precondition(cuts.first == 0 && cuts.last == first.count, "the cuts do not fit \(first.count) elements")
    precondition(zip(cuts, cuts.dropFirst()).allSatisfy { $0 <= $1 }, "the cuts descend")
    precondition(second.isEmpty || second.count == first.count, "\(second.count) elements beside \(first.count)")
    return try unsafe first.withUnsafeMutableBufferPointer { first in
      try unsafe second.withUnsafeMutableBufferPointer { second in
        // Shared between threads, but slice by slice, and slices do not overlap.
        nonisolated(unsafe) let first = unsafe first
        nonisolated(unsafe) let second = unsafe second
        return try map(count: cuts.count - 1) { slice in
          let range = cuts[slice]..<cuts[slice + 1]
          let seconds = unsafe second.isEmpty ? 0..<0 : range
          var firstSlice = unsafe UnsafeMutableBufferPointer(rebasing: first[range]).mutableSpan
          var secondSlice = unsafe UnsafeMutableBufferPointer(rebasing: second[seconds]).mutableSpan
          return try body(slice, &firstSlice, &secondSlice)
        }
      }
    }
  }
}
