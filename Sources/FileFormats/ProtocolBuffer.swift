/// A builder for protocol buffer messages, the format of ONNX models and TensorBoard events.
///
/// Fields are written in the order in which they are added. Large arrays of numbers are kept by reference until the
/// message is written, so that they are never copied. The encoding is that of the "Encoding" page of the protocol
/// buffers documentation: every field begins with `number << 3 | wire type`, and lengths and whole numbers are varints.
public struct ProtocolBuffer: Sendable {
  private enum Piece: Sendable {
    case bytes([UInt8])
    case numbers([Float])
  }

  /// The payload after a field's number.
  private enum WireType: Int {
    case varint = 0
    case eightBytes = 1
    case lengthDelimited = 2
    case fourBytes = 5
  }

  private var pieces: [Piece] = []
  /// The size of the message, in bytes.
  public private(set) var count = 0

  /// The largest message that readers accept, in bytes.
  public static let mostBytes = Int(Int32.max)

  /// Begins an empty message.
  public init() {}

  /// Adds a whole number: `int32`, `int64` or an enumeration.
  public mutating func add(_ field: Int, _ value: Int) {
    append(key(field, .varint) + Self.varint(value))
  }

  /// Adds text, or bytes that are not a message.
  public mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

  /// Adds bytes.
  public mutating func add(_ field: Int, bytes: [UInt8]) {
    append(key(field, .lengthDelimited) + Self.varint(bytes.count) + bytes)
  }

  /// Adds a number in single precision.
  public mutating func add(_ field: Int, _ value: Float) {
    append(key(field, .fourBytes) + value.bitPattern.littleEndianBytes)
  }

  /// Adds a number in double precision.
  public mutating func add(_ field: Int, _ value: Double) {
    append(key(field, .eightBytes) + value.bitPattern.littleEndianBytes)
  }

  /// Adds numbers as the bytes of a little-endian machine.
  public mutating func add(_ field: Int, bytesOf numbers: [Float]) {
    append(key(field, .lengthDelimited) + Self.varint(4 * numbers.count))
    pieces.append(.numbers(numbers))
    count += 4 * numbers.count
  }

  /// Adds a message.
  public mutating func add(_ field: Int, _ message: ProtocolBuffer) {
    append(key(field, .lengthDelimited) + Self.varint(message.count))
    for piece in message.pieces {
      if case .bytes(let bytes) = piece { append(bytes, adding: false) } else { pieces.append(piece) }
    }
    count += message.count
  }

  /// Adds messages, each as a field of its own.
  public mutating func add(_ field: Int, each messages: [ProtocolBuffer]) {
    for message in messages { add(field, message) }
  }

  /// Appends the message to a file.
  ///
  /// - Throws: ``OutputError`` when the disk is full or gone.
  public func write(to output: inout OutputFile) throws(OutputError) {
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try output.write(bytes)
      case .numbers(let numbers): try output.write(littleEndian: numbers)
      }
    }
  }

  /// The message as bytes, for one without large arrays of numbers.
  public var bytes: [UInt8] {
    pieces.flatMap { piece in
      switch piece {
      case .bytes(let bytes): bytes
      case .numbers(let numbers): numbers.flatMap { $0.bitPattern.littleEndianBytes }
      }
    }
  }

  private func key(_ field: Int, _ type: WireType) -> [UInt8] {
    precondition(field > 0, "field \(field)")
    return Self.varint(field << 3 | type.rawValue)
  }

  private mutating func append(_ bytes: [UInt8], adding: Bool = true) {
    if adding { count += bytes.count }
    if let last = pieces.indices.last, case .bytes(var earlier) = pieces[last] {
      // Moved out first, so that the bytes are appended in place.
      pieces[last] = .bytes([])
      earlier += bytes
      pieces[last] = .bytes(earlier)
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  /// Seven bits a byte, the lowest first; a negative number has ten bytes.
  private static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (UInt64(bitPattern: Int64(value)), [UInt8]())
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
