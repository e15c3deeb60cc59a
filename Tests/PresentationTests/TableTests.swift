import Presentation
import Testing

@Suite("Tables as Markdown")
struct TableTests {
  @Test("words stand to the left and numbers to the right, the best of a column is bold, what is unknown is a dash")
  func snapshot() {
    var table = Table(columns: [
      .text("model"), .number("ndcg@100", best: .largest), .number("rmse", best: .smallest), .number("epochs"),
      .text("strongest items"), .text("used"),
    ])
    table.append([
      .name("popularity"), .number(0.1914, standardError: 0.0021), .missing, .missing, .names([]), .text("no"),
    ])
    table.append([
      .name("mult-vae"), .number(0.42612, standardError: 0.0022), .number(0.85, decimals: 3), .count(24_592_508),
      .names(["Heat", "Alien"]), .verdict(.good, "yes"),
    ])
    table.append([
      .name("ae"), .number(.nan), .number(0.9, decimals: 3), .number(-12.5, decimals: 1), .text("–"), .text("yes"),
    ])
    #expect(
      table.markdown() == """
        | model      |            ndcg@100 |      rmse |   epochs | strongest items | used |
        | ---------- | ------------------: | --------: | -------: | --------------- | ---- |
        | popularity |     0.1914 ± 0.0021 |         – |        – |                 | no   |
        | mult-vae   | **0.4261** ± 0.0022 | **0.850** | 24592508 | Heat; Alien     | yes  |
        | ae         |                   – |     0.900 |    −12.5 | –               | yes  |

        """)
  }

  @Test("rows that print the same best number are all bold, a single value is not")
  func bold() {
    var table = Table(columns: [.text("model"), .number("x", best: .largest), .number("y", best: .largest)])
    table.append([.text("a"), .number(0.50001), .number(1)])
    table.append([.text("b"), .number(0.50002), .missing])
    #expect(
      table.markdown(firstColumn: "run") == """
        | run |          x |      y |
        | --- | ---------: | -----: |
        | a   | **0.5000** | 1.0000 |
        | b   | **0.5000** |      – |

        """)
    #expect(table.isBest(row: 0, column: 1) && table.isBest(row: 1, column: 1))
    #expect(!table.isBest(row: 0, column: 2) && !table.isBest(row: 0, column: 0))
  }

  @Test("a bar or line break in a name cannot break the table")
  func escaping() {
    var table = Table(columns: [.text("model"), .number("v")])
    table.append([.name("a|b\nc"), .text("1")])
    #expect(table.markdown() == "| model  |   v |\n| ------ | --: |\n| a\\|b c |   1 |\n")
  }

  @Test("a table that is too wide comes in several with all of its columns")
  func width() {
    var table = Table(columns: [.text("name"), .number("aaaa"), .number("bbbb"), .number("cccc")])
    table.append([.name("x"), .count(1), .count(2), .count(3)])
    #expect(
      table.markdown(width: 24) == """
        | name | aaaa | bbbb |
        | ---- | ---: | ---: |
        | x    |    1 |    2 |

        | name | cccc |
        | ---- | ---: |
        | x    |    3 |

        """)
  }
}
