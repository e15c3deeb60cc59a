import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

/// A made-up file of interactions together with what its lines say, so that nothing has to be read to know it.
private struct MadeUpFile {
  struct Line {
    var user: String
    var item: String
    var rating: Float
    var time: Double
  }

  var lines: [Line] = []
  var text = ""
  var format = InteractionFormat()
  let hasTimes: Bool

  /// - Parameters:
  ///   - isGrouped: whether the lines of a user stand together.
  ///   - repeats: whether pairs may occur more than once.
  init(seed: UInt64, users: Int, items: Int, count: Int, isGrouped: Bool, repeats: Bool) {
    var random = Seed(seed).stream(.resampling)
    let separators: [(Delimiter, String)] = [
      (.tab, "\t"), (.comma, ","), (.doubleColon, "::"), (.byte(UInt8(ascii: ";")), ";"),
      (.byte(UInt8(ascii: "|")), "|"), (.blanks, " "), (.blanks, "  \t"),
    ]
    let (delimiter, separator) = separators[random.integer(below: separators.count)]
    hasTimes = random.integer(below: 3) > 0
    format.delimiter = delimiter
    format.hasHeader = random.integer(below: 2) == 0
    (format.user, format.item, format.rating) = (.number(1), .number(2), .number(3))
    format.timestamp = hasTimes ? .number(4) : .absent
    let quotes = separator == "," || separator == ";"
    let ends = ["\n", "\n", "\r\n", "\n\n", "\r\n\r\n"]
    if format.hasHeader == true {
      text = ["user", "item", "rating", "timestamp"].prefix(hasTimes ? 4 : 3).joined(separator: separator) + "\n"
    }
    // Lengths on both sides of eight bytes.
    let userIDs = (0..<users).map { $0 % 3 == 0 ? "\(1000 + 7 * $0)" : "user-number-\($0)" }
    let itemIDs = (0..<items).map { index in
      quotes && index % 5 == 0
        ? "The \"best\"\(separator) part \(index)" : index % 2 == 0 ? "\(index)" : "item-é-number-\(index)"
    }
    var order = (0..<count).map { _ in random.integer(below: users) }
    if isGrouped { order.sort() }
    var known: Set<[Int]> = []
    for user in order {
      // Few of the items are in most of the lines.
      let item = min(random.integer(below: items), random.integer(below: items))
      if !known.insert([user, item]).inserted && !repeats { continue }
      let rating = ["5", "3.5", "0.25", "1e1", "-2", "4.0000001"][random.integer(below: 6)]
      let time = random.integer(below: 5) == 0 ? 1_000_000_000 : 900_000_000 + random.integer(below: 1 << 20)
      let id = itemIDs[item]
      let isQuoted = quotes && (id.contains("\"") || random.integer(below: 6) == 0)
      let field = isQuoted ? "\"" + id.replacing("\"", with: "\"\"") + "\"" : id
      text += [userIDs[user], field, rating].joined(separator: separator)
      if hasTimes { text += "\(separator)\(time)" }
      text += ends[random.integer(below: ends.count)]
      lines.append(
        Line(user: userIDs[user], item: id, rating: Float(rating) ?? .nan, time: hasTimes ? Double(time) : 0))
    }
  }

  var bytes: [UInt8] { Array(text.utf8) }

  /// What reading has to give, line by line with dictionaries.
  var expected: (users: [String], items: [String], lines: [String], notes: [String]) {
    var (users, items): ([String], [String]) = ([], [])
    var (knownUsers, knownItems): (Set<String>, Set<String>) = ([], [])
    var kept: [Line?] = []
    var place: [[String]: Int] = [:]
    var repeats = 0
    for line in lines {
      if knownUsers.insert(line.user).inserted { users.append(line.user) }
      if knownItems.insert(line.item).inserted { items.append(line.item) }
      kept.append(line)
      let pair = [line.user, line.item]
      guard let before = place[pair], let other = kept[before] else {
        place[pair] = kept.count - 1
        continue
      }
      repeats += 1
      if !hasTimes {
        // The first place, the last rating.
        kept[before] = line
        kept[kept.count - 1] = nil
      } else if line.time >= other.time {
        kept[before] = nil
        place[pair] = kept.count - 1
      } else {
        kept[kept.count - 1] = nil
      }
    }
    let what = repeats == 1 ? "1 repeated (user, item) pair" : "\(repeats) repeated (user, item) pairs"
    return (
      users, items,
      kept.compactMap { line in
        line.map { "\($0.user) \($0.item) \($0.rating)" + (hasTimes ? " @\($0.time)" : "") }
      },
      repeats == 0 ? [] : ["\(what) merged (\(hasTimes ? "latest" : "last") rating kept)"]
    )
  }

  func read(threads: Int, chunkSize: Int? = nil) throws -> Interactions {
    var reader = InteractionReader(format: format, threads: threads)
    if let chunkSize { reader.chunkSize = chunkSize }
    reader.describesColumns = false
    return try reader.read(ByteSource(name: "made-up", bytes: bytes))
  }
}

@Suite("Files and what they say")
struct ReferenceFileTests {
  @Test("lines become the same interactions at any number of threads", arguments: [true, false], [true, false])
  func interactions(isGrouped: Bool, repeats: Bool) throws {
    for seed: UInt64 in 0..<30 {
      let file = MadeUpFile(seed: seed, users: 60, items: 80, count: 700, isGrouped: isGrouped, repeats: repeats)
      let expected = file.expected
      for threads in 1...7 {
        let data = try file.read(threads: threads, chunkSize: [1, 50, 333, 1 << 19][(Int(seed) + threads) % 4])
        #expect(data.users.ids == expected.users, "seed \(seed), \(threads) threads")
        #expect(data.items.ids == expected.items, "seed \(seed), \(threads) threads")
        #expect(data.lines == expected.lines, "seed \(seed), \(threads) threads")
        #expect(data.notes == expected.notes, "seed \(seed), \(threads) threads")
      }
    }
  }

  @Test("a part may end at any byte")
  func everyBorder() throws {
    for (seed, isGrouped) in [(1, true), (2, false), (3, true), (4, false)] as [(UInt64, Bool)] {
      let file = MadeUpFile(seed: seed, users: 6, items: 9, count: 24, isGrouped: isGrouped, repeats: true)
      let expected = file.expected
      for chunkSize in 1...file.bytes.count {
        let data = try file.read(threads: 1 + chunkSize % 3, chunkSize: chunkSize)
        #expect(data.lines == expected.lines && data.items.ids == expected.items, "parts of \(chunkSize) bytes")
      }
    }
  }

  @Test("a file is split as its interactions are", arguments: [true, false], [true, false])
  func splits(isGrouped: Bool, repeats: Bool) throws {
    try withTemporaryDirectory { directory in
      for seed: UInt64 in 0..<12 {
        let file = MadeUpFile(seed: seed, users: 90, items: 70, count: 1500, isGrouped: isGrouped, repeats: repeats)
        let path = directory + "/made-up"
        try Data(file.bytes).write(to: URL(fileURLWithPath: path))
        var selection = DataSelection()
        (selection.source, selection.format) = (.file(path), file.format)
        for minRating in [nil, 1.0] {
          selection.filters.minRating = minRating
          for kind in [SplitKind.users, .interactions, .leaveOneOut] {
            selection.split = kind
            let data = try selection.interactions(seed: Seed(seed))
            let expected =
              switch kind {
              case .interactions: try RankingSplit.interactions(data, seed: Seed(seed), threads: 1)
              case .leaveOneOut: try RankingSplit.leaveOneOut(data, seed: Seed(seed), threads: 1)
              default: try RankingSplit.users(data, seed: Seed(seed), threads: 1)
              }
            for threads in [1, 2, 5] {
              selection.threads = threads
              let loaded = try selection.ranking(seed: Seed(seed))
              #expect(loaded.split.hash == expected.hash, "seed \(seed), \(kind), \(threads) threads")
              #expect(loaded.notes == data.notes + expected.notes)
              #expect(loaded.summary == DataSummary(data))
            }
          }
        }
      }
    }
  }

  @Test("held-out users and rows are those of a plain reading of the rule", arguments: [true, false])
  func usersByHand(isGrouped: Bool) throws {
    for seed: UInt64 in 0..<10 {
      let file = MadeUpFile(seed: seed, users: 50, items: 40, count: 900, isGrouped: isGrouped, repeats: false)
      let data = try file.read(threads: 2)
      let split = try RankingSplit.users(data, heldOut: 0.2, seed: Seed(seed), threads: 3)
      let trained = Set(split.trainUserIDs)
      #expect(split.trainUserIDs == file.expected.users.filter(trained.contains))
      var items: [String] = []
      for line in file.lines where trained.contains(line.user) && !items.contains(line.item) { items.append(line.item) }
      #expect(split.items.ids == items)
      for (row, user) in split.trainUserIDs.enumerated() {
        let own = Set(file.lines.filter { $0.user == user }.map(\.item))
        #expect(Set(split.train.indices(ofRow: row).map { items[Int($0)] }) == own)
      }
      for users in [split.validation, split.test].compactMap(\.self) {
        for (row, user) in users.userIDs.enumerated() {
          #expect(!trained.contains(user))
          let own = Set(file.lines.filter { $0.user == user }.map(\.item)).intersection(items)
          let shown = users.profiles.items.indices(ofRow: row).map { items[Int($0)] }
          let hidden = users.heldOut.indices(ofRow: row).map { items[Int($0)] }
          #expect(Set(shown).union(hidden) == own && shown.count + hidden.count == own.count)
          #expect(hidden.count == own.count / 5)
        }
      }
    }
  }

  @Test("the first of several errors is reported with its line, wherever it is", arguments: 1...7)
  func errors(threads: Int) throws {
    let lines = (0..<200).map { "u\($0 / 9),i\($0 % 31),\($0 % 5)\n" + ($0 % 7 == 0 ? "\n" : "") }
    for bad in stride(from: threads, to: 200, by: 7) {
      var text = lines
      text[bad] = "u1,i1,many\n"
      text[199] = "u\n"
      let number = text[..<bad].reduce(1) { $0 + $1.utf8.count { $0 == 0x0A } }
      var reader = InteractionReader(threads: threads)
      reader.chunkSize = 1 + bad
      let source = ByteSource(name: "made-up", bytes: Array(text.joined().utf8))
      let error = #expect(throws: DataError.self) { try reader.read(source) }
      if bad < 199 { #expect(error?.line == number && error?.text == "many") }
    }
  }
}
