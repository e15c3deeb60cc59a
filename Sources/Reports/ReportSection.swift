import Plots
public import Presentation

/// A part of a report under a heading of its own.
public struct ReportSection: Sendable {
  /// The heading.
  public var title: String
  /// Its content.
  public var blocks: [ReportBlock]

  /// Creates a section.
  public init(_ title: String, _ blocks: [ReportBlock] = []) {
    self.title = title
    self.blocks = blocks
  }

  func markup(_ context: inout PageContext) -> Markup {
    let id = context.sectionID(for: title)
    var parts: [Markup] = [.tag("h2", ["id": "\(id)-title"], text: title)]
    for block in blocks { parts.append(block.markup(&context)) }
    return .tag("section", ["id": id, "aria-labelledby": "\(id)-title"], parts + [.verbatim("\n")])
  }
}

/// A part of a section.
public enum ReportBlock: Sendable {
  /// A paragraph; words between backticks are set as code.
  case prose(String)
  /// A remark that the reader must not miss: a limit, a sample, something not measured.
  case note(String)
  /// A list under a summary, closed until opened.
  case folded(summary: String, [String])
  /// A command line, in a fixed-width font and unbroken.
  case command(String)
  /// A heading within the section.
  case heading(String)
  /// Sentences, one a line.
  case list([String])
  /// Large numbers, each with a name.
  case keyFigures([KeyFigure])
  /// A table.
  case table(Table)
  /// A table of details, closed until opened.
  case details(Table)
  /// Figures, side by side where there is room.
  case figures([ReportFigure])
  /// An interactive part, with its program.
  case interactive(InteractiveBlock)

  func markup(_ context: inout PageContext) -> Markup {
    switch self {
    case .prose(let text): .tag("p", [:], Prose.markup(text))
    case .note(let text): .tag("p", ["class": "note"], Prose.markup(text))
    case .folded(let summary, let lines):
      .tag(
        "details", [:],
        [
          .tag("summary", text: summary),
          .tag("ul", [:], lines.map { .tag("li", [:], Prose.markup($0)) }),
        ])
    case .command(let text):
      .tag(
        "pre", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Command line"],
        [.tag("code", text: DisplayName(text, limit: Prose.longest).text)])
    case .heading(let text): .tag("h3", text: text)
    case .list(let lines): .tag("ul", [:], lines.map { .tag("li", [:], Prose.markup($0)) })
    case .keyFigures(let figures): .tag("dl", ["class": "key-figures"], figures.map(\.markup))
    case .table(let table): table.markup
    case .details(let table): table.details(summary: table.caption)
    case .figures(let figures): Self.figures(figures, &context)
    case .interactive(let block):
      block.markup(&context)
    }
  }

  private static func figures(_ figures: [ReportFigure], _ context: inout PageContext) -> Markup {
    var parts: [Markup] = []
    for figure in figures { parts.append(figure.markup(&context)) }
    return .tag("div", ["class": "figures"], parts)
  }
}

/// An interactive part of the page, with its program.
public struct InteractiveBlock: Sendable {
  /// The part of the page.
  var content: Markup
  /// The program; part of Doppel, never made from data.
  ///
  /// The same program of several blocks is written once.
  var script: String

  func markup(_ context: inout PageContext) -> Markup {
    if !context.scripts.contains(script) { context.scripts.append(script) }
    return content
  }
}

/// A headline number with its meaning.
public struct KeyFigure: Sendable {
  let name: String
  let value: String
  let detail: String
  let verdict: Assessment?

  /// Creates a key figure; `value` is shown unchanged.
  public init(_ name: String, _ value: String, detail: String = "", verdict: Assessment? = nil) {
    self.name = name
    self.value = value
    self.detail = detail
    self.verdict = verdict
  }

  var markup: Markup {
    var parts: [Markup] = [.tag("dt", text: name), .tag("dd", ["class": "value"], text: value)]
    if !detail.isEmpty || verdict != nil {
      parts.append(
        .tag("dd", ["class": "detail"], (verdict.map { [$0.markup, .text(" ")] } ?? []) + Prose.markup(detail)))
    }
    return .tag("div", [:], parts)
  }
}

/// State of a page being written, so that ids are unique.
struct PageContext {
  var sectionIDs: [String] = []
  var scripts: [String] = []
  var figures = 0

  mutating func sectionID(for title: String) -> String {
    let words = title.lowercased().unicodeScalars.map { scalar -> String in
      ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? String(scalar) : "-"
    }
    let slug = words.joined().split(separator: "-").prefix(6).joined(separator: "-")
    let stem = slug.isEmpty ? "section" : slug
    var id = stem
    var count = 2
    while sectionIDs.contains(id) || id == "main" {
      id = "\(stem)-\(count)"
      count += 1
    }
    sectionIDs.append(id)
    return id
  }
}

/// Text with code between backticks, cut at ``longest`` characters; no line ends between a number and its %.
enum Prose {
  static let longest = 2000

  static func markup(_ whole: String) -> [Markup] {
    let text = DisplayName.cut(whole, limit: longest).replacing(/([0-9]) %/) { "\($0.output.1)\u{A0}%" }
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    // A backtick without its partner is a backtick.
    if parts.count % 2 == 0 { return [.text(text)] }
    return parts.enumerated().filter { !$0.element.isEmpty }.map { index, part in
      index % 2 == 0 ? .text(String(part)) : .tag("code", text: String(part))
    }
  }
}
