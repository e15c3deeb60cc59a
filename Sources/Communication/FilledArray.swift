extension Array where Element: BitwiseCopyable {
  /// Creates an array whose memory is filled by `fill`, without writing it before.
  ///
  /// `fill` is called for an empty array, too, with a buffer that has no address.
  ///
  /// - Parameters:
  ///   - count: the number of elements.
  ///   - fill: initialises all of them.
  /// - Throws: the error of `fill`.
  package init(filled count: Int, by fill: (UnsafeMutableBufferPointer<Element>) throws -> Void) rethrows {
    // The length of an empty array would be written into memory that all empty arrays of the process share.
    if count == 0 {
      self.init()
      try unsafe fill(UnsafeMutableBufferPointer(start: nil, count: 0))
    } else {
      try unsafe self.init(unsafeUninitializedCapacity: count) { memory, initialized in
        try unsafe fill(UnsafeMutableBufferPointer(rebasing: memory[..<count]))
        initialized = count
      }
    }
  }
}
