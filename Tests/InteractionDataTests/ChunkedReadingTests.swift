import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

/// Reads with parts of a given size, several at a time.
private func read(_ bytes: [UInt8], chunkSize: Int, threads: Int) throws -> Interactions {
  var reader = InteractionReader(threads: threads)
  reader.chunkSize = chunkSize
  reader.describesColumns = false
  return try reader.read(ByteSource(name: "ratings.csv", bytes: bytes))
}

/// Everything there is to know about what was read, or the error.
private func outcome(_ read: () throws -> Interactions) -> [String] {
  do {
    let data = try read()
    return data.users.ids + ["|"] + data.items.ids + ["|"] + data.lines + data.notes
  } catch {
    return ["\(error)"]
  }
}

@Suite("Reading in parts")
struct ChunkedReadingTests {
  @Test("whatever the bytes, the size of the parts changes neither the data nor the error")
  func mixtures() {
    for seed: UInt64 in 0..<1_500 {
      var random = Seed(seed).stream(.resampling)
      var bytes: [UInt8] = []
      for _ in 0..<random.integer(below: 60) {
        bytes += ReaderRobustnessTests.pieces[random.integer(below: ReaderRobustnessTests.pieces.count)]
        if random.integer(below: 4) == 0 { bytes += Array("u1,i\(random.integer(below: 4)),3\r\n".utf8) }
        if random.integer(below: 80) == 0 { bytes.append(UInt8(random.integer(below: 256))) }
      }
      let whole = outcome { try read(bytes, chunkSize: 1 << 30, threads: 1) }
      for chunkSize in [1, 2 + random.integer(below: 30)] {
        #expect(
          outcome { try read(bytes, chunkSize: chunkSize, threads: 1 + random.integer(below: 3)) } == whole,
          "seed \(seed), parts of \(chunkSize)")
      }
    }
  }

  /// Made-up interactions as a file, and what reading it must give.
  private struct Sample {
    var text = ""
    var users: [String] = []
    var items: [String] = []
    /// The merged interactions as ``Interactions/lines`` gives them.
    var merged: [String] { lines.compactMap(\.self) }
    var repeats = 0
    private var lines: [String?] = []

    init(seed: UInt64, isGrouped: Bool) {
      var random = Seed(seed).stream(.resampling)
      // Lengths on both sides of eight bytes, many ids with the same beginning.
      let userIDs = (0..<40).map { index in "\(index)" + String(repeating: "é", count: index % 7) }
      let itemIDs = (0..<90).map { index in
        index % 3 == 0 ? "\(index)" : "item-of-the-shop-\(index)" + (index % 5 == 0 ? ",x \"y\"" : "")
      }
      // The first line says that there are four columns; later ones may have more that are empty.
      text = (seed % 2 == 0 ? "\u{FEFF}" : "") + "user,item,rating,timestamp\n"
      var order = (0..<400).map { _ in random.integer(below: userIDs.count) }
      if isGrouped { order.sort() }
      var (place, latest): ([String: Int], [String: Double]) = ([:], [:])
      for user in order.map({ userIDs[$0] }) {
        let item = itemIDs[random.integer(below: itemIDs.count)]
        let rating = ["5", "3.5", "0.25", "1e1", "-2", "4.0000001"][random.integer(below: 6)]
        let time = String("987654321012345".prefix(1 + random.integer(below: 15)))
        let isQuoted = item.contains("\"") || random.integer(below: 5) == 0
        let field = isQuoted ? "\"" + item.replacing("\"", with: "\"\"") + "\"" : item
        text += "\(user),\(field),\(rating),\(time)" + ["\n", "\r\n", ", ,\n", "\n  \n\n"][random.integer(below: 4)]
        if !users.contains(user) { users.append(user) }
        if !items.contains(item) { items.append(item) }
        // Twelve digits are milliseconds, fifteen microseconds.
        let number = Double(time) ?? .nan
        let seconds = number < 1e11 ? number : number < 1e14 ? number / 1e3 : number / 1e6
        let line = "\(user) \(item) \(Float(rating) ?? .nan) @\(seconds)"
        let pair = "\(user) \(item)"
        if let known = place[pair] {
          repeats += 1
          if seconds < (latest[pair] ?? .nan) { continue }
          lines[known] = nil
        }
        place[pair] = lines.count
        latest[pair] = seconds
        lines.append(line)
      }
    }
  }

  @Test("parts of any size give the vocabulary, the rows and the notes of the file", arguments: [true, false])
  func samples(isGrouped: Bool) throws {
    for seed: UInt64 in 0..<20 {
      let sample = Sample(seed: seed, isGrouped: isGrouped)
      let note = "\(sample.repeats) repeated (user, item) pairs merged (latest rating kept)"
      for (chunkSize, threads) in [(1, 2), (37, 1), (100, 3), (5_000, 2), (1 << 20, 2)] {
        let data = try read(Array(sample.text.utf8), chunkSize: chunkSize, threads: threads)
        #expect(data.users.ids == sample.users, "seed \(seed)")
        #expect(data.items.ids == sample.items, "seed \(seed)")
        #expect(data.lines == sample.merged, "seed \(seed)")
        #expect(data.notes == [note], "seed \(seed)")
      }
    }
  }

  @Test("of several errors the first in the file is reported, with its line", arguments: [1, 10, 64, 1 << 20])
  func firstError(chunkSize: Int) {
    let good = (1...500).map { "u\($0),i\($0 % 17),3\($0 % 9 == 0 ? "\r\n\n" : "\n")" }
    for bad in [3, 77, 301, 499] {
      var lines = good
      lines[bad - 1] = "u\(bad),i1,three\n"
      lines[499] = "broken\n"
      let number = lines[..<(bad - 1)].reduce(1) { $0 + $1.utf8.count { $0 == 0x0A } }
      let message = outcome { try read(Array(lines.joined().utf8), chunkSize: chunkSize, threads: 2) }
      #expect(message.first?.hasPrefix("ratings.csv:\(number): \"three\" is not a rating") == true, "\(message)")
    }
  }

  @Test("an error in the last of very many lines has its number")
  func lateError() throws {
    let text = (1...60_000).map { "u\($0 / 50)\ti\($0 % 700)\n" }.joined() + "u\n"
    let message = outcome { try read(Array(text.utf8), chunkSize: 4096, threads: 2) }
    #expect(
      message == [
        "ratings.csv:60001: \"u\" has 1 column where the first line has 2; accepted: 2 columns separated by tab"
      ])
  }

  @Test("a known id or number with a NUL behind it is not the known one", arguments: [1, 1 << 20])
  func nulBytes(chunkSize: Int) {
    let good = (0..<30).map { "u\($0 / 9),i\($0),5,10\n" }.joined()
    for (bad, text) in [("u1\0,i1,5,10", "u1\\u{0}"), ("u1,i1\0,5,10", "i1\\u{0}"), ("u1,i1,5\0,10", "5\\u{0}")] {
      let message = outcome { try read(Array((good + bad + "\n").utf8), chunkSize: chunkSize, threads: 2) }
      #expect(message.first?.hasPrefix("ratings.csv:31: \"\(text)\" is not a") == true, "\(message)")
    }
  }

  /// Ids that are numbers are looked up by their value, as long as all are written as numbers are, and close enough together.
  @Test(
    "ids that denote the same number, or hardly a number, are different ids",
    arguments: [
      [], ["07", "007", "00"], ["1048575", "1048576"], ["9999999", "10000000", "12345678", "123456789"],
      ["+7", "7.0", "-7", "x"],
    ])
  func numbers(others: [String]) throws {
    // Values beyond 65,535 have places only when there are enough ids.
    let numbers = ["7", "0", "70", "65535", "4095", "4096"] + (100..<1_400).map { "\($0 * 61)" }
    // First numbers only, so that they have their places when the others appear.
    let itemIDs = (0..<6_000).map { line in
      line > 3_000 && line % 3 == 0 && !others.isEmpty
        ? others[line / 3 % others.count] : numbers[line * line % numbers.count]
    }
    let text = itemIDs.enumerated().map { "\($0.offset),\($0.element)\n" }.joined()
    var (order, places): ([String], [String: Int32]) = ([], [:])
    let expected = itemIDs.map { id in
      if let place = places[id] { return place }
      places[id] = Int32(order.count)
      order.append(id)
      return Int32(order.count - 1)
    }
    for (chunkSize, threads) in [(100, 1), (700, 2), (1 << 20, 2)] {
      let data = try read(Array(text.utf8), chunkSize: chunkSize, threads: threads)
      #expect(data.items.ids == order && data.itemIndices == expected, "parts of \(chunkSize)")
      #expect(data.userIndices == (0..<6_000).map(Int32.init))
    }
  }

  @Test("lines and ids longer than a part, and a file of many pages")
  func longLines() throws {
    try withTemporaryDirectory { directory in
      let ids = (0..<300).map { String(repeating: "long-\($0 % 40)-", count: 20 + $0 % 60) }
      let text = ids.enumerated().map { "user\($0.offset / 3),\($0.element)\n" }.joined()
      let path = directory + "/long.csv"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      var reader = InteractionReader(threads: 2)
      for chunkSize in [1, 700, 10_000] {
        reader.chunkSize = chunkSize
        let data = try reader.read(path: path)
        #expect(data.lines == ids.enumerated().map { "user\($0.offset / 3) \($0.element)" })
      }
    }
  }

  @Test("a line that is too long is refused, wherever it falls in a part", arguments: [1 << 12, 1 << 19, 1 << 22])
  func endlessLines(chunkSize: Int) {
    for lead in [3_000, 3_001, 3_002, 3_003, 3_004] {
      let before = String(repeating: "u1,i1,3\n", count: lead)
      for (length, isFine) in [(1 << 20) - 5: true, (1 << 20) - 4: false, 2 << 20: false] {
        let long = String(repeating: "x", count: length) + ",i2,3\n"
        let message = outcome {
          try read(Array((before + long + "u2,i2,4\n").utf8), chunkSize: chunkSize, threads: 2)
        }
        let expected = "ratings.csv:\(lead + 1): "
        #expect((message.first?.hasPrefix(expected) ?? false) != isFine, "\(lead) lines before, \(length) bytes")
        #expect(isFine || message.first?.contains("more than 1048576 bytes") ?? false)
      }
    }
  }

  @Test("columns left out are checked all the same, and nothing else differs")
  func leftOut() throws {
    let text = "u1,i1,1,10\nu2,i1,2,11\nu1,i1,5,12\n"
    let source = ByteSource(name: "ratings.csv", bytes: Array(text.utf8))
    let whole = try InteractionReader().read(source)
    let pairs = try InteractionReader().read(source, keeping: [])
    #expect(pairs.ratings == nil && pairs.timestamps == nil && pairs.notes == whole.notes)
    #expect(pairs.userIndices == whole.userIndices && pairs.itemIndices == whole.itemIndices)
    #expect(try InteractionReader().read(source, keeping: .timestamps).timestamps == whole.timestamps)
    // Far from the end of the file many lines are taken at a time, near it one by one.
    let good = (0..<90).map { "v\($0),i\($0 % 7),2.5,\(100 + $0)\n" }
    for bad in ["u3,i1,x,10\n", "u3,i1,1,x\n"] {
      for (before, after) in [(0, 0), (0, 90), (1, 90), (15, 40), (16, 40), (63, 80), (64, 80), (90, 0)] {
        let lines = text + good[..<before].joined() + bad + good[..<after].joined()
        let source = ByteSource(name: "ratings.csv", bytes: Array(lines.utf8))
        let errors = [InteractionColumns.all, .ratings, .timestamps, []].map { columns in
          outcome { try InteractionReader().read(source, keeping: columns) }
        }
        let place = "ratings.csv:\(4 + before): \"x\" is not a"
        #expect(errors.allSatisfy { $0.count == 1 && $0[0].hasPrefix(place) }, "\(before), \(after): \(errors)")
      }
    }
  }
}
