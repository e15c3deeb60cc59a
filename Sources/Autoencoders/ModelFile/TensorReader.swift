public import Compute
public import FileFormats

/// Takes tensors out of a file one by one, so that none is missing and none is left over.
public struct TensorReader {
  private var left: [String: Tensor]

  /// Starts with all tensors of a file.
  public init(_ tensors: [String: Tensor]) { left = tensors }

  /// The values of a tensor of a known shape.
  ///
  /// - Throws: ``TensorMismatch`` when it is missing or has a different shape.
  public mutating func take(_ name: String, _ shape: [Int]) throws -> [Float] {
    let tensor = left.removeValue(forKey: name)
    guard let tensor, tensor.shape == shape else {
      throw TensorMismatch(name: name, expected: shape, found: tensor?.shape)
    }
    return tensor.values
  }

  /// A matrix with a known number of columns and as many rows as the file has.
  ///
  /// - Throws: ``TensorMismatch`` when it is missing or has a different number of columns.
  public mutating func takeMatrix(_ name: String, columns: Int) throws -> Matrix<Float> {
    let rows = left[name]?.shape.first ?? 0
    return Matrix(rows: rows, columns: columns, elements: try take(name, [rows, columns]))
  }

  /// Sparse rows of ones, in the form of `SparseRows/tensors(named:)`.
  ///
  /// - Throws: ``TensorMismatch`` when a tensor is missing, or they are not rows with this number of columns.
  public mutating func takeRows(_ name: String, columns: Int) throws -> SparseRows {
    func list(_ part: String) throws -> (name: String, numbers: [Int]) {
      let name = "\(name).\(part)"
      let values = try take(name, [left[name]?.values.count ?? 0])
      let numbers = values.compactMap { Int(exactly: $0) }
      if numbers.count < values.count { throw fault(name, "has numbers that are not whole") }
      return (name, numbers)
    }
    func fault(_ name: String, _ words: String) -> TensorMismatch {
      TensorMismatch(name: name, expected: nil, found: nil, fault: words)
    }
    let (counts, entries) = (try list("counts"), try list("columns"))
    var offsets = [0]
    for count in counts.numbers {
      guard count >= 0, count <= columns else { throw fault(counts.name, "has numbers that are no lengths of rows") }
      offsets.append(offsets[offsets.count - 1] + count)
    }
    guard offsets.last == entries.numbers.count else {
      throw fault(entries.name, "has \(entries.numbers.count) entries, and the rows have \(offsets.last ?? 0)")
    }
    for row in counts.numbers.indices {
      var last = -1
      for column in entries.numbers[offsets[row]..<offsets[row + 1]] {
        guard column > last, column < columns else {
          throw fault(entries.name, "has a row whose columns do not ascend below \(columns)")
        }
        last = column
      }
    }
    return SparseRows(columnCount: columns, offsets: offsets, indices: entries.numbers.map(Int32.init))
  }

  /// All tensors whose names begin with `prefix`, under the rest of their names.
  public mutating func takeAll(under prefix: String) -> [String: Tensor] {
    left.keys.filter { $0.hasPrefix(prefix) }.reduce(into: [:]) { tensors, name in
      tensors[String(name.dropFirst(prefix.count))] = left.removeValue(forKey: name)
    }
  }

  /// Ends the reading.
  ///
  /// - Throws: ``TensorMismatch`` when a tensor is left over.
  public func finish() throws {
    guard let name = left.keys.min() else { return }
    throw TensorMismatch(name: name, expected: nil, found: left[name]?.shape)
  }
}

extension SparseRows {
  /// The maximum number of columns of rows in a file, whose numbers are in single precision.
  public static var mostColumnsInFiles: Int { 1 << 24 }

  /// `NAME.counts`, the number of entries of each row, and `NAME.columns`, their columns, row by row; values are left
  /// out.
  ///
  /// - Precondition: there are at most ``mostColumnsInFiles`` columns.
  public func tensors(named name: String) -> [String: Tensor] {
    precondition(columnCount <= Self.mostColumnsInFiles, "\(self) in single precision")
    return [
      "\(name).counts": Tensor(shape: [rowCount], values: (0..<rowCount).map { Float(count(ofRow: $0)) }),
      "\(name).columns": Tensor(shape: [nonZeroCount], values: indices.map { Float($0) }),
    ]
  }
}
