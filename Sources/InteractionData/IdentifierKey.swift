import FileFormats

/// The lookup key of an id: its bytes, if there are at most eight, or else their hash.
///
/// Most ids are short numbers, and then comparing keys is comparing ids.
struct IdentifierKey: Equatable {
  /// The bytes of a short id as a little-endian number, or the hash of a longer one.
  let word: UInt64
  /// The length of the id in bytes.
  let length: Int

  /// Whether equal keys mean equal ids.
  var isExact: Bool { length <= 8 }

  /// A key taken apart before.
  init(word: UInt64, length: Int) {
    self.word = word
    self.length = length
  }

  /// The key of an id of at most eight bytes given its first word.
  @inline(__always)
  init(first word: UInt64, length: Int) {
    self.init(word: length == 8 ? word : word & (1 &<< UInt64(8 &* length) &- 1), length: length)
  }

  /// The key of the id in `source[start..<end]`.
  @inline(__always)
  init(_ source: Span<UInt8>, _ start: Int, _ end: Int) {
    if end - start <= 8 {
      self.init(first: source.word(at: start), length: end - start)
    } else {
      self.init(word: Self.hash(source, start, end), length: end - start)
    }
  }

  /// A number spread evenly over 64 bits.
  var spread: UInt64 { Self.mix(word, UInt64(truncatingIfNeeded: length) ^ 0x9E37_79B9_7F4A_7C15) }

  private static func hash(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var position = start
    while position < end {
      let rest = end - position
      let word = source.word(at: position)
      hash = mix(hash ^ (rest >= 8 ? word : word & (1 &<< UInt64(8 &* rest) &- 1)), 0xD6E8_FEB8_6659_FD93)
      position += 8
    }
    return hash
  }

  /// Both halves of a product folded together: each bit depends on all bits of `word`.
  @inline(__always)
  private static func mix(_ word: UInt64, _ factor: UInt64) -> UInt64 {
    let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}
