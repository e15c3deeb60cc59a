import Communication

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension UnsafeMutableRawBufferPointer {
  /// Asks the system for huge pages, before memory is accessed for the first time: a page fault for every 4 kB of a large array
  /// takes longer than filling it.
  ///
  /// Smaller arrays may share their pages with others, and the advice would outlast them.
  fileprivate func preferHugePages() {
    #if os(Linux)
      let page = 1 << 21
      guard let start = baseAddress, count >= 1 << 25 else { return }
      let skipped = (page - Int(bitPattern: start) % page) % page
      _ = unsafe madvise(start + skipped, (count - skipped) / page * page, MADV_HUGEPAGE)
    #endif
  }
}

extension Processor {
  /// Creates an array of numbers slice by slice, several at a time, and collects a result of each.
  ///
  /// A slice is zero when its body begins. It is cleared by the thread that fills it, so that the first access to the
  /// memory, when the system allocates it, is also divided among the threads.
  ///
  ///   - Parameter cuts: where each slice starts and the last one ends, ascending from 0 to the number of elements.
  /// - Throws: the error of the first slice (in order) whose body threw.
  public func makeSlices<Element: BitwiseCopyable & Numeric & Sendable, Result: Sendable>(
    of _: Element.Type, cuts: [Int],
    _ body: @Sendable (_ slice: Int, _ elements: inout MutableSpan<Element>) throws -> Result
  ) throws -> (elements: [Element], results: [Result]) {
    precondition(cuts.first == 0, "the cuts do not begin with 0")
    precondition(zip(cuts, cuts.dropFirst()).allSatisfy { $0 <= $1 }, "the cuts descend")
    var results: [Result] = []
    let elements = try unsafe [Element](filled: cuts[cuts.count - 1]) { memory in
      // Shared between threads, but slice by slice, and slices do not overlap.
      nonisolated(unsafe) let memory = unsafe memory
      unsafe UnsafeMutableRawBufferPointer(memory).preferHugePages()
      results = try map(count: cuts.count - 1) { slice in
        let own = unsafe UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: memory[cuts[slice]..<cuts[slice + 1]]))
        unsafe own.initializeMemory(as: UInt8.self, repeating: 0)
        // All bits zero represent the number zero.
        var elements = unsafe own.bindMemory(to: Element.self).mutableSpan
        return try body(slice, &elements)
      }
    }
    return (elements, results)
  }
}

extension Array {
  /// The elements in chunks of a given size.
  package func rounds(of count: Int) -> [[Element]] {
    (0..<self.count).blocks(of: count).map { Array(self[$0]) }
  }
}

extension Range<Int> {
  /// The range in blocks of `size`, in order; the last may be shorter.
  ///
  /// - Precondition: `size` is above 0.
  package func blocks(of size: Int) -> [Range<Int>] {
    precondition(size > 0, "blocks of \(size)")
    return stride(from: lowerBound, to: upperBound, by: size).map { $0..<Swift.min($0 + size, upperBound) }
  }
}
