import Foundation
import Testing

/// Bytes in and out of the command: lists of ids, compressed files, JSON lines, links.
@Suite("Bytes in and out")
struct ByteTests {
  private func run(
    _ line: String, in folder: TemporaryFolder, input: String? = nil
  ) throws -> Executable.Outcome {
    try Executable.doppel().run(line.split(separator: " ").map(String.init), in: folder, input: input)
  }

  /// A model of popularity whose items are a, b, c and one with a byte order mark in front.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let items = ["\u{FEFF}x", "y", "x", "z"]
    try folder.write((1...4).flatMap { user in items.map { "u\(user)\t\($0)\n" } }.joined(), to: "bom.tsv")
    let outcome = try run("train bom.tsv --model popularity --split interactions --output m --force", in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return folder
  }

  private func items(_ outcome: Executable.Outcome) -> [String] {
    outcome.output.split(separator: "\n").dropFirst().map { String($0.split(separator: "\t")[1]) }
  }

  @Test("a model loads whose item ids begin with a byte order mark, and recommends them unchanged")
  func byteOrderMark() throws {
    let outcome = try run("recommend m --items y", in: try folder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(Set(items(outcome).map { Array($0.utf8) }) == Set(["\u{FEFF}x", "x", "z"].map { Array($0.utf8) }))
  }

  @Test("an empty list excludes nothing; one that people made may repeat itself and have blank lines")
  func excluded() throws {
    let folder = try folder()
    try folder.write("", to: "none.txt")
    try folder.write("\u{FEFF}x\r\n\r\nx\nnothing\n", to: "some.txt")
    let none = try run("recommend m --items y --exclude-items none.txt", in: folder)
    #expect(none.status == 0 && items(none).count == 3, "\(none.errors)")
    let some = try run("recommend m --items y --exclude-items some.txt", in: folder)
    #expect(some.status == 0 && items(some).count == 2, "\(some.errors)")
    #expect(some.errors.contains("ids of --exclude-items that are not in the model: 1 of 2 (nothing)"))
    let only = try run("recommend m --items y --only-items none.txt", in: folder)
    #expect(only.status == 65)
    #expect(only.errors == "doppel: none.txt: has no ids; accepted: the ids to recommend, one a line\n")
  }

  @Test("a Git LFS pointer in place of any file of a model, or of data, is named")
  func pointers() throws {
    let folder = try folder()
    let pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 1234\n"
    for name in ["m/model.safetensors", "m/config.json", "m/items.txt", "bom.tsv"] {
      let whole = try folder.data(name)
      try folder.write(pointer, to: name)
      let outcome = try run("recommend m --users bom.tsv", in: folder)
      #expect(outcome.status == 65)
      #expect(
        outcome.errors
          == "doppel: \(name): is a Git LFS pointer, not the file itself; accepted: the file itself: 'git lfs pull' fetches it\n"
      )
      try whole.write(to: folder.url.appendingPathComponent(name))
    }
  }

  @Test("JSON lines train a model whose ids are those of the file, from a file or from standard input")
  func jsonLines() throws {
    let folder = try TemporaryFolder()
    let text = (0..<40).map { "{\"user_id\":\($0 % 5),\"business_id\":\"b\($0 / 5)\",\"stars\":\($0 % 3 + 3)}\n" }
      .joined()
    try folder.write(text, to: "reviews.json")
    for data in ["reviews.json", "-"] {
      let line = "train \(data) --model popularity --min-rating 4 --split interactions --output m --force"
      let outcome = try run(line, in: folder, input: text)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try folder.text("m/items.txt").split(separator: "\n").sorted() == (0..<8).map { "b\($0)" })
    }
    let wrong = try run("train reviews.json --model popularity --output n --user-column 1", in: folder)
    #expect(wrong.status == 65)
  }

  @Test("what follows the gzip data of a file is an error")
  func trailing() throws {
    let folder = try TemporaryFolder()
    let gzip: [UInt8] = [
      0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4b, 0xe4, 0x34, 0xe4, 0x4a, 0xe2, 0x34, 0xe2, 0x02, 0x00, 0x5e, 0x4f,
      0x36, 0xfa, 0x08, 0, 0, 0,
    ]
    try Data(gzip + Array("u2\tb\n".utf8)).write(to: folder.url.appendingPathComponent("x.gz"))
    let outcome = try run("train x.gz --model popularity --output m", in: folder)
    #expect(outcome.status == 65)
    #expect(
      outcome.errors
        == "doppel: x.gz: has other data after its gzip data, from byte 29 on; accepted: gzip data to the end (several "
        + ".gz files joined are one), or the uncompressed file\n")
  }

  @Test("an output that is a link to nothing is made where the link leads; links in a circle end with 73")
  func links() throws {
    let folder = try folder()
    func link(_ name: String, _ target: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: folder.url.appendingPathComponent(name).path, withDestinationPath: target)
    }
    try link("model", "nowhere")
    try link("codes.tsv", "made.tsv")
    try link("circle", "circle")
    let trained = try run(
      "train bom.tsv --model ae --latent 2 --epochs 1 --split interactions --output model", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let encoded = try run("encode model bom.tsv --output codes.tsv", in: folder)
    #expect(encoded.status == 0, "\(encoded.errors)")
    let names = try folder.names()
    #expect(names.contains("nowhere") && names.contains("made.tsv"))
    for (name, target) in [("model", "nowhere"), ("codes.tsv", "made.tsv")] {
      let path = folder.url.appendingPathComponent(name).path
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
    }
    for line in ["encode model bom.tsv --output circle", "train bom.tsv --model popularity --output circle"] {
      let outcome = try run(line, in: folder)
      #expect(outcome.status == 73)
      #expect(
        outcome.errors.hasSuffix("circle cannot be written: Too many levels of symbolic links\n"), "\(outcome.errors)")
    }
  }

  @Test("doctor says whether compressed files can be read")
  func doctor() throws {
    let outcome = try run("doctor", in: try TemporaryFolder())
    #expect(outcome.output.contains(/\.gz is read with zlib \d|zlib was not found: 'apt-get install zlib1g'/))
    #expect(outcome.output.contains(/\.zst is read with libzstd \d|libzstd was not found: 'apt-get install libzstd1'/))
  }
}
