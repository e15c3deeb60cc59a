/// Numbers in rows and columns, or in more or fewer dimensions, as a file holds them.
public struct Tensor: Sendable, Equatable {
  /// The size of every dimension, the slowest first; empty for a single number.
  public let shape: [Int]
  /// The numbers, the last dimension running fastest.
  ///
  /// As many as the product of ``shape``.
  public let values: [Float]

  /// Creates a tensor.
  ///
  /// - Precondition: sizes are not negative and their product is the number of values.
  public init(shape: [Int], values: [Float]) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
      "shape \(shape) does not fit \(values.count) values")
    self.shape = shape
    self.values = values
  }
}

/// Named tensors and a map of text: the contents of a `.safetensors` file.
///
/// The format (huggingface/safetensors, README): eight bytes with the length of the header, little-endian;
/// the header, a JSON object of `name: {dtype, shape, data_offsets}` and `__metadata__`; the numbers. Only
/// F32 is written and read.
public struct SafeTensors: Sendable, Equatable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by name.
  public var metadata: [String: String]

  /// Creates contents to be written.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The name of the header entry that holds the metadata; no tensor may have it.
  static let metadataKey = "__metadata__"
  /// The longest header that the format allows, in bytes.
  static let longestHeader = 100_000_000

  /// Writes a file, whole or not at all.
  ///
  /// The same contents give the same bytes.
  ///
  /// - Throws: ``OutputError`` when the file cannot be written, or when a tensor is named `__metadata__`.
  public func write(to path: String) throws {
    if tensors[Self.metadataKey] != nil {
      throw OutputError(path: path, reason: "a tensor cannot be named \(Self.metadataKey)")
    }
    // String's < depends on Unicode normalisation; the bytes do not.
    let names = tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let header = header(names: names)
    try AtomicFile.write(to: path) { output in
      try output.write((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
      try output.write(header)
      for name in names {
        guard let values = tensors[name]?.values else { continue }
        try output.write(littleEndian: values)
      }
    }
  }

  private func header(names: [String]) -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { Self.quoted($0.key) + ":" + Self.quoted($0.value) }
      entries.append("\"\(Self.metadataKey)\":{" + pairs.joined(separator: ",") + "}")
    }
    var start = 0
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = start + 4 * tensor.values.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        Self.quoted(name) + ":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    var bytes = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    // The numbers start at a multiple of eight, so that a mapped file can be used in place.
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
