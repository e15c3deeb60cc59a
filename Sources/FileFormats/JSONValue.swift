import Foundation

/// A JSON document as a value: hyper-parameters in files, on the command line and in results.
///
/// Numbers that are not finite are written as `null`: JSON has no NaN.
public enum JSONValue: Sendable, Equatable, Codable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if let whole = Int(exactly: value) {
        try container.encode(whole)
      } else if value.isFinite {
        try container.encode(value)
      } else {
        try container.encodeNil()
      }
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// The value that encodes as `value` does; numbers that are not finite become ``null``.
  public init(encoding value: some Encodable) throws {
    let encoder = Self.encoder
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: NonFinite.mark, negativeInfinity: NonFinite.mark, nan: NonFinite.mark)
    self = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(value)).replacingNonFinite
  }

  /// The placeholder for a number that is not finite, because the encoder can write text for it but not null.
  private enum NonFinite {
    /// It contains a noncharacter, so that it equals no text of a user.
    static let mark = "\u{FFFF}not finite\u{FFFF}"
  }

  private var replacingNonFinite: JSONValue {
    switch self {
    case .string(NonFinite.mark): .null
    case .array(let elements): .array(elements.map(\.replacingNonFinite))
    case .object(let members): .object(members.mapValues(\.replacingNonFinite))
    case .null, .bool, .number, .string: self
    }
  }

  /// Parses the bytes of a JSON document.
  public init(parsing bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
  }

  /// Decodes this value as another type.
  public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Self.encoder.encode(self))
  }

  /// The members, for an object.
  public var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The text, for a string.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// Readable, deterministic text: two spaces of indentation, keys in alphabetical order.
  public var prettyPrinted: String {
    let encoder = Self.encoder
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  /// The same on one line.
  public var line: String {
    (try? Self.encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  /// The value as written on a command line: the elements of an array with commas between them, a string without
  /// quotes, an object as in YAML on one line.
  public var flagText: String {
    switch self {
    case .null: "none"
    case .string(let text): text
    case .array(let elements): elements.map(\.flagText).joined(separator: ",")
    case .object(let members):
      "{" + members.sorted { $0.key < $1.key }.map { "\($0): \($1.flagText)" }.joined(separator: ", ") + "}"
    case .bool, .number: prettyPrinted.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral
{
  /// A Swift string literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A Swift floating-point literal.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A Swift Boolean literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A Swift integer literal.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}
