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

  /// The loss of the listed cells alone: `(f − x)²`, or the logistic loss.
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

  /// Adds the product of sparse rows with a shard of weights: to every row, `Σ values[k] · weight[row: indices[k] − base]`
  /// over its entries in `columns`, whose first is the base.
  @specialized(where S == Float)
  public mutating func gather(_ batch: BatchRows<S>, columns shard: Range<Int>, from weight: Matrix) {
    precondition(
      batch.rowCount <= rows && weight.columns == columns && weight.rows == shard.count,
      "\(batch.rowCount) rows times \(weight) into \(self)")
    let (columns, indices) = (columns, batch.indices)
    let segments = (0..<batch.rowCount).map { batch.segment(ofRow: $0, columns: shard) }.enumerated().filter {
      !$0.element.isEmpty
    }
    unsafe withMutablePointer { target in
      unsafe weight.withPointer { w in
        unsafe indices.withUnsafeBufferPointer { index in
          unsafe batch.values.withUnsafeBufferPointer { value in
            guard let index = index.baseAddress, let value = value.baseAddress else { return }
            for (place, (row, segment)) in segments.enumerated() {
              let start = segment.lowerBound
              let after = place + 1 < segments.count ? indices[segments[place + 1].element.lowerBound] : -1
              unsafe S.kernels.gather(
                segment.count, index + start, value + start, Int32(shard.lowerBound), columns, w, after,
                target + row * columns)
            }
          }
        }
      }
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
