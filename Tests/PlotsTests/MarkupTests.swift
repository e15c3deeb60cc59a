import Plots
import Testing

@Suite("Markup")
struct MarkupTests {
  @Test("text and attributes are escaped")
  func escaping() {
    let element = Markup.tag("p", ["title": "\"'<>&", "id": nil], text: "<script>&\"'")
    #expect(
      element.serialised == "<p title=\"&quot;&#39;&lt;&gt;&amp;\">&lt;script&gt;&amp;&quot;&#39;</p>")
  }

  @Test("a quotation mark with a combining accent is escaped like any other")
  func combining() {
    let element = Markup.tag("p", ["title": "\"\u{301} onclick=x"], text: "<\u{338}b")
    #expect(element.serialised == "<p title=\"&quot;\u{301} onclick=x\">&lt;\u{338}b</p>")
  }

  @Test("control characters become signs that can be seen")
  func controls() {
    #expect(Markup.text("a\u{0}b\u{1B}c\u{7F}d\u{9F}e\u{FFFF}f\r").serialised == "a␀b␛c␡d\u{FFFD}e\u{FFFD}f␍")
  }

  @Test("an empty element is closed as HTML wants it")
  func empty() {
    #expect(Markup.tag("div").serialised == "<div></div>")
    #expect(Markup.tag("br").serialised == "<br/>")
  }

  @Test("a name is one line and not endless")
  func names() {
    #expect(DisplayName("a\nb").text == "a␊b")
    #expect(DisplayName("plain").text == "plain")
    #expect(!DisplayName("plain").isShortened)
    let long = DisplayName(String(repeating: "x", count: 10_000))
    #expect(long.text == String(repeating: "x", count: 79) + "…")
    #expect(long.isShortened)
    #expect(DisplayName("e" + String(repeating: "\u{301}", count: 10_000)).text.unicodeScalars.count == 3)
    #expect(DisplayName("").text == "(blank)")
    #expect(DisplayName(" \u{200A}").text == "(blank)")
    #expect(DisplayName("नमस्ते").text == "नमस्ते")
  }
}
