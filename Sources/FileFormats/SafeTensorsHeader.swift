/// The header of a safetensors file.
///
/// It has its own parser, because general JSON parsers silently keep one of two equal keys, and because this grammar
/// has no nesting that an attacker could deepen.
struct SafeTensorsHeader {
  struct Entry {
    let name: String
    let dtype: String
    let shape: [Int]
    let start: Int
    let end: Int
  }

  struct Malformed: Error {
    let reason: String
  }

  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  struct Parser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws -> SafeTensorsHeader {
      var header = SafeTensorsHeader()
      // The format requires the brace first, so that a file can be recognised by its ninth byte.
      guard bytes.count > 0, bytes[0] == UInt8(ascii: "{") else {
        throw Malformed(reason: "no { at its start")
      }
      try object { name, parser in
        if name == SafeTensors.metadataKey {
          try parser.object { key, parser in header.metadata[key] = try parser.string() }
        } else {
          header.entries.append(try parser.entry(name: name))
        }
      }
      skipBlanks()
      if position < bytes.count { throw Malformed(reason: "text after its end") }
      return header
    }

    private mutating func entry(name: String) throws -> Entry {
      var dtype: String?
      var shape: [Int]?
      var offsets: [Int]?
      try object { key, parser in
        switch key {
        case "dtype": dtype = try parser.string()
        case "shape": shape = try parser.numbers()
        case "data_offsets": offsets = try parser.numbers()
        default: throw Malformed(reason: "unknown key \"\(key)\" of tensor \"\(name)\"")
        }
      }
      guard let dtype, let shape, let offsets else {
        throw Malformed(reason: "tensor \"\(name)\" lacks dtype, shape or data_offsets")
      }
      guard offsets.count == 2 else {
        throw Malformed(reason: "tensor \"\(name)\" has \(offsets.count) offsets")
      }
      return Entry(name: name, dtype: dtype, shape: shape, start: offsets[0], end: offsets[1])
    }

    /// Reads `{"key": value, …}`, calling `value` at every value.
    private mutating func object(_ value: (String, inout Parser) throws -> Void) throws {
      var seen: Set<String> = []
      try expect("{")
      if take("}") { return }
      repeat {
        let key = try string()
        if !seen.insert(key).inserted { throw Malformed(reason: "key \"\(key)\" twice") }
        try expect(":")
        try value(key, &self)
      } while take(",")
      try expect("}")
    }

    private mutating func numbers() throws -> [Int] {
      var result: [Int] = []
      try expect("[")
      if take("]") { return [] }
      repeat {
        skipBlanks()
        let start = position
        var number = 0
        while position < bytes.count, let digit = digit(bytes[position], radix: 10) {
          let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
          let (sum, carry) = tens.addingReportingOverflow(digit)
          if overflow || carry { throw Malformed(reason: "a number too large at byte \(start)") }
          number = sum
          position += 1
        }
        if position == start { throw Malformed(reason: "no whole number at byte \(start)") }
        if position - start > 1, bytes[start] == UInt8(ascii: "0") {
          throw Malformed(reason: "a number with a leading zero at byte \(start)")
        }
        result.append(number)
      } while take(",")
      try expect("]")
      return result
    }

    private mutating func string() throws -> String {
      try expect("\"")
      var text: [UInt8] = []
      while true {
        let byte = try next()
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else {
            throw Malformed(reason: "text that is not UTF-8 before byte \(position)")
          }
          return string
        case UInt8(ascii: "\\"): try escape(into: &text)
        case 0..<0x20: throw Malformed(reason: "a control character at byte \(position - 1)")
        default: text.append(byte)
        }
      }
    }

    private mutating func escape(into text: inout [UInt8]) throws {
      switch try next() {
      case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
      case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "u"):
        var value = try fourDigits()
        if (0xD800..<0xDC00).contains(value) {
          guard try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
            throw Malformed(reason: "half a surrogate pair before byte \(position)")
          }
          let low = try fourDigits()
          guard (0xDC00..<0xE000).contains(low) else {
            throw Malformed(reason: "half a surrogate pair before byte \(position)")
          }
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
          throw Malformed(reason: "half a surrogate pair before byte \(position)")
        }
        text.append(contentsOf: String(scalar).utf8)
      default: throw Malformed(reason: "an unknown escape at byte \(position - 1)")
      }
    }

    private mutating func fourDigits() throws -> UInt32 {
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard let digit = digit(try next(), radix: 16) else {
          throw Malformed(reason: "a \\u escape without four digits before byte \(position)")
        }
        value = value << 4 | UInt32(digit)
      }
      return value
    }

    private func digit(_ byte: UInt8, radix: Int) -> Int? {
      Character(Unicode.Scalar(byte)).hexDigitValue.flatMap { $0 < radix ? $0 : nil }
    }

    private mutating func skipBlanks() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func next() throws -> UInt8 {
      guard position < bytes.count else { throw Malformed(reason: "it ends too early") }
      position += 1
      return bytes[position - 1]
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
      if !take(character) { throw Malformed(reason: "no \(character) at byte \(position)") }
    }
  }
}
