import FileFormats
import Testing

@Suite("A JSON value")
struct JSONValueTests {
  private struct Numbers: Encodable {
    var plain = 0.5
    var missing = Double.nan
    var floats: [Float] = [1, .infinity, -.infinity]
    var text = "null"
    var nested = ["a": Double.infinity]
  }

  @Test("of an encoded value has null where a number is not finite, and text stays text")
  func nonFinite() throws {
    #expect(
      try JSONValue(encoding: Numbers())
        == .object([
          "plain": 0.5, "missing": .null, "floats": .array([1, .null, .null]), "text": "null",
          "nested": .object(["a": .null]),
        ]))
    #expect(try JSONValue(encoding: Double.nan) == .null)
  }

  @Test("that is not finite is written as null")
  func written() {
    #expect(
      JSONValue.array([.number(.nan), .number(.infinity), 1]).prettyPrinted.filter { !$0.isWhitespace }
        == "[null,null,1]")
  }

  @Test("as the command line takes it has no brackets, quotes or line breaks")
  func flagText() {
    #expect(JSONValue.array([600, 300]).flagText == "600,300")
    #expect(JSONValue.string("bernoulli").flagText == "bernoulli")
    #expect(JSONValue.number(0.001).flagText == "0.001")
    #expect(JSONValue.object(["model": "ae", "b": .array([1, 2])]).flagText == "{b: 1,2, model: ae}")
  }
}
