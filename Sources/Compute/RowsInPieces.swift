extension Processor {
  /// Changes every element, several at a time, and copies some rows of a matrix from each.
  ///
  /// The thread that has computed the rows copies them, while they are in its cache.
  ///
  /// - Parameters:
  ///   - scratch: working memory, at least as many as ``workers(for:)``.
  ///   - matrix: its shape is that of the result; a range of its rows belongs to each element.
  ///   - rows: these ranges, in order and without overlap.
  ///   - pass: its name in the ``meter``.
  ///   - body: returns the rows of an element, of the matrix's width; they are not used if the element has none.
  /// - Throws: the error of the first element (in order) whose body threw; the others have run as well.
  public func forEach<Element: Sendable, Scratch: Sendable, S: Scalar>(
    _ elements: inout [Element], scratch: inout [Scratch], filling matrix: inout Matrix<S>, rows: [Range<Int>],
    as pass: Pass? = nil,
    _ body: @Sendable (_ index: Int, _ element: inout Element, _ scratch: inout Scratch) throws -> Matrix<S>
  ) throws {
    let (height, width) = (matrix.rows, matrix.columns)
    precondition(rows.count == elements.count && (rows.last?.upperBound ?? 0) <= height, "rows \(rows) of \(matrix)")
    precondition(zip(rows, rows.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "rows \(rows) overlap")
    try unsafe matrix.withMutablePointer { target in
      // Shared between threads, but each row belongs to one element, and each element to one thread.
      nonisolated(unsafe) let target = unsafe target
      try forEach(&elements, scratch: &scratch, as: pass) { index, element, scratch in
        let result = try body(index, &element, &scratch)
        let own = rows[index]
        if own.isEmpty { return }
        precondition(result.rows == own.count && result.columns == width, "\(result) for rows \(own)")
        unsafe result.withPointer { unsafe (target + own.lowerBound * width).update(from: $0, count: result.count) }
      }
    }
  }
}
