extension Array where Element: BitwiseCopyable {
  /// Appends copies of some elements.
  ///
  /// Appending none changes nothing; `append(addingCapacity:initializingWith:)` would still write the length of an empty array, which
  /// all empty arrays of the process share.
  @inline(__always)
  mutating func append(copying elements: Span<Element>) {
    if elements.isEmpty { return }
    append(addingCapacity: elements.count) { span in
      for index in elements.indices { span.append(elements[index]) }
    }
  }
}
