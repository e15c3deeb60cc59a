import Foundation
import Testing

/// Protocol buffers read back without a schema: the fields of a message by number, in order.
struct MessageReader {
  /// A field's value as it is in the file.
  enum Value {
    case whole(UInt64)
    case bytes([UInt8])
  }

  let fields: [(number: Int, value: Value)]

  init(_ bytes: some Collection<UInt8>) throws {
    var (rest, fields) = (Array(bytes)[...], [(number: Int, value: Value)]())
    func varint() throws -> UInt64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while true {
        let next = rest.popFirst()
        let byte = try #require(next, "a message that ends too early")
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
    }
    func take(_ count: Int) throws -> [UInt8] {
      try #require(count <= rest.count, "a message that ends too early")
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    while !rest.isEmpty {
      let key = try varint()
      let value: Value =
        switch key & 7 {
        case 0: .whole(try varint())
        case 1: .whole(number(try take(8)))
        case 2: .bytes(try take(Int(try varint())))
        case 5: .whole(number(try take(4)))
        default: try #require(nil, "wire type \(key & 7)")
        }
      fields.append((Int(key >> 3), value))
    }
    self.fields = fields
  }

  /// The messages of a field.
  func messages(_ number: Int) throws -> [MessageReader] { try bytes(number).map { try MessageReader($0) } }

  /// The texts of a field.
  func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }

  /// The whole numbers of a field.
  func wholes(_ number: Int) -> [Int] {
    fields.compactMap { field in
      if field.number == number, case .whole(let value) = field.value { Int(bitPattern: UInt(value)) } else { nil }
    }
  }

  /// The numbers in single precision of a field.
  func floats(_ number: Int) -> [Float] { wholes(number).map { Float(bitPattern: UInt32($0)) } }

  /// The byte strings of a field.
  func bytes(_ number: Int) -> [[UInt8]] {
    fields.compactMap { field in
      if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
    }
  }
}
