import FileFormats
import Plots

/// A report: one HTML file that needs nothing but itself.
///
/// A page is a list of sections, a section a list of blocks:
///
/// ```swift
/// var page = ReportPage("Audit of synthetic.tsv", lead: "5,000 synthetic users compared with real ones.")
/// page.facts = [("real", "ratings.csv, 6,040 users"), ("seed", "42")]
///
/// var plot = Plot(
///   "Popularity by rank", description: "Synthetic and real popularity fall together.",
///   x: Axis("rank of the item", .logarithmic), y: Axis("share of users", .logarithmic))
/// plot.marks = [Line(Series("real", 0), realCurve), Line(Series("synthetic", 1), syntheticCurve)]
///
/// var table = Table("Fidelity", columns: [.text("measure"), .number("synthetic"), .number("real holdout")])
/// table.append([.text("length KS"), .number(0.031, decimals: 3), .number(0.029, decimals: 3)])
///
/// page.append(
///   ReportSection(
///     "Fidelity",
///     [
///       .prose("How much synthetic users look like real ones. `ks` is the largest distance of two curves."),
///       .keyFigures([KeyFigure("C2ST AUC", "0.52", detail: "0.5 is perfect", verdict: .good)]),
///       .table(table),
///       .figures([ReportFigure(plot, caption: "Popularity of every item, most popular first.")]),
///       .note("Drawn from 2,000 of 6,040 users."),
///     ]))
/// try page.write(to: "audit.html")
/// ```
///
/// All text is escaped; between backticks it is set as code. Ids of users and items go through `Table.Cell.name` and
/// the names of series and categories, which also shorten them. Every figure gets a table of its values.
/// A plot of more than some thousand signs is slow to open: take ``evenSample(of:limit:)`` of them and say so in a note.
public struct ReportPage: Sendable {
  /// What the page is about: its title and first heading.
  public var title: String
  /// One or two sentences under the title.
  public var lead: String
  /// What was used, as name and value: data, models, seed, version.
  public var facts: [(name: String, value: String)] = []
  /// The sections, in order.
  public private(set) var sections: [ReportSection] = []

  /// Creates a page without sections.
  public init(_ title: String, lead: String = "") {
    self.title = title
    self.lead = lead
  }

  /// Adds a section.
  public mutating func append(_ section: ReportSection) { sections.append(section) }

  /// The whole file.
  public var html: String {
    var context = PageContext()
    let main = sections.map { $0.markup(&context) }
    let titles = zip(context.sectionIDs, sections.map(\.title))
    let page = Markup.tag(
      "html", ["lang": "en"],
      [
        .tag("head", [:], head(context)), .verbatim("\n"),
        .tag(
          "body", [:],
          [
            .tag("a", ["class": "skip", "href": "#main"], text: "Skip to the report"),
            .tag("header", [:], heading),
            .tag(
              "nav", ["aria-label": "Contents"],
              [
                .tag(
                  "ol", [:],
                  titles.map { id, title in
                    .tag("li", [:], [.tag("a", ["href": "#\(id)"], text: title)])
                  })
              ]),
            .verbatim("\n"),
            .tag("main", ["id": "main", "tabindex": "-1"], main),
            .tag(
              "footer", [:],
              [.tag("p", text: "Made by doppel. This file is self-contained: it loads nothing.")]),
          ] + context.scripts.map { .tag("script", [:], [.verbatim(PageAssets.wrapped($0))]) }),
      ])
    var text = "<!DOCTYPE html>\n"
    page.write(to: &text)
    return text + "\n"
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `OutputError` naming `path`.
  public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

  private func head(_ context: PageContext) -> [Markup] {
    let scripts = context.scripts.map { "'sha256-\(SHA256.base64(of: PageAssets.wrapped($0)))'" }
    let style = PageAssets.style
    // Even if an id broke out of its place, nothing it brought along would run or load.
    let policy =
      "default-src 'none'; style-src 'sha256-\(SHA256.base64(of: style))'; script-src "
      + (scripts.isEmpty ? "'none'" : scripts.joined(separator: " ")) + "; base-uri 'none'; form-action 'none'"
    return [
      .tag("meta", ["charset": "utf-8"]),
      .tag("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
      .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .tag("meta", ["name": "color-scheme", "content": "light dark"]),
      .tag("title", text: title),
      .tag("style", [:], [.verbatim(style)]),
    ]
  }

  private var heading: [Markup] {
    var parts: [Markup] = [
      .tag("p", ["class": "maker"], text: "doppel"), .tag("h1", text: DisplayName(title, limit: 160).text),
    ]
    if !lead.isEmpty { parts.append(.tag("p", ["class": "lead"], Prose.markup(lead))) }
    if !facts.isEmpty {
      parts.append(
        .tag(
          "dl", ["class": "facts"],
          facts.map { fact in
            .tag(
              "div", [:],
              [
                .tag("dt", text: fact.name),
                .tag("dd", [:], [.tag("bdi", text: DisplayName(fact.value, limit: 200).text)]),
              ])
          }))
    }
    return parts
  }
}

/// Some of `count` things, evenly spread and always the same, at most `limit`: for plots of many users.
public func evenSample(of count: Int, limit: Int) -> [Int] {
  if count <= limit { return Array(0..<count) }
  return (0..<max(0, limit)).map { $0 * count / limit }
}
