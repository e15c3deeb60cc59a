import FileFormats
import Testing

@Suite("Formats in place of text")
struct ForeignFormatTests {
  private func error(_ bytes: [UInt8], path: String = "data.x") -> DataError? {
    #expect(throws: DataError.self) { try ByteSource(name: path, bytes: bytes).requireText() }
  }

  private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      let (low, high) = (UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8))
      return bigEndian ? [high, low] : [low, high]
    }
  }

  private static func zip(_ name: String) -> [UInt8] {
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26) + Array(name.utf8)
  }

  static let formats: [(bytes: [UInt8], name: String)] = [
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "compressed with xz"),
    ([0x5D, 0, 0, 0x80, 0], "compressed with lzma"),
    (Array("BZh91AY&SY".utf8) + [0], "compressed with bzip2"),
    ([0x42, 0x5A, 0x68, 0x31, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90], "compressed with bzip2"),
    ([4, 0x22, 0x4D, 0x18, 0], "compressed with lz4"), ([0x1F, 0x9D, 0x90], "compressed with compress"),
    ([0x1F, 0x8B, 8, 0], "compressed twice"), ([0x28, 0xB5, 0x2F, 0xFD, 0], "compressed twice"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], "a 7z archive"), (Array("Rar!\u{1A}\u{7}".utf8), "a RAR archive"),
    (Array("name".utf8) + [UInt8](repeating: 0, count: 253) + Array("ustar\u{0}00".utf8), "a tar archive"),
    (zip("ratings.csv"), "a zip archive"), ([0x50, 0x4B, 5, 6, 0], "a zip archive"),
    (zip("[Content_Types].xml"), "an Excel workbook (.xlsx)"), (zip("xl/workbook.xml"), "an Excel workbook (.xlsx)"),
    (zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument file"),
    (zip("data.npy"), "a NumPy archive"),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an old Office file (.xls)"),
    (Array("PAR1".utf8) + [0x15, 4], "a Parquet file"), (Array("PAR1abcdPAR1".utf8), "a Parquet file"),
    (Array("SQLite format 3\u{0}".utf8), "an SQLite database"), (Array("ARROW1\0\0".utf8), "an Arrow file (Feather)"),
    ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file"),
    ([0x93] + Array("NUMPY".utf8), "a NumPy array"), ([0x80, 4, 0x95, 0], "a Python pickle"),
    (
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "a Git LFS pointer, not the file itself"
    ),
    (Array("\n <!DOCTYPE html>\n<html>".utf8), "a web page (HTML)"),
    (Array("<html lang='en'>".utf8), "a web page (HTML)"),
    (Array("<?xml version=\"1.0\"?>".utf8), "an XML file"),
    ([0xFF, 0xFE] + utf16("u,i\n", bigEndian: false), "in UTF-16"),
    ([0xFE, 0xFF] + utf16("u,i\n", bigEndian: true), "in UTF-16"),
    (utf16("user,item\n", bigEndian: false), "in UTF-16"), (utf16("user,item\n", bigEndian: true), "in UTF-16"),
    ([0xFF, 0xFE, 0, 0, 0x75, 0, 0, 0], "in UTF-32"),
  ]

  @Test("each is named", arguments: formats)
  func named(bytes: [UInt8], name: String) { #expect(error(bytes)?.message == "is \(name)") }

  @Test("the way out is a command with the file in it, if a shell would take the name as it is")
  func wayOut() {
    let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]
    func accepted(_ path: String) -> String? { error(xz, path: path)?.accepted }
    let text = "text in UTF-8, plain or compressed with gzip or zstd, such as"
    #expect(accepted("a/ratings.xz") == "\(text) 'xz -dc a/ratings.xz | doppel … -' reads")
    for path in ["standard input", "a;b.xz", "-f.xz", "é.xz"] {
      #expect(accepted(path) == "\(text) 'xz -dc FILE | doppel … -' reads")
    }
  }

  @Test(
    "text that begins in a similar way is text",
    arguments: [
      "", "P", "PK,i1\n", "PAR1,i1\nPAR2,i2\n", "FEA1\ti1\n", "BZh9,i1\n", "RDX2,i1\n", "Rar!,i1\n", "ustar,i\n",
      "version 1,i\n", "<html>,i1\n", "<b>\ti1\n", "]\n", "u,i\n", "é,i\n",
    ])
  func text(_ text: String) throws { try ByteSource(name: "data", bytes: Array(text.utf8)).requireText() }

  @Test("a Git LFS pointer is refused wherever a file is opened, also in place of weights")
  func pointer() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      try put(Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n".utf8), at: path)
      let expected =
        "\(path): is a Git LFS pointer, not the file itself; accepted: the file itself: 'git lfs pull' fetches it"
      #expect(#expect(throws: DataError.self) { try ByteSource(path: path) }?.description == expected)
      #expect(#expect(throws: DataError.self) { try SafeTensors(contentsOf: path) }?.description == expected)
    }
  }

  @Test("another format in place of weights is named")
  func weights() {
    for (bytes, name) in [
      (Self.zip("archive/data.pkl"), "a PyTorch file"), (Array("<!doctype html>".utf8), "a web page (HTML)"),
    ] {
      let error = #expect(throws: DataError.self) {
        try SafeTensors(ByteSource(name: "model.safetensors", bytes: bytes))
      }
      #expect(error?.message == "is \(name)")
    }
  }
}
