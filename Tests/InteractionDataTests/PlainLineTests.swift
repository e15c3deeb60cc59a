import Compute
import FileFormats
import InteractionData
import Testing

/// Lines with nothing special in them are taken apart many at a time; with the user in quotes the same lines are read one by one.
@Suite("Plain lines")
struct PlainLineTests {
  /// Columns of some lines, wide enough that blocks of the search end within lines.
  private static func lines(seed: UInt64, count: Int) -> [[String]] {
    var random = Seed(seed).stream(.resampling)
    func pick(_ choice: [String]) -> String { choice[random.integer(below: choice.count)] }
    let userIDs = (0..<50).map { index in
      "\(index * index)" + String(repeating: "u", count: random.integer(below: 12))
    }
    let itemIDs = (0..<300).map { index in
      "\(7 * index)" + String(repeating: "0", count: random.integer(below: 9)) + (index % 40 == 0 ? "é" : "")
    }
    let ratings = [
      "5", "0", "4.5", "3.25", ".5", "5.", "10", "0.001", "12345678", "1234567.", "123456789", "0.1234567", "-2", "+3",
      "1e2", "007", "0.10",
    ]
    var user = userIDs[0]
    return (0..<count).map { _ in
      if random.integer(below: 3) == 0 { user = pick(userIDs) }
      var time = "9876543210123456".prefix(1 + random.integer(below: 16))
      if random.integer(below: 20) == 0 {
        time = ["2012-09-30", "1.5", "-1", "2010-10-19T23:55:27Z"][random.integer(below: 4)]
      }
      return [user, pick(itemIDs), pick(ratings), String(time), random.integer(below: 9) == 0 ? "" : "x"]
    }
  }

  /// The first columns of the lines.
  private func text(
    _ lines: [[String]], columns: Int = 5, separator: String = ",", end: String, quoted: Bool
  ) -> [UInt8] {
    let body = lines.map { line in
      (quoted ? ["\"\(line[0])\""] + line[1..<columns] : line[..<columns]).joined(separator: separator) + end
    }
    let header = ["user", "item", "rating", "timestamp", "note"][..<columns].joined(separator: separator)
    return Array((header + "\n" + body.joined()).utf8)
  }

  private func read(_ bytes: [UInt8]) throws -> Interactions {
    var reader = InteractionReader(threads: 2)
    (reader.describesColumns, reader.chunkSize) = (false, 40_000)
    return try reader.read(ByteSource(name: "ratings.csv", bytes: bytes))
  }

  @Test("many at a time and one by one, lines are the same", arguments: ["\n", "\r\n"])
  func same(end: String) throws {
    for seed: UInt64 in 0..<12 {
      let lines = Self.lines(seed: seed, count: 3_000)
      let (fast, slow) = try (
        read(text(lines, end: end, quoted: false)), read(text(lines, end: end, quoted: true))
      )
      #expect(fast.users == slow.users && fast.items == slow.items, "seed \(seed)")
      #expect(fast.userIndices == slow.userIndices && fast.itemIndices == slow.itemIndices, "seed \(seed)")
      #expect(fast.ratings == slow.ratings && fast.timestamps == slow.timestamps, "seed \(seed)")
      #expect(fast.notes == slow.notes && fast.count > 1_000, "seed \(seed)")
      // And in numbers: the text of what is read without repeats.
      let known = Dictionary(lines.map { ($0[0] + " " + $0[1], $0[2]) }) { $1 }
      if known.count == lines.count {
        #expect(fast.ratings == lines.map { Float($0[2]) ?? .nan }, "seed \(seed)")
      }
    }
  }

  @Test("the common four columns are read like any others, with blanks that count and without")
  func common() throws {
    for seed: UInt64 in 0..<12 {
      let lines = Self.lines(seed: seed, count: 3_000)
      let slow = try read(text(lines, columns: 4, end: "\n", quoted: true))
      for separator in [",", "\t"] {
        let fast = try read(text(lines, columns: 4, separator: separator, end: "\n", quoted: false))
        #expect(fast.users == slow.users && fast.items == slow.items, "seed \(seed)")
        #expect(fast.userIndices == slow.userIndices && fast.itemIndices == slow.itemIndices, "seed \(seed)")
        #expect(fast.ratings == slow.ratings && fast.timestamps == slow.timestamps, "seed \(seed)")
        #expect(fast.count > 1_000, "seed \(seed)")
      }
    }
  }

  @Test("lines are the same wherever odd ones stand between plain ones")
  func places() throws {
    let odd = ["4.3333333", "-2", "1e1"]
    for period in 1...40 {
      let lines = (0..<200).map { line in
        ["\(line / 7)", "\(line)", line % period == period - 1 ? odd[line % 3] : "4.5", "\(line + 1_000)"]
      }
      let data = try read(text(lines, columns: 4, end: "\n", quoted: false))
      #expect(data.ratings == lines.map { Float($0[2]) ?? .nan }, "every \(period)th line")
      #expect(data.timestamps == (0..<200).map { Double($0 + 1_000) }, "every \(period)th line")
      #expect(data.userIndices == (0..<200).map { Int32($0 / 7) }, "every \(period)th line")
    }
  }

  @Test("the first thing wrong is told with its line, however the lines before were taken")
  func errors() throws {
    let wrong: [(column: Int, text: String)] = [
      (0, ""), (1, ""), (2, ""), (2, "."), (2, "4,5"), (2, "x"), (2, "4.5.1"), (2, "12345678x"), (3, ""), (3, "12a"),
      (3, "123456789012345678901234x"), (4, "\n"), (1, "\u{0}"), (0, "a\u{7F}"),
    ]
    for (seed, (column, wrongText)) in wrong.enumerated() {
      var random = Seed(UInt64(seed)).stream(.resampling)
      for _ in 0..<6 {
        var lines = Self.lines(seed: UInt64(seed), count: 900)
        lines[random.integer(below: 900)][column] = wrongText
        func outcome(quoted: Bool) -> (line: Int?, message: String) {
          do {
            _ = try read(text(lines, end: "\n", quoted: quoted))
            return (nil, "read")
          } catch let error as DataError {
            return (error.line, error.message)
          } catch {
            return (nil, "\(error)")
          }
        }
        #expect(outcome(quoted: false) == outcome(quoted: true), "\(wrongText) in column \(column)")
      }
    }
  }
}
