import Compute

/// Makes input that is almost right: pieces of a corpus, damaged.
struct Mutator {
  /// Well-formed input.
  let corpus: [[UInt8]]
  /// What means something to the reader, so that chance finds combinations of it.
  let tokens: [[UInt8]]
  /// No input is longer.
  static let longest = 1 << 16

  private static let numbers: [[UInt8]] = [
    "0", "-1", "1", "255", "65536", "2147483647", "2147483648", "4294967295", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "1e308", "1e-400", "1e999", "nan", "inf", "0x10", "00", "-0", "null",
    "true", "[]", "{}", "\"\"",
  ].map { Array($0.utf8) }

  init(corpus: [[UInt8]], tokens: [String]) {
    self.corpus = corpus
    self.tokens = tokens.map { Array($0.utf8) }
  }

  func input(_ random: inout RandomSource) -> [UInt8] {
    var bytes = corpus[random.integer(below: corpus.count)]
    for _ in 0...random.integer(below: 5) { mutate(&bytes, &random) }
    if bytes.count > Self.longest { bytes.removeLast(bytes.count - Self.longest) }
    return bytes
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    // Most of what decides stands in front.
    let reach = random.integer(below: 2) == 0 ? min(bytes.count, 256) : bytes.count
    let place = random.integer(below: max(1, reach))
    let end = min(bytes.count, place + 1 + random.integer(below: 1 << random.integer(below: 9)))
    let range = min(place, end)..<end
    switch random.integer(below: 12) {
    case 0: if !range.isEmpty { bytes[place] ^= 1 << UInt8(random.integer(below: 8)) }
    case 1: if !range.isEmpty { bytes[place] = UInt8(random.integer(below: 256)) }
    case 2:
      if !range.isEmpty { bytes[place] = [0, 0x7F, 0x80, 0xFF, 0x0A, 0x0D, 0x22, 0x1F][random.integer(below: 8)] }
    case 3: bytes.removeSubrange(range)
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.insert(contentsOf: bytes[range], at: place)
    case 6: bytes.insert(contentsOf: Self.numbers[random.integer(below: Self.numbers.count)], at: place)
    case 7:
      if !tokens.isEmpty { bytes.insert(contentsOf: tokens[random.integer(below: tokens.count)], at: place) }
    case 8: replaceNumber(&bytes, from: place, &random)
    case 9:
      let other = corpus[random.integer(below: corpus.count)]
      let start = random.integer(below: max(1, other.count))
      bytes.insert(contentsOf: other[start..<min(other.count, start + 1 + random.integer(below: 200))], at: place)
    case 10:
      let count = random.integer(below: 400)
      for _ in 0..<count where bytes.count < Self.longest { bytes.insert(contentsOf: bytes[range], at: place) }
    default:
      // Eight bytes as a number, as at the start of a safetensors file.
      let value = UInt64(random.integer(below: 1 << 20)) << UInt64(random.integer(below: 44))
      for index in 0..<8 where index < bytes.count {
        bytes[index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
      }
    }
  }

  private func replaceNumber(_ bytes: inout [UInt8], from place: Int, _ random: inout RandomSource) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers[random.integer(below: Self.numbers.count)])
  }
}
