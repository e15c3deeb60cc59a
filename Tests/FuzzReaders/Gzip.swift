/// Just enough of RFC 1952 to make compressed input without a library.
enum Gzip {
  /// The bytes in stored blocks.
  static func storing(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var start = 0
    repeat {
      let block = bytes[start..<min(bytes.count, start + 0xFFFF)]
      start = block.endIndex
      let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
      result += [start == bytes.count ? 1 : 0, low, high, ~low, ~high] + block
    } while start < bytes.count
    return result + littleEndian(checksum(bytes)) + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
  }

  private static func littleEndian(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = ~0
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  /// `n` zero bytes in one block of fixed codes, 258 bytes in 13 bits: what a bomb is made of.
  static func bomb(zeros n: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.put(0b011, 3)  // last block, fixed codes
    bits.put(0b00001100, 8)  // literal 0 is 00110000, first bit first
    for _ in 0..<(n / 258) {
      bits.put(0b10100011, 8)  // length 258 is symbol 285, 11000101
      bits.put(0, 5)  // distance 1
    }
    bits.put(0, 7)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bits.bytes + [0, 0, 0, 0, 0, 0, 0, 0]
  }

  private struct BitWriter {
    var bytes: [UInt8] = []
    private var filled = 8

    mutating func put(_ value: Int, _ count: Int) {
      for bit in 0..<count {
        if filled == 8 {
          bytes.append(0)
          filled = 0
        }
        bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(filled)
        filled += 1
      }
    }
  }
}
