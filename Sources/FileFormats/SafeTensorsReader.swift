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
    self = try source.withBytes { bytes in try Self.parse(bytes, path: source.name, finite: finite) }
  }

  /// Where the numbers of each tensor are in a file, in bytes from its beginning, for other readers of the file; empty
  /// for a compressed file.
  ///
  /// - Throws: as ``init(contentsOf:finite:)`` does, but the numbers are not checked.
  public static func places(in path: String) throws -> [String: Range<Int>] {
    let source = try ByteSource(path: path)
    guard source.isAsStored else { return [:] }
    return try source.withBytes { bytes in
      let (header, start) = try checkedHeader(bytes, path: path)
      return header.entries.reduce(into: [:]) { $0[$1.name] = start + $1.start..<start + $1.end }
    }
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
    if length > UInt64(longestHeader) || bytes.count > 8 && bytes[8] != UInt8(ascii: "{"),
      let format = ForeignFormat(of: bytes)
    {
      throw format == .gitLFSPointer ? format.error(path: path) : damaged("is \(format.name)")
    }
    guard length <= UInt64(longestHeader) else {
      throw damaged("declares a header of \(length) bytes, more than \(longestHeader)")
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

  private static func parse(_ bytes: Span<UInt8>, path: String, finite: Bool) throws -> SafeTensors {
    let (header, bufferStart) = try checkedHeader(bytes, path: path)
    var tensors: [String: Tensor] = [:]
    for entry in header.entries {
      var values: [Float] = []
      values.reserveCapacity((entry.end - entry.start) / 4)
      let data = bytes.extracting(bufferStart + entry.start..<bufferStart + entry.end)
      for position in stride(from: 0, to: data.count, by: 4) {
        let bits =
          UInt32(data[position]) | UInt32(data[position + 1]) << 8
          | UInt32(data[position + 2]) << 16 | UInt32(data[position + 3]) << 24
        let value = Float(bitPattern: bits)
        if finite && !value.isFinite {
          throw damaged(path, "has a weight in \"\(entry.name)\" that is not finite (number \(position / 4 + 1))")
        }
        values.append(value)
      }
      tensors[entry.name] = Tensor(shape: entry.shape, values: values)
    }
    return SafeTensors(tensors: tensors, metadata: header.metadata)
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
