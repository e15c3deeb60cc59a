/// An array of numbers of any dimension, as stored in a file.
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
    try Self.write(to: path, shapes: tensors.mapValues(\.shape), metadata: metadata) { name, append in
      if let tensor = tensors[name] { try append(tensor.values) }
    }
  }

  /// Writes a file tensor by tensor, so that the tensors need not be in memory together.
  ///
  /// - Parameters:
  ///   - shapes: of all tensors, by name.
  ///   - values: calls `append` with the numbers of a tensor, at once or in parts; it is called for every name, in the order of
  ///     the file (``ordered(_:)``).
  ///   - seal: metadata that are known only when all numbers are written; `metadata` has placeholders of the same
  ///     length for them.
  /// - Throws: ``OutputError`` when the file cannot be written, or when a tensor is named `__metadata__`; what `values` throws.
  public static func write(
    to path: String, shapes: [String: [Int]], metadata: [String: String],
    values: (_ name: String, _ append: ([Float]) throws -> Void) throws -> Void,
    sealing seal: () -> [String: String] = { [:] }
  ) throws {
    if shapes[metadataKey] != nil {
      throw OutputError(path: path, reason: "a tensor cannot be named \(metadataKey)")
    }
    let names = ordered(shapes.keys)
    let header = header(names: names, shapes, metadata)
    try AtomicFile.write(to: path) { output in
      try output.write(UInt64(header.count).littleEndianBytes)
      try output.write(header)
      for name in names {
        var missing = (shapes[name] ?? []).reduce(1, *)
        try values(name) { values in
          missing -= values.count
          try output.write(littleEndian: values)
        }
        precondition(missing == 0, "\(missing) numbers of \(name) have not come")
      }
      let sealed = seal()
      if sealed.isEmpty { return }
      let final = Self.header(names: names, shapes, metadata.merging(sealed) { $1 })
      precondition(final.count == header.count, "a seal of another length")
      try output.overwrite(final, at: 8)
    }
  }

  /// Names in the order in which a file has them.
  public static func ordered(_ names: some Sequence<String>) -> [String] {
    // String's < depends on Unicode normalisation; the bytes do not.
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func header(
    names: [String], _ shapes: [String: [Int]], _ metadata: [String: String]
  ) -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { quoted($0.key) + ":" + quoted($0.value) }
      entries.append("\"\(metadataKey)\":{" + pairs.joined(separator: ",") + "}")
    }
    var start = 0
    for name in names {
      let sizes = shapes[name] ?? []
      let end = start + 4 * sizes.reduce(1, *)
      let shape = sizes.map(String.init).joined(separator: ",")
      entries.append(
        quoted(name) + ":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
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
