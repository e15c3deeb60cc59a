import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Reading interactions")
struct InteractionReaderTests {
  static let full = ["u1 i1 4.0 @10.0", "u1 i2 3.5 @11.0", "u2 i1 1.0 @12.0"]
  static let pairs = ["u1 i1", "u1 i2", "u2 i1"]

  @Test(
    "every separator is recognised, with a header and without",
    arguments: ["\t", ",", "::", ";", "|", " ", "   "], ["", "user_id,item_id,rating,timestamp\n"])
  func separators(separator: String, header: String) throws {
    let body = header + "u1,i1,4,10\nu1,i2,3.5,11\nu2,i1,1,12\n"
    let data = try read(body.replacing(",", with: separator))
    #expect(data.lines == Self.full, "\(separator)")
  }

  @Test(
    "known headers are recognised in any case and order",
    arguments: [
      ("user_id:token\titem_id:token\trating:float\ttimestamp:float\nu1\ti1\t4\t10\n", "u1 i1 4.0 @10.0"),
      ("userId,movieId,rating,timestamp\nu1,i1,4,10\n", "u1 i1 4.0 @10.0"),
      ("uid,sid\nu1,i1\n", "u1 i1"),
      ("ITEM\tUSER\ni1\tu1\n", "u1 i1"),
      ("timestamp;Rating;item;user\n10;4;i1;u1\n", "u1 i1 4.0 @10.0"),
      ("userID\tartistID\tweight\nu1\ti1\t13883\n", "u1 i1 13883.0"),
      ("\"userId\",\"movieId\",\"tag\"\nu1,i1,funny\n", "u1 i1"),
      ("user id,item-id,note\nu1,i1,x\n", "u1 i1"),
    ])
  func headers(text: String, line: String) throws { #expect(try read(text).lines == [line]) }

  @Test("without a header the first line is data")
  func noHeader() throws {
    #expect(try read("a,b\nu1,i1\n").lines == ["a b", "u1 i1"])
    #expect(try read("1,2\n3,4\n").lines == ["1 2", "3 4"])
  }

  @Test("more columns than four are not read, and a line may have more than the first where they are empty")
  func extraColumns() throws {
    #expect(try read("u1,i1,4,10,x\nu1,i2,3.5,11,y, ,\nu2,i1,1,12,\n").lines == Self.full)
  }

  @Test(
    "line ends, a byte order mark and blank lines make no difference",
    arguments: [
      "u1\ti1\nu1\ti2\nu2\ti1", "u1\ti1\r\nu1\ti2\r\nu2\ti1\r\n", "\u{FEFF}u1\ti1\nu1\ti2\nu2\ti1\n",
      "\n\nu1\ti1\n\n  \nu1\ti2\nu2\ti1\n\n \t\n\r\n", "\u{FEFF}user\titem\r\n\r\nu1\ti1\r\nu1\ti2\r\nu2\ti1",
    ])
  func lineEnds(text: String) throws { #expect(try read(text).lines == Self.pairs) }

  @Test("ids come back byte for byte")
  func ids() throws {
    let ids = [
      "007", "é", "e\u{301}", "🎬", "名前", " padded ", "\"quoted\"", "a,b", "+1", "1e3", "NaN", "user",
    ]
    let data = try read(ids.map { "\($0)\tx\($0)\n" }.joined())
    #expect(data.users.ids.map { Array($0.utf8) } == ids.map { Array($0.utf8) })
    #expect(data.items.ids.map { Array($0.utf8) } == ids.map { Array("x\($0)".utf8) })
    // Swift takes the two é for the same string; the vocabulary does not.
    #expect(data.users.index(of: "é") == 1)
    #expect(data.users.index(of: "e\u{301}") == 2)
    #expect(data.users.index(of: "absent") == nil)
  }

  @Test("quoted CSV columns may hold the separator and doubled quotes")
  func quotes() throws {
    let data = try read(
      "user,item\n\"Doe, Jane\",\"say \"\"hi\"\"\"\r\n\"\"\"\",plain\nx,a\"b\n\"last\",\"end\"")
    #expect(data.users.ids == ["Doe, Jane", "\"", "x", "last"])
    #expect(data.items.ids == ["say \"hi\"", "plain", "a\"b", "end"])
  }

  @Test("columns can be chosen by name or number, and left out")
  func chosenColumns() throws {
    let text = "when,who,what,how\n10,u1,i1,4\n"
    let named = InteractionFormat(
      user: .init("who"), item: .init("What"), rating: .init("how"), timestamp: .init("when"))
    #expect(try read(text, named).lines == ["u1 i1 4.0 @10.0"])
    let numbered = InteractionFormat(
      user: .init("2"), item: .init("3"), rating: .init("4"), timestamp: .init("1"))
    #expect(try read("10,u1,i1,4\n", numbered).lines == ["u1 i1 4.0 @10.0"])
    let without = InteractionFormat(rating: .init("none"), timestamp: .init("none"))
    #expect(try read("u1,i1,text,text\n", without).lines == ["u1 i1"])
    #expect(try read("u1;x,i1;y\n", InteractionFormat(delimiter: .comma)).lines == ["u1;x i1;y"])
  }

  @Test("of repeated pairs the latest is kept with its rating and its place, of equal times the later line")
  func repeats() throws {
    let data = try read("u1,i1,1,10\nu2,i1,2,11\nu1,i1,5,12\nu1,i2,3,13\nu1,i1,4,9\n")
    #expect(data.lines == ["u2 i1 2.0 @11.0", "u1 i1 5.0 @12.0", "u1 i2 3.0 @13.0"])
    #expect(data.notes == ["2 repeated (user, item) pairs merged (latest rating kept)"])
    #expect(try read("u1,i1,1,7\nu1,i2,2,7\nu1,i1,3,7\n").lines == ["u1 i2 2.0 @7.0", "u1 i1 3.0 @7.0"])
    // Users need not stand together.
    #expect(try read("u2,i1,1,7\nu1,i2,2,7\nu2,i1,3,6\n").lines == ["u2 i1 1.0 @7.0", "u1 i2 2.0 @7.0"])
  }

  @Test("without times the first place and the last rating are kept")
  func repeatsWithoutTimes() throws {
    let data = try read("u1,i1,1\nu2,i1,2\nu1,i1,5\n")
    #expect(data.lines == ["u1 i1 5.0", "u2 i1 2.0"])
    #expect(data.notes == ["1 repeated (user, item) pair merged (last rating kept)"])
    #expect(try read("a b\na b\na c\n").notes == ["1 repeated (user, item) pair merged"])
  }

  @Test("the latest rating is kept whether the times are or not")
  func repeatsWithoutKeepingTimes() throws {
    let bytes = Array("u1,i1,5,100\nu1,i2,4,50\nu1,i1,3,5\n".utf8)
    let source = ByteSource(name: "ratings.csv", bytes: bytes)
    let data = try InteractionReader().read(source, keeping: .ratings)
    #expect(data.lines == ["u1 i1 5.0", "u1 i2 4.0"])
    #expect(try data.notes == InteractionReader().read(source).notes)
  }

  @Test(
    "numbers are read as the standard library reads them",
    arguments: [
      "4", "-0", "3.5", ".5", "5.", "+2", "1e3", "1.5E-3", "0.1", "123456789.123456", "0.30000000000000004",
      "12345678901", "881250949.123456",
    ])
  func numbers(text: String) throws {
    let data = try read("u\ti\t\(text)\t\(text)\n")
    #expect(data.ratings == [Float(Double(text) ?? .nan)])
    #expect(data.timestamps == [Double(text) ?? .nan])
  }

  @Test("the data prints its size")
  func description() throws {
    #expect(try "\(read("a b\na c\nd b\n"))" == "<Interactions 2 users × 2 items, 3 interactions>")
  }

  @Test("many ids keep their numbers")
  func manyIDs() throws {
    let data = try read((0..<50_000).map { "u\($0)\ti\($0 * 7919 % 50_000)\n" }.joined())
    for index in stride(from: 0, to: 50_000, by: 997) {
      #expect(data.users[index] == "u\(index)")
      #expect(data.users.index(of: "u\(index)") == index)
    }
    #expect(data.items.count == 50_000)
  }
}
