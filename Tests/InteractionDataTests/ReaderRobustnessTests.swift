import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Strange input")
struct ReaderRobustnessTests {
  /// Pieces that mean something to the reader, so that chance finds combinations of them.
  static let pieces = [
    "user", "item", "rating", "u1", "i2", "3.5", "nan", "é", ",", ",", "\t", "::", ":", ";", "|", " ", "\"",
    "\"\"",
    "\n", "\n", "\r\n", "\r", "\u{FEFF}", "-", ".", "1e400",
  ].map { Array($0.utf8) }

  @Test("whatever the bytes, reading gives data whose ids are in the text, or a data error")
  func mixtures() throws {
    var understood = 0
    for seed: UInt64 in 0..<5_000 {
      var random = Seed(seed).stream(.resampling)
      var bytes: [UInt8] = []
      for _ in 0..<random.integer(below: 40) {
        bytes += Self.pieces[random.integer(below: Self.pieces.count)]
        if random.integer(below: 60) == 0 { bytes.append(UInt8(random.integer(below: 256))) }
      }
      do {
        let data = try read(bytes)
        understood += 1
        #expect(data.count > 0 && data.users.count > 0 && data.items.count > 0, "seed \(seed)")
        for id in data.users.ids + data.items.ids {
          let quoted = Array(id.replacing("\"", with: "\"\"").utf8)
          #expect(
            !id.isEmpty && (bytes.contains(id.utf8) || bytes.contains(quoted)), "seed \(seed): \(id)")
        }
      } catch let error as DataError {
        #expect(error.path == "ratings.csv" && !error.message.isEmpty, "seed \(seed)")
      }
    }
    // Or else this test would be about errors only.
    #expect(understood > 100)
  }

  @Test("ids of any length come back whole, also where quotes are doubled")
  func longIdentifiers() throws {
    let long = String(repeating: "x", count: 10_000)
    let data = try read("\"a\"\"b\",\"\(long)1\"\n\"a\"\"b\",\(long)2\n\"\"\"\(long)\",c\n")
    #expect(data.users.ids == ["a\"b", "\"" + long])
    #expect(data.items.ids == [long + "1", long + "2", "c"])
  }

  @Test("a quote is doubled inside quotes only")
  func quotesOutsideQuotes() throws {
    let data = try read("a\"\"b,\"c\"\"d\"\nx,y\n")
    #expect(data.users.ids == ["a\"\"b", "x"])
    #expect(data.items.ids == ["c\"d", "y"])
  }

  @Test("reading is the same whether the last line has an end or not")
  func lastLine() throws {
    for text in ["a,b\nc,d", "a b 3\nc d 4", "a::b::1\nc::d::2", "\"a\",\"b\"\nc,\"d\""] {
      #expect(try read(text).lines == read(text + "\n").lines)
      #expect(try read(text).lines == read(text.replacing("\n", with: "\r\n") + "\r\n").lines)
    }
  }
}
