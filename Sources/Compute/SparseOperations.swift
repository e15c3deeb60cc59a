/// Operations between one row of a dense matrix and some entries of a sparse row.
///
/// `base` is the column at which the dense matrix starts: a shard of the items holds columns `base..<base + n`.
extension Matrix {
  /// `Σ values[k] · self[row, indices[k] − base]`.
  @specialized(where S == Float)
  public func dot(
    row: Int, indices: ArraySlice<Int32>, values: ArraySlice<S>, base: Int
  ) -> Double {
    check(row: row, indices: indices, values: values, base: base)
    return unsafe withPointer { pointer in
      unsafe Self.withEntries(indices, values) { index, value in
        unsafe S.kernels.sparseDot(indices.count, index, value, Int32(base), pointer + row * columns)
      }
    } ?? 0
  }

  /// `self[row, indices[k] − base] += scale · values[k]`.
  @specialized(where S == Float)
  public mutating func scatter(
    row: Int, indices: ArraySlice<Int32>, values: ArraySlice<S>, base: Int, scale: S
  ) {
    check(row: row, indices: indices, values: values, base: base)
    let columns = columns
    unsafe withMutablePointer { pointer in
      unsafe Self.withEntries(indices, values) { index, value in
        unsafe S.kernels.scatter(
          indices.count, scale, index, value, Int32(base), pointer + row * columns)
      }
    }
  }

  /// The loss of the listed cells only: `(f − x)²`, or the logistic loss.
  ///
  /// The row `f` becomes `scale · ∂loss/∂f`, which is exactly zero at every cell that is not listed.
  @specialized(where S == Float)
  public mutating func listedCellsLoss(
    row: Int, indices: ArraySlice<Int32>, values: ArraySlice<S>, base: Int, logistic: Bool, scale: S
  ) -> Double {
    check(row: row, indices: indices, values: values, base: base)
    let columns = columns
    return unsafe withMutablePointer { pointer in
      let target = unsafe pointer + row * columns
      let loss = unsafe Self.withEntries(indices, values) { index, value in
        unsafe S.kernels.listedCells(
          indices.count, index, value, Int32(base), columns, logistic ? 1 : 0, scale, target)
      }
      if loss == nil { unsafe target.update(repeating: 0, count: columns) }
      return loss ?? 0
    }
  }

  /// One row becomes the product of some entries of a sparse batch with rows of a weight matrix,
  /// `Σ value · weight[row: column − base]`, added in order.
  ///
  /// - Parameters:
  ///   - entries: their places in `batch`.
  ///   - next: the matrix and row that will be read next, for prefetching.
  @specialized(where S == Float)
  public mutating func gather(
    _ batch: BatchRows<S>, entries: Range<Int>, base: Int, from weight: Matrix, next: (matrix: Matrix, row: Int)?,
    toRow row: Int
  ) {
    let columns = columns
    precondition(row < rows && weight.columns == columns && entries.upperBound <= batch.indices.count)
    precondition(next.map { $0.row < $0.matrix.rows && $0.matrix.columns == columns } ?? true)
    let (indices, values) = (batch.indices[entries], batch.values[entries])
    if let first = indices.first, let last = indices.last {
      precondition(
        Int(first) >= base && Int(last) - base < weight.rows, "columns \(first)…\(last) are not in \(weight)")
    }
    unsafe withMutablePointer { target in
      let target = unsafe target + row * columns
      unsafe weight.withPointer { w in
        unsafe (next?.matrix ?? weight).withPointer { following in
          let after = unsafe next.map { unsafe following + $0.row * columns }
          let found: Void? = unsafe Self.withEntries(indices, values) { index, value in
            unsafe S.kernels.gather(indices.count, index, value, Int32(base), columns, w, after, target)
          }
          if found == nil { unsafe target.update(repeating: 0, count: columns) }
        }
      }
    }
  }

  /// The product of sparse rows (m × n) with a matrix (n × k); shape: m × k.
  @specialized(where S == Float)
  public init(_ rows: BatchRows<S>, times weight: Matrix) {
    self.init(rows: rows.rowCount, columns: weight.columns)
    for row in 0..<rows.rowCount {
      gather(rows, entries: rows.offsets[row]..<rows.offsets[row + 1], base: 0, from: weight, next: nil, toRow: row)
    }
  }

  private func check(
    row: Int, indices: ArraySlice<Int32>, values: ArraySlice<S>, base: Int
  ) {
    precondition(row < rows && indices.count == values.count)
    guard let first = indices.first, let last = indices.last else { return }
    precondition(
      Int(first) >= base && Int(last) - base < columns, "columns \(first)…\(last) are outside this shard")
  }

  private static func withEntries<R>(
    _ indices: ArraySlice<Int32>, _ values: ArraySlice<S>,
    _ body: (UnsafePointer<Int32>, UnsafePointer<S>) -> R
  ) -> R? {
    unsafe indices.withUnsafeBufferPointer { index in
      unsafe values.withUnsafeBufferPointer { value in
        guard let index = index.baseAddress, let value = value.baseAddress, !indices.isEmpty else { return nil }
        return unsafe body(index, value)
      }
    }
  }
}
