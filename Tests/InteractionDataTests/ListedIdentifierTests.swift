import InteractionData
import Testing

@Suite("Ids in a text")
struct ListedIdentifierTests {
  @Test(
    "are known wholes, quoted texts, and otherwise what stands between commas",
    arguments: [
      ("x,y", ["x,y"]), ("\"x,y\"", ["x,y"]), ("x,z", ["x", "z"]), ("x,y,z", ["x,y", "z"]), ("z,x,y", ["z", "x,y"]),
      ("\"x\",\"y\"", ["x", "y"]), ("x, z", ["x", "z"]), ("x,", ["x"]), ("", []), (",,", []), ("q", ["q"]),
      ("q,r", ["q", "r"]), ("12\" disc", ["12\" disc"]), ("\"say \"\"hi\"\"\",x", ["say \"hi\"", "x"]),
      ("\"open", ["\"open"]), ("Warhammer 40,000, the game,z", ["Warhammer 40,000, the game", "z"]),
      // Byte for byte, whatever looks the same.
      ("e\u{301},é", ["e\u{301}", "é"]),
    ])
  func cut(_ text: String, _ ids: [String]) {
    let known = ["x", "z", "x,y", "say \"hi\"", "Warhammer 40,000, the game", "12\" disc"]
    let listed = ListedIdentifiers(text, isKnown: known.contains)
    #expect(listed.ids.map { Array($0.utf8) } == ids.map { Array($0.utf8) })
    #expect(listed.notes.isEmpty)
  }

  @Test("that could be read in two ways are read with the fewest, and a note says so")
  func ambiguous() {
    let whole = ListedIdentifiers("a,b", isKnown: ["a", "b", "a,b"].contains)
    #expect(whole.ids == ["a,b"] && whole.notes.count == 1)
    #expect(ListedIdentifiers("\"a\",\"b\"", isKnown: ["a", "b", "a,b"].contains).notes.isEmpty)
    #expect(ListedIdentifiers("\"a,b\"", isKnown: ["a", "b", "a,b"].contains).notes.isEmpty)
    let overlap = ListedIdentifiers("a,b,c", isKnown: ["a,b", "c", "a", "b,c"].contains)
    #expect(overlap.ids.count == 2 && overlap.notes.count == 1)
    // Only one of the two leaves nothing unknown.
    let clear = ListedIdentifiers("a,b,c", isKnown: ["a,b", "a", "b,c"].contains)
    #expect(clear.ids == ["a", "b,c"] && clear.notes.isEmpty)
  }

  @Test("are found in long lists, and as one id with very many commas")
  func long() {
    let many = (0..<20_000).map { "i\($0)" }
    let known = Set(many)
    #expect(ListedIdentifiers(many.joined(separator: ","), isKnown: known.contains).ids == many)
    let comma = String(repeating: ",x", count: 500)
    #expect(ListedIdentifiers(comma, isKnown: { $0 == comma }).ids == [comma])
  }
}
