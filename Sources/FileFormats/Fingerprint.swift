/// A hash that is the same on every machine and in every run, unlike Swift's own.
///
/// FNV-1a over 64-bit words with the high half folded in. It detects accidental differences, not deliberate ones.
public struct Fingerprint: Sendable {
  @usableFromInline var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of an empty sequence.
  public init() {}

  /// The hash as a number.
  public var word: UInt64 { state }

  /// The 16 digits of the hash.
  public var hexadecimal: String { Self.hexadecimal(state) }

  /// The 16 digits of a word.
  public static func hexadecimal(_ state: UInt64) -> String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Adds a word.
  @inlinable
  public mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x100_0000_01B3
    state ^= state >> 32
    state = state &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  /// Adds a number.
  @inlinable
  public mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

  /// Adds text, with its length.
  public mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  /// Adds the bits of numbers, with their count.
  public mutating func add(_ values: [Float]) {
    add(values.count)
    for value in values { add(UInt64(value.bitPattern)) }
  }
}
