/// Rows of a batch, divided into runs of columns of equal width: what the passes over logits and over input weights read.
///
/// The entries of a run lie side by side. A pass over a run would otherwise look for its few entries of every row all
/// over the batch, and wait for the memory each time.
public struct DividedRows<S: Scalar>: Sendable {
  /// The number of rows.
  public private(set) var rowCount = 0
  /// The width of a run.
  private var width = 1
  /// Where the entries of each row begin, run after run; shape: runs × rows + 1.
  private var cuts: [Int32] = [0]
  /// The columns, counted from the first of the run.
  private var indices: [Int32] = []
  private var values: [S] = []

  /// Creates an empty division; ``divide(_:width:columns:)`` fills it.
  public init() {}

  /// Divides some rows.
  ///
  /// - Parameters:
  ///   - rows: the columns of each ascend.
  ///   - width: the width of a run; the last may be narrower.
  ///   - columns: the number of columns, above all that occur.
  @specialized(where S == Float)
  public mutating func divide(_ rows: BatchRows<S>, width: Int, columns: Int) {
    (rowCount, self.width) = (rows.rowCount, width)
    let runs = (columns + width - 1) / width
    let (places, entries) = (runs * rowCount + 1, rows.indices.count)
    precondition(entries <= Int(Int32.max), "\(entries) entries in one block")
    for row in 0..<rowCount { rows.check(rows.range(ofRow: row), within: columns) }
    if cuts.count != places { cuts = [Int32](repeating: 0, count: places) }
    if indices.count < entries {
      indices = [Int32](repeating: 0, count: entries)
      values = [S](repeating: 0, count: entries)
    }
    unsafe rows.withAllPointers { source, numbers in
      unsafe S.kernels.divide(rowCount, rows.offsets, source, numbers, Int32(width), runs, &cuts, &indices, &values)
    }
  }

  /// The entries of each row in the run with a given first column, in order.
  fileprivate func run(
    from column: Int
  ) -> (cuts: ArraySlice<Int32>, indices: ArraySlice<Int32>, values: ArraySlice<S>) {
    precondition(column % width == 0, "no run of \(width) columns begins at \(column)")
    let start = column / width * rowCount
    let own = cuts[start...start + rowCount]
    let entries = Int(own[start])..<Int(own[start + rowCount])
    return (own, indices[entries], values[entries])
  }
}

extension BatchRows {
  /// Becomes the entries of some rows, one part below the other, in one run; its columns are counted from the first.
  ///
  /// - Parameter column: the first column of the run.
  @specialized(where S == Float)
  public mutating func set(toRunFrom column: Int, of parts: [DividedRows<S>]) {
    removeAll()
    for part in parts where part.rowCount > 0 {
      let (cuts, indices, values) = part.run(from: column)
      append(cuts: cuts, indices: indices, values: values)
    }
  }
}
