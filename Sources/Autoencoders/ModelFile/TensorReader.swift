public import FileFormats

/// Takes tensors out of a file one by one, so that none is missing and none is left over.
public struct TensorReader {
  private var left: [String: Tensor]

  /// Starts with all tensors of a file.
  public init(_ tensors: [String: Tensor]) { left = tensors }

  /// The values of a tensor of a known shape.
  ///
  /// - Throws: ``TensorMismatch`` when it is missing or of another shape.
  public mutating func take(_ name: String, _ shape: [Int]) throws -> [Float] {
    let tensor = left.removeValue(forKey: name)
    guard let tensor, tensor.shape == shape else {
      throw TensorMismatch(name: name, expected: shape, found: tensor?.shape)
    }
    return tensor.values
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
