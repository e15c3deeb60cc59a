/// Operations between one row of a dense matrix and some entries of a sparse batch, given by their places in it.
///
/// Entries are never copied or put into slices: threads that count references to one batch at the same time hold each
/// other up.
extension Matrix {
  /// `Σ value · self[row, column]` over the entries.
  @specialized(where S == Float)
  public func dot(row: Int, with batch: BatchRows<S>, entries: Range<Int>) -> Double {
    precondition(row < rows)
    batch.check(entries, within: columns)
    if entries.isEmpty { return 0 }
    return unsafe withPointer { pointer in
      unsafe batch.withPointers(to: entries) { index, value in
        unsafe S.kernels.sparseDot(entries.count, index, value, pointer + row * columns)
      }
    }
  }

  /// `self[row, column] += scale · value` for every entry.
  @specialized(where S == Float)
  public mutating func scatter(_ batch: BatchRows<S>, entries: Range<Int>, scale: S, toRow row: Int) {
    precondition(row < rows)
    batch.check(entries, within: columns)
    if entries.isEmpty { return }
    let columns = columns
    unsafe withMutablePointer { pointer in
      unsafe batch.withPointers(to: entries) { index, value in
        unsafe S.kernels.scatter(entries.count, scale, index, value, pointer + row * columns)
      }
    }
  }

  /// The loss of the listed cells only: `(f − x)²`, or the logistic loss.
  ///
  /// The row `f` becomes `scale · ∂loss/∂f`, which is exactly zero at every cell that is not listed.
  @specialized(where S == Float)
  public mutating func listedCellsLoss(
    row: Int, of batch: BatchRows<S>, entries: Range<Int>, logistic: Bool, scale: S
  ) -> Double {
    precondition(row < rows)
    batch.check(entries, within: columns)
    let columns = columns
    return unsafe withMutablePointer { pointer in
      let target = unsafe pointer + row * columns
      if entries.isEmpty {
        unsafe target.update(repeating: 0, count: columns)
        return 0
      }
      return unsafe batch.withPointers(to: entries) { index, value in
        unsafe S.kernels.listedCells(entries.count, index, value, columns, logistic ? 1 : 0, scale, target)
      }
    }
  }

  /// One row becomes the product of some entries of a sparse batch with rows of a weight matrix,
  /// `Σ value · weight[row: column − base]`, added in order; `base` is the column of the first row.
  @specialized(where S == Float)
  public mutating func gather(
    _ batch: BatchRows<S>, entries: Range<Int>, base: Int, from weight: Matrix, toRow row: Int
  ) {
    let columns = columns
    precondition(row < rows && weight.columns == columns)
    batch.check(entries, within: weight.rows, from: base)
    unsafe withMutablePointer { target in
      let target = unsafe target + row * columns
      if entries.isEmpty { return unsafe target.update(repeating: 0, count: columns) }
      unsafe weight.withPointer { w in
        unsafe batch.withPointers(to: entries) { index, value in
          unsafe S.kernels.gather(entries.count, index, value, Int32(base), columns, w, target)
        }
      }
    }
  }

  /// The product of sparse rows (m × n) with a matrix (n × k); shape: m × k.
  @specialized(where S == Float)
  public init(_ rows: BatchRows<S>, times weight: Matrix) {
    self.init(rows: rows.rowCount, columns: weight.columns)
    for row in 0..<rows.rowCount {
      gather(rows, entries: rows.range(ofRow: row), base: 0, from: weight, toRow: row)
    }
  }
}
