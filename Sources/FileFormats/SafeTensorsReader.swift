/// A safetensors file whose tensors are read one by one, so that no second copy of all numbers is ever in memory.
public struct SafeTensorsFile: Sendable {
  /// The metadata of the header.
  public let metadata: [String: String]
  private let source: ByteSource
  private let entries: [SafeTensorsHeader.Entry]
  /// The place of each tensor in ``entries``: a checkpoint has thousands.
  private let order: [String: Int]
  private let bufferStart: Int

  /// Opens a file and checks its header.
  ///
  /// - Throws: ``InputError`` when it is missing or unreadable; ``DataError`` when it is not a safetensors file, has
  ///   anything but F32, or does not cover its buffer exactly.
  public init(contentsOf path: String) throws { try self.init(ByteSource(path: path)) }

  /// Opens bytes and checks their header.
  ///
  /// - Throws: ``DataError`` as `init(contentsOf:)` does.
  public init(_ source: ByteSource) throws {
    let (header, start) = try source.withBytes { bytes in try Self.checkedHeader(bytes, path: source.name) }
    (metadata, entries, bufferStart) = (header.metadata, header.entries, start)
    order = header.entries.enumerated().reduce(into: [:]) { $0[$1.element.name] = $1.offset }
    self.source = source
  }

  /// The shape of every tensor.
  public var shapes: [String: [Int]] { entries.reduce(into: [:]) { $0[$1.name] = $1.shape } }

  /// Where the numbers of each tensor are in the file, in bytes from its beginning, for other readers of the file;
  /// empty for a compressed file.
  public var places: [String: Range<Int>] {
    source.isAsStored ? entries.reduce(into: [:]) { $0[$1.name] = range(of: $1) } : [:]
  }

  /// Reads a tensor; `nil` if there is none of this name.
  ///
  /// - Parameter finite: whether every number must be finite, as weights are; moments of a training need not be.
  /// - Throws: ``DataError`` for a weight that is not finite.
  public func tensor(_ name: String, finite: Bool = true) throws -> Tensor? {
    try order[name].map { try tensor(entries[$0], finite: finite) }
  }

  fileprivate func all(finite: Bool) throws -> [String: Tensor] {
    try entries.reduce(into: [:]) { $0[$1.name] = try tensor($1, finite: finite) }
  }

  private func tensor(_ entry: SafeTensorsHeader.Entry, finite: Bool) throws -> Tensor {
    let range = range(of: entry)
    // The pages of a mapped file would otherwise stay in memory beside the numbers.
    defer { source.release(range) }
    let values = try source.withBytes { bytes in
      var values: [Float] = []
      values.reserveCapacity(range.count / 4)
      let data = bytes.extracting(range)
      for position in stride(from: 0, to: data.count, by: 4) {
        let bits =
          UInt32(data[position]) | UInt32(data[position + 1]) << 8
          | UInt32(data[position + 2]) << 16 | UInt32(data[position + 3]) << 24
        let value = Float(bitPattern: bits)
        if finite && !value.isFinite {
          throw Self.damaged(
            source.name, "has a weight in \"\(entry.name)\" that is not finite (number \(position / 4 + 1))")
        }
        values.append(value)
      }
      return values
    }
    return Tensor(shape: entry.shape, values: values)
  }

  private func range(of entry: SafeTensorsHeader.Entry) -> Range<Int> {
    bufferStart + entry.start..<bufferStart + entry.end
  }

  private static func damaged(_ path: String, _ message: String) -> DataError {
    DataError(path: path, message: message, accepted: "a complete safetensors file of F32 tensors")
  }

  /// The header, and where the numbers begin.
  private static func checkedHeader(
    _ bytes: Span<UInt8>, path: String
  ) throws -> (header: SafeTensorsHeader, bufferStart: Int) {
    func damaged(_ message: String) -> DataError { Self.damaged(path, message) }
    guard bytes.count >= 8 else {
      throw damaged("is too short for a safetensors file (\(bytes.count) bytes)")
    }
    var length: UInt64 = 0
    for index in 0..<8 { length |= UInt64(bytes[index]) << (8 * UInt64(index)) }
    if length > UInt64(SafeTensors.longestHeader) || bytes.count > 8 && bytes[8] != UInt8(ascii: "{"),
      let format = ForeignFormat(of: bytes)
    {
      throw format == .gitLFSPointer ? format.error(path: path) : damaged("is \(format.name)")
    }
    guard length <= UInt64(SafeTensors.longestHeader) else {
      throw damaged("declares a header of \(length) bytes, more than \(SafeTensors.longestHeader)")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw damaged("is cut off: its header has \(length) bytes and \(bytes.count - 8) are left")
    }
    let bufferStart = 8 + Int(length)
    let header: SafeTensorsHeader
    do {
      var parser = SafeTensorsHeader.Parser((8..<bufferStart).map { bytes[$0] })
      header = try parser.parse()
    } catch let error as SafeTensorsHeader.Malformed {
      throw damaged("has a malformed header: \(error.reason)")
    }
    let bufferSize = bytes.count - bufferStart
    var end = 0
    for entry in header.entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      try entry.check(bufferSize: bufferSize, damaged)
      if entry.start < end { throw damaged("has tensor \"\(entry.name)\" overlapping the one before it") }
      if entry.start > end {
        throw damaged("has a hole of \(entry.start - end) bytes before \"\(entry.name)\"")
      }
      end = entry.end
    }
    if end != bufferSize { throw damaged("has \(bufferSize - end) bytes after its last tensor") }
    return (header, bufferStart)
  }
}

extension SafeTensors {
  /// Reads a file, trusting no number in it.
  ///
  /// - Parameter finite: whether every number must be finite, as weights are; moments of a training need not be.
  /// - Throws: ``InputError`` when it is missing or unreadable; ``DataError`` when it is not a safetensors
  ///   file, has anything but F32, does not cover its buffer exactly, or holds a weight that is not finite.
  public init(contentsOf path: String, finite: Bool = true) throws {
    try self.init(ByteSource(path: path), finite: finite)
  }

  /// Reads bytes, trusting no number in them.
  ///
  /// - Throws: ``DataError`` as `init(contentsOf:)` does.
  public init(_ source: ByteSource, finite: Bool = true) throws {
    let file = try SafeTensorsFile(source)
    self.init(tensors: try file.all(finite: finite), metadata: file.metadata)
  }
}

extension SafeTensorsHeader.Entry {
  /// Checks that the numbers agree with each other and with the size of the buffer.
  fileprivate func check(bufferSize: Int, _ damaged: (String) -> DataError) throws {
    guard dtype == "F32" else {
      throw damaged("has tensor \"\(name)\" of type \(dtype); only F32 is read")
    }
    var count = 1
    var overflow = false
    // A zero anywhere makes the product zero, however large the rest.
    for size in shape.contains(0) ? [0] : shape + [4] {
      (count, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { throw damaged("has tensor \"\(name)\" of impossible shape \(shape)") }
    }
    guard start <= end, end <= bufferSize else {
      throw damaged("has tensor \"\(name)\" at \(start)..<\(end) of a buffer of \(bufferSize) bytes")
    }
    guard end - start == count else {
      throw damaged("has tensor \"\(name)\" of shape \(shape) in \(end - start) bytes instead of \(count)")
    }
  }
}
