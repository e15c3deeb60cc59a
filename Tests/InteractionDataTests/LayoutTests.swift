import InteractionData
import Testing

@Suite("What is no table of interactions")
struct LayoutTests {
  static let accepted = "accepted: one interaction a line: user, item[, rating[, timestamp]]"

  @Test(
    "one user a line with items after it is refused with the true number of columns and a way out",
    arguments: [
      ("0 10 11 12\n1 10 12 14 15\n2 11 12 13 14 16\n", 2, 5, 4, "awk '{for"),
      ("0\t10\t11\t12\n1\t10\t12\t14\t15\n", 2, 5, 4, "awk -F '\\t' '{for"),
      ("u0,i10,i11,i12\nu1,i10\n", 2, 2, 4, "awk -F , '{for"),
      (
        "0 \((1...127).map(String.init).joined(separator: " "))\n1 \((1...40).map(String.init).joined(separator: " "))\n",
        2, 41, 128, "awk"
      ),
      ("0 10 11 12 13\n1 10\n2 11\n", 2, 2, 5, "awk"),
    ])
  func ragged(text: String, line: Int, found: Int, expected: Int, command: String) {
    let message = refusal(text) ?? ""
    #expect(message.hasPrefix("ratings.csv:\(line): "))
    #expect(
      message.contains("has \(found) columns where the first line has \(expected): this looks like one user a line"),
      "\(message)")
    #expect(message.contains("; \(Self.accepted); \(command)"), "\(message)")
  }

  @Test(
    "so is the same with as many items for everyone, and a matrix",
    arguments: [
      "0 10 11\n1 10 12\n2 11 12\n3 10 13\n", "0 10 11 12\n1 10 12 14\n2 11 12 13\n",
      "0 10 11 12 14 15\n1 10 12 14 15 16\n",
      "5,3,0,1,0\n4,0,0,1,2\n4,0,0,1,2\n", "u1,5,3,0,1,0\nu2,4,0,0,1,2\n", "user,101,102,103\nu1,5,0,3\nu2,0,4,1\n",
      "u,i1,i2,i3\n1,0,1,0\n2,1,1,0\n", ",alien,heat,ran\nann,5,,3\nbob,,4,1\n",
      "user,alien,heat,ran\nann,5,1,3\nbob,2,4,1\n",
    ])
  func evenLayouts(text: String) {
    let message = refusal(text) ?? ""
    #expect(message.contains("matrix") && message.contains(Self.accepted), "\(message)")
  }

  @Test("columns that the user names are read all the same")
  func named() throws {
    let format = InteractionFormat(rating: .number(3), timestamp: .number(4))
    #expect(try read("0 10 1 12\n1 10 2 14\n2 11 3 13\n", format).count == 3)
  }

  @Test(
    "tables of interactions are none of these",
    arguments: [
      "196 242 3 881250949\n186 302 3 891717742\n22 377 1 878887116\n", "1,10,4,1\n1,11,5,2\n2,10,3,3\n",
      "1,2,3\n2,3,4\n3,4,5\n",
      "2\t51\t13883\n2\t52\t11690\n3\t51\t52\n",
      "1\t1193\t5\t978300760\t7\n2\t661\t3\t978302109\t7\n3\t914\t3\t978301968\t7\n",
      "u1 i1 4 10\nu2 i2 3 11\nu3 i3 5 12\n",
    ])
  func tables(text: String) throws { #expect(try read(text).ratings?.isEmpty == false) }

  @Test(
    "surplus columns are an error on their line, as fields that are not quoted would be cut",
    arguments: [
      "user,title\n1,Alien\n2,Toy Story, The\n", "user,item,rating\nu,i,4\nu,j,5,x\n", "u\ti\nu\tj\tk\n",
    ])
  func surplus(text: String) {
    #expect(refusal(text)?.contains("columns where the first line has") == true, "\(refusal(text) ?? "")")
  }

  @Test(
    "text that is no table is named",
    arguments: [
      ("[{\"user\": 1}]\n", "begins a JSON array"), ("[\n[1, 2]\n]\n", "begins a JSON array"),
      ("{\n  \"a\": 1\n}\n", "begins a JSON object"),
      ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "is a Git LFS pointer"),
      ("1:\n1488844,3,2005-09-06\n", "is an item on a line of its own"),
    ])
  func otherKinds(text: String, message: String) {
    #expect(refusal(text)?.contains(message) == true, "\(refusal(text) ?? "")")
  }

  @Test("ids in braces and brackets are ids")
  func braces() throws {
    #expect(
      try read("{6B29FC40-CA47},[REC]\n{6B29FC41-CA47},x\n").lines == ["{6B29FC40-CA47} [REC]", "{6B29FC41-CA47} x"])
  }
}
