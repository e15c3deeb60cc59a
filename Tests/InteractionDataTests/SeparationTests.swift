import InteractionData
import Testing

@Suite("What separates the columns")
struct SeparationTests {
  @Test(
    "a separator in ids, titles and decimal numbers does not cut the file",
    arguments: [
      ("1;Toy Story (1995), Disney\n1;Heat (1995), Mann\n2;Alien, Scott\n", "semicolon", "Toy Story (1995), Disney"),
      ("1|Toy Story, The\n2|Heat, The\n", "\"|\"", "Toy Story, The"),
      ("1::Toy Story, The::5\n2::Heat, The::4\n", "::", "Toy Story, The"),
      ("1\tToy Story, The\n2\tHeat, The\n", "tab", "Toy Story, The"),
      ("1,Alien; directed\n2,Heat; directed\n", "comma", "Alien; directed"),
      ("u1,ns::a,4\nu2,ns::b,5\n", "comma", "ns::a"),
      ("1,ns::a\n2,ns::b\n", "comma", "ns::a"),
      ("u1\tns::a\nu2\tns::b\n", "tab", "ns::a"),
      ("u1;a|b;3\nu2;a|c;4\n", "semicolon", "a|b"),
      ("u1|a;b|3\nu2|a;c|4\n", "\"|\"", "a;b"),
      ("u1,Toy Story\nu2,Big Heat\n", "comma", "Toy Story"),
      ("u1,The Big Heat\nu2,The Big Sleep\n", "comma", "The Big Heat"),
      ("u1,Toy Story,4\nu2,Big Heat,5\n", "comma", "Toy Story"),
      ("u1 a,b 4\nu2 a,c 5\n", "blanks", "a,b"),
      ("1 a,b\n2 a,c\n", "blanks", "a,b"),
      ("user;item\nDoe, Jane;a\nRoe, Joe;b\n", "semicolon", "a"),
      ("Doe, Jane;a\nRoe, Joe;b\n", "semicolon", "a"),
      ("userId;title\nu1;Heat, The\n", "semicolon", "Heat, The"),
      ("user, item\nu1, i1\nu2, i2\n", "comma", "i1"),
      ("u1, i1, 4\nu2, i2, 5\n", "comma", "i1"),
      ("u1 ; i1 ; 4\nu2 ; i2 ; 5\n", "semicolon", "i1"),
      ("u1 | i1\nu2 | i2\n", "\"|\"", "i1"),
      ("u1 :: i1\nu2 :: i2\n", "::", "i1"),
      ("u1,\ti1\nu2,\ti2\n", "comma", "i1"),
      ("u1,i1,5,2012-09-30 10:00:00\nu2,i2,4,2012-09-30 10:00:01\n", "comma", "i1"),
      ("\"u;1\",\"i;1\"\n\"u;2\",\"i;2\"\n", "comma", "i;1"),
    ])
  func decided(text: String, separator: String, item: String) throws {
    let data = try read(text)
    #expect(data.columns?.separator == separator)
    #expect(data.items[0] == item)
  }

  @Test(
    "a decimal comma is told from a separator, and refused with the number that would be accepted",
    arguments: [
      "u1;i1;4,5\nu1;i2;3,5\n", "u1 i1 4,5\nu1 i2 3,5\n", "u1|i1|4,5\nu1|i2|3,5\n", "u1\ti1\t4,5\n", "u1::i1::4,5\n",
    ])
  func decimalComma(text: String) {
    #expect(
      refusal(text)
        == "ratings.csv:1: \"4,5\" is not a rating; accepted: a number with a decimal point, 4.5 "
        + "(--rating-column selects the column; none ignores it)")
  }

  @Test(
    "where nothing decides, the flag is named",
    arguments: [
      ("a;b,c\nd;e,f\n", "comma", "semicolon"), ("u1;x,i1;y\nu2;x,i2;y\n", "comma", "semicolon"),
      ("u1,ns::i1\nu2,ns::i2\n", "::", "comma"), ("u1|a,b\nu2|a,c\n", "comma", "bar"),
      ("u1 i,1\nu2 i,2\n", "comma", "blanks"),
      ("1;2,5\n3;4,5\n", "comma", "semicolon"),
    ])
  func ambiguous(text: String, one: String, other: String) throws {
    #expect(refusal(text)?.hasSuffix("; accepted: --delimiter \(one) or --delimiter \(other)") == true, "\(text)")
    for name in [one, other] {
      let delimiter = try #require(Delimiter(name))
      #expect(try read(text, InteractionFormat(delimiter: delimiter, rating: .absent)).count == 2)
    }
  }

  @Test("a line with a column too few does not hand the file to a character of its ids")
  func raggedLine() {
    #expect(refusal("u1;i1;4,5\nu2;i2,5\n")?.hasSuffix("--delimiter comma or --delimiter semicolon") == true)
    #expect(refusal("u1;i1;4\nu2;i2\n")?.contains("has 2 columns where the first line has 3") == true)
  }

  @Test("titles that are cut evenly by chance for twenty lines are read whole")
  func laterEvidence() throws {
    let lines = (0..<60).map { "u\($0);\($0 < 50 ? "Toy Story, The" : "Heat")\n" }.joined()
    #expect(try read(lines).items.ids == ["Toy Story, The", "Heat"])
  }

  @Test(
    "blanks beside the separator are no part of an id, but those in quotes are",
    arguments: [
      ("u1, i1\nu1,i2\nu2 ,i1 \n u2,i2\n", ["u1", "u2"], ["i1", "i2"]),
      ("u1;\ti1\nu1 ; i1\n", ["u1"], ["i1"]),
      ("u1| i1\nu1 |i1\r\n", ["u1"], ["i1"]),
      ("u1:: i1\nu1 ::i1 \r\n", ["u1"], ["i1"]),
      ("u1, \"a b\"\n\"u1\" ,\"a b\" \r\nu1,a b\n", ["u1"], ["a b"]),
      ("u1,\" a\"\nu1, a\nu1,\"a \"\nu1,a \n", ["u1"], [" a", "a", "a "]),
      ("u1, \"a \"\"b\"\"\"\nu1,a\n", ["u1"], ["a \"b\"", "a"]),
    ])
  func blanks(text: String, users: [String], items: [String]) throws {
    let data = try read(text)
    #expect(data.users.ids == users)
    #expect(data.items.ids == items)
  }

  @Test("an id of nothing but blanks is empty")
  func blankIdentifier() {
    #expect(refusal("u1,i1\nu1,  \n")?.contains("ratings.csv:2: has an empty item") == true)
  }

  @Test("a tab file keeps blanks in ids, and says so")
  func tab() throws {
    let data = try read("u1\t i1\nu1\ti1\nu2 \ti1\n")
    #expect(data.items.ids == [" i1", "i1"] && data.users.ids == ["u1", "u2 "])
    #expect(
      data.notes == [
        "1 user id begins or ends with a blank, which is kept", "1 item id begins or ends with a blank, which is kept",
      ])
  }
}
