/// A format that is given in place of text, recognised by its first bytes.
///
/// These are formats that are often confused with text, so that a message can name the format and a remedy.
struct ForeignFormat: Equatable, Sendable {
  /// Its name, as it follows "is".
  let name: String
  let remedy: Remedy

  /// How to obtain an accepted file.
  enum Remedy: Equatable, Sendable {
    /// A command that writes the text; `FILE` stands for the file.
    case command(String)
    /// Advice in words.
    case advice(String)
  }

  private init(_ name: String, command: String) { (self.name, remedy) = (name, .command(command)) }
  private init(_ name: String, advice: String) { (self.name, remedy) = (name, .advice(advice)) }

  /// The file that Git leaves in place of a large file that was not fetched.
  static let gitLFSPointer = ForeignFormat(
    "a Git LFS pointer, not the file itself", advice: "the file itself: 'git lfs pull' fetches it")

  /// Recognises a format; `nil` for text in UTF-8 and for unknown formats.
  init?(of bytes: Span<UInt8>) {
    let known = Self.signatures.first { $0.fits(bytes) }?.format
    guard let found = known ?? Self.zip(bytes) ?? Self.encoding(bytes) ?? Self.markup(bytes) else { return nil }
    self = found
  }

  /// The error for a file in this format.
  ///
  /// - Parameter path: the file, as the user named it.
  func error(path: String) -> DataError {
    let accepted =
      switch remedy {
      case .advice(let advice): advice
      case .command(let command):
        "text in UTF-8, plain or compressed with gzip or zstd, such as '\(Self.filled(command, path)) | doppel … -' reads"
      }
    return DataError(path: path, message: "is \(name)", accepted: accepted)
  }

  /// The command with the name of the file, if the name needs no quoting in a shell.
  private static func filled(_ command: String, _ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return isPlain && !path.hasPrefix("-") ? command.replacing("FILE", with: path) : command
  }
}

// MARK: Recognising

extension ForeignFormat {
  /// Bytes at a fixed place in every file of a format.
  private struct Signature: Sendable {
    let bytes: [UInt8]
    let offset: Int
    let format: ForeignFormat

    init(_ bytes: [UInt8], at offset: Int = 0, _ format: ForeignFormat) {
      (self.bytes, self.offset, self.format) = (bytes, offset, format)
    }

    init(_ bytes: [UInt8], at offset: Int = 0, _ name: String, command: String) {
      self.init(bytes, at: offset, ForeignFormat(name, command: command))
    }

    init(_ text: String, at offset: Int = 0, _ name: String, command: String) {
      self.init(Array(text.utf8), at: offset, name, command: command)
    }

    func fits(_ file: Span<UInt8>) -> Bool {
      let end = offset + bytes.count
      guard file.count >= end, bytes.indices.allSatisfy({ file[offset + $0] == bytes[$0] }) else { return false }
      // Ids may also begin with these four letters, but such a text does not end with the same four, as these formats
      // do.
      guard bytes.count == 4, bytes.allSatisfy({ 0x20..<0x7F ~= $0 }), file.count > end else { return true }
      return file[end] < 0x20 && ![0x09, 0x0A, 0x0D].contains(file[end])
        || bytes.indices.allSatisfy { file[file.count - 4 + $0] == bytes[$0] }
    }
  }

  private static func export(_ program: String) -> String { "a table in text, such as \(program) writes" }

  private static let signatures: [Signature] =
    [
      Signature(Array("version https://git-lfs".utf8), gitLFSPointer),
      // Compressed.
      Signature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed with xz", command: "xz -dc FILE"),
      Signature([0x5D, 0, 0], "compressed with lzma", command: "xz -dc FILE"),
      Signature("LZIP\u{1}", "compressed with lzip", command: "lzip -dc FILE"),
      Signature([0x04, 0x22, 0x4D, 0x18], "compressed with lz4", command: "lz4 -dc FILE"),
      Signature([0x1F, 0x9D], "compressed with compress", command: "gzip -dc FILE"),
      Signature(
        [0x1F, 0x8B], ForeignFormat("compressed twice", advice: "text in UTF-8, compressed once with gzip or zstd")),
      Signature(
        [0x28, 0xB5, 0x2F, 0xFD],
        ForeignFormat("compressed twice", advice: "text in UTF-8, compressed once with gzip or zstd")),
      // Archives.
      Signature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", command: "7z e -so FILE"),
      Signature("Rar!\u{1A}\u{7}", "a RAR archive", command: "unrar p -inul FILE"),
      Signature("ustar\0", at: 257, "a tar archive", command: "tar -xOf FILE NAME"),
      Signature("ustar  \0", at: 257, "a tar archive", command: "tar -xOf FILE NAME"),
      // Tables and numbers.
      Signature("PAR1", "a Parquet file", command: "duckdb -csv -c \"FROM 'FILE'\""),
      Signature("SQLite format 3\0", "an SQLite database", command: "sqlite3 -csv -header FILE 'SELECT * FROM TABLE'"),
      Signature(Array("ORC".utf8) + [0x08], ForeignFormat("an ORC file", advice: export("Spark"))),
      Signature(Array("ARROW1\0\0".utf8), ForeignFormat("an Arrow file (Feather)", advice: export("pandas' to_csv"))),
      Signature(Array("FEA1".utf8), ForeignFormat("a Feather file", advice: export("pandas' to_csv"))),
      Signature(Array("Obj\u{1}".utf8), ForeignFormat("an Avro file", advice: export("Spark"))),
      Signature([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], ForeignFormat("an HDF5 file", advice: export("pandas' to_csv"))),
      Signature([0x93] + Array("NUMPY".utf8), ForeignFormat("a NumPy array", advice: export("numpy.savetxt"))),
      Signature(Array("MATLAB 5.0 MAT".utf8), ForeignFormat("a MATLAB file", advice: export("writematrix"))),
      Signature(Array("RDX2\n".utf8), ForeignFormat("an R data file", advice: export("write.csv"))),
      Signature(Array("RDX3\n".utf8), ForeignFormat("an R data file", advice: export("write.csv"))),
      Signature([0x58, 0x0A, 0, 0, 0], ForeignFormat("an R data file", advice: export("write.csv"))),
      Signature([0x80, 0x02], pickle), Signature([0x80, 0x03], pickle), Signature([0x80, 0x04, 0x95], pickle),
      Signature([0x80, 0x05, 0x95], pickle),
      Signature(
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
        ForeignFormat("an old Office file (.xls)", advice: spreadsheetRemedy)),
      Signature(Array("%PDF-".utf8), ForeignFormat("a PDF", advice: "a table in text")),
    ]
    // The digit is the compression level; then follows π, or its root in an empty file.
    + "123456789".utf8.flatMap { digit in
      [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]].map {
        Signature(Array("BZh".utf8) + [digit] + $0, "compressed with bzip2", command: "bzip2 -dc FILE")
      }
    }

  private static let pickle = ForeignFormat("a Python pickle", advice: export("pandas' to_csv"))
  private static let spreadsheetRemedy = "the sheet saved as CSV in UTF-8"

  /// A zip archive, or one of the formats that are zip archives: the name of its first file says which.
  private static func zip(_ bytes: Span<UInt8>) -> ForeignFormat? {
    guard bytes.count >= 4, bytes[0] == 0x50, bytes[1] == 0x4B,
      [[3, 4], [5, 6], [7, 8]].contains([bytes[2], bytes[3]])
    else { return nil }
    let start = (min(30, bytes.count)..<min(110, bytes.count)).map { bytes[$0] }
    let text = String(decoding: start, as: UTF8.self)
    if ["[Content_Types].xml", "_rels/", "xl/", "docProps/"].contains(where: text.hasPrefix) {
      return ForeignFormat("an Excel workbook (.xlsx)", advice: spreadsheetRemedy)
    }
    if text.hasPrefix("mimetypeapplication/vnd.oasis.opendocument") {
      return ForeignFormat("an OpenDocument file", advice: spreadsheetRemedy)
    }
    if text.prefix(40).contains(".npy") { return ForeignFormat("a NumPy archive", advice: export("numpy.savetxt")) }
    if text.prefix(40).contains("/data.pkl") {
      return ForeignFormat("a PyTorch file", advice: export("pandas' to_csv"))
    }
    return ForeignFormat("a zip archive", command: "unzip -p FILE")
  }

  /// Text in another encoding.
  private static func encoding(_ bytes: Span<UInt8>) -> ForeignFormat? {
    if bytes.count < 2 { return nil }
    let isWide = bytes.count >= 4 && bytes[0] == 0xFF && bytes[1] == 0xFE && bytes[2] == 0 && bytes[3] == 0
    if isWide { return ForeignFormat("in UTF-32", command: "iconv -f UTF-32 -t UTF-8 FILE") }
    if bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF {
      return ForeignFormat("in UTF-16", command: "iconv -f UTF-16 -t UTF-8 FILE")
    }
    // Without a byte order mark, each Latin letter or digit has a zero byte, always on the same side.
    let pairs = min(bytes.count, 64) / 2
    let zeros = (0..<2).map { side in (0..<pairs).count { bytes[2 * $0 + side] == 0 } }
    guard pairs >= 4, zeros.contains(0), let side = zeros.firstIndex(where: { 4 * $0 >= 3 * pairs }) else { return nil }
    return ForeignFormat(
      "in UTF-16", command: "iconv -f UTF-16\(side == 0 ? "BE" : "LE") -t UTF-8 FILE")
  }

  /// A web page in place of a downloaded file, or other markup.
  private static func markup(_ bytes: Span<UInt8>) -> ForeignFormat? {
    var start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    while start < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[start]) { start += 1 }
    guard start < bytes.count, bytes[start] == UInt8(ascii: "<") else { return nil }
    let line = (start..<min(start + 200, bytes.count)).map { bytes[$0] }.prefix { $0 != 0x0A }
    let text = String(decoding: line, as: UTF8.self).lowercased()
    let page = ForeignFormat(
      "a web page (HTML)", advice: "the file itself; the download may have returned a web page about it")
    if text.hasPrefix("<!doctype html") { return page }
    // An id can look like a tag.
    if ["\t", ",", "::"].contains(where: text.contains) { return nil }
    if text.hasPrefix("<html") { return page }
    return text.hasPrefix("<?xml") ? ForeignFormat("an XML file", advice: "a table in text") : nil
  }
}
