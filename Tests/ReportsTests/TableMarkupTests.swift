import Presentation
import Reports
import Testing

@Suite("Tables on a page")
struct TableMarkupTests {
  private func html(_ table: Table) -> String {
    var page = ReportPage("Page")
    page.append(ReportSection("Section", [.table(table)]))
    return page.html
  }

  @Test("treat names as names, words as words, and numbers as numbers with thousands set apart")
  func kinds() {
    var table = Table(
      "Caption", columns: [.text("kind"), .number("value", best: .smallest), .number("count"), .text("items")])
    table.append([.text("`code`"), .number(-12345.678, standardError: 0.5, decimals: 1), .count(20_108), .missing])
    table.append([
      .name("`id`"), .number(2, decimals: 1), .missing, .names(["<b>", String(repeating: "x", count: 100)]),
    ])
    let html = html(table)
    #expect(html.contains("<th scope=\"row\"><code>code</code></th>"))
    #expect(html.contains("<td class=\"number best\">−12,345.7 ± 0.5</td>"))
    #expect(html.contains("<td class=\"number\">20,108</td>"))
    // Backticks of an id are a part of it, every id is bounded, and each is isolated from its neighbour.
    #expect(html.contains("<th scope=\"row\"><bdi>`id`</bdi></th>"))
    #expect(html.contains("<bdi>&lt;b&gt;</bdi>; <bdi>\(String(repeating: "x", count: 79))…</bdi>"))
    #expect(html.contains("<th scope=\"col\" class=\"number\"><bdi>value</bdi></th>"))
    #expect(html.contains("<th scope=\"col\"><bdi>items</bdi></th>"))
  }
}
