import Foundation

/// Just enough of RFC 8878 to make compressed input without a library.
enum Zstd {
  private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  /// A table of 61 lines compressed by the zstd command, with a checksum.
  static let compressed: [UInt8] = {
    let text =
      "KLUv/QRohQsAJt9FF7Cn0gFCOrph2QgryTLYe28pZTpmJuBGSAA5ADsALDekKOwkN4NY6hw3wnSd4sZKo9Nuykh81g0V65NuTKye"
      + "vqk5zt6EEEZhGc5wY8AgwAGCAoMfcACBHwQ4UPAEBQwoAMCBAgQXhU7yjW067ZvafNY3waRn8E1pexbCOskosXOI1k5hrTqtOuis"
      + "3lADndQbl3y6N63o2d6EljP0ptAPZyFkn2SQ9RyC5BTGnlZkdhbdEJE6iW5MrdN0Uyo6SzeBhs9AN8XBZyGmnmRQnEM4iFOYyU4r"
      + "izrLN+RTbJSFMiITtlJzzayY2YxWZ7gpRQqp0klGlc8havQUVqGnVZHOqhuqYSfVjSvY6bppUZ2tm1CCzlA3hYoDWqgRwEQhF0nQ"
      + "w94BgCspXAOQgvoACoAAlLDpLjGMNiKGyEiE4nN9qU1mjm6S54zSzaEOV5b0WbpTlcvktbO6+pPTkghij+D4B96Iznpr3Uuz6ajV"
      + "ENUGEodb"
    return Data(base64Encoded: text).map { Array($0) } ?? []
  }()

  /// The bytes in raw blocks of a frame.
  static func storing(_ bytes: [UInt8]) -> [UInt8] {
    // No checksum; a window of 2 MiB.
    var result = magic + [0, 0x58]
    var start = 0
    repeat {
      let block = bytes[start..<min(bytes.count, start + 0x1_0000)]
      start = block.endIndex
      result += header(size: block.count, type: 0, isLast: start == bytes.count) + block
    } while start < bytes.count
    return result
  }

  /// `n` zero bytes, 128 KiB in four bytes: what a bomb is made of.
  static func bomb(zeros n: Int) -> [UInt8] {
    var result = magic + [0, 0x58]
    for _ in 0..<(n >> 17) { result += header(size: 1 << 17, type: 1, isLast: false) + [0] }
    return result + header(size: 0, type: 0, isLast: true)
  }

  /// A frame that decoders pass over.
  static func skippable(_ bytes: [UInt8]) -> [UInt8] {
    [0x50, 0x2A, 0x4D, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
  }

  private static func header(size: Int, type: Int, isLast: Bool) -> [UInt8] {
    let word = (isLast ? 1 : 0) | type << 1 | size << 3
    return (0..<3).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
}
