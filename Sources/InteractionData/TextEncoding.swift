import FileFormats

/// The text encoding of a file.
enum TextEncoding: String {
  case utf8 = "UTF-8"
  /// Latin-1 as the web reads it: with the printable characters of Windows-1252 where ISO 8859-1 has control characters.
  case latin1 = "Latin-1"

  /// The bytes as UTF-8, and their original encoding.
  ///
  /// Valid UTF-8 is read as UTF-8. A line of Latin-1 looks like UTF-8 only if certain two accented letters are
  /// adjacent, so a file with such lines and with invalid ones is damaged, not Latin-1.
  ///
  /// - Throws: ``DataError`` with the first damaged line.
  static func decoding(_ bytes: [UInt8], path: String) throws -> (bytes: [UInt8], encoding: TextEncoding) {
    if String(validating: bytes, as: UTF8.self) != nil { return (bytes, .utf8) }
    var (valid, invalid) = (0, 0)
    var firstInvalid: (line: Int, text: String)?
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where line.contains(where: { $0 >= 0x80 }) {
      if String(validating: line, as: UTF8.self) != nil {
        valid += 1
      } else {
        invalid += 1
        firstInvalid = firstInvalid ?? (index + 1, String(decoding: line, as: UTF8.self))
      }
    }
    if valid >= invalid, let firstInvalid {
      throw DataError(
        path: path, line: firstInvalid.line, text: firstInvalid.text,
        message: "is not UTF-8, but other lines with accents are", accepted: "a file entirely in UTF-8 or Latin-1")
    }
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalar(byte)) }
    return (Array(String(text).utf8), .latin1)
  }

  private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
    0x80..<0xA0 ~= byte ? windows1252[Int(byte) - 0x80] : Unicode.Scalar(byte)
  }

  /// What Windows-1252 has from 0x80 to 0x9F; where it has nothing, the control character of ISO 8859-1.
  private static let windows1252: [Unicode.Scalar] = [
    "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}", "\u{90}", "‘", "’",
    "“", "”", "•", "–", "—", "\u{2DC}", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
  ]
}
