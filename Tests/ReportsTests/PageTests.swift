import Foundation
import Plots
import Reports
import Testing

/// What every report page promises, whatever is on it.
@Suite("A report page")
struct PageTests {
  static let pages = [Gallery.page(), Gallery.page(names: Hostile.ids)]

  @Test("is well formed, tags in balance", arguments: 0...1)
  func balance(page: Int) throws {
    let elements = try PageOutline(parsing: Self.pages[page].html)
    #expect(elements.count("svg") == 10)
    #expect(elements.count("figure") == 10)
    // Nothing that an id brought along became an element.
    for name in ["script", "img", "b-", "iframe", "object", "link"] { #expect(elements.count(name) == 0) }
  }

  @Test("asks for nothing outside itself", arguments: 0...1)
  func offline(page: Int) throws {
    let outline = try PageOutline(parsing: Self.pages[page].html)
    for (name, value) in outline.attributes {
      #expect(!name.lowercased().hasPrefix("on"), "\(name) would run a program")
      #expect(!["src", "srcset", "action", "data", "style"].contains(name))
      if name == "href" { #expect(value.hasPrefix("#")) }
    }
    #expect(!outline.styles.contains("url(") && !outline.styles.contains("@import"))
  }

  @Test("allows its own style and nothing else")
  func policy() throws {
    let outline = try PageOutline(parsing: Gallery.page().html)
    let policy = try #require(outline.attributes.first { $0.value.hasPrefix("default-src") }?.value)
    #expect(policy.contains("default-src 'none'"))
    #expect(policy.contains("script-src 'none'"))
    #expect(!policy.contains("unsafe"))
  }

  @Test("gives every plot a name, a description and a table")
  func alternatives() throws {
    let outline = try PageOutline(parsing: Gallery.page().html)
    let ids = outline.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(Set(ids).count == ids.count, "an id is there twice")
    for (name, value) in outline.attributes where name == "aria-labelledby" {
      for id in value.split(separator: " ") { #expect(ids.contains(String(id))) }
    }
    #expect(outline.count("details") == 10 + 1)
    #expect(outline.count("h1") == 1)
  }

  @Test("is the same every time")
  func deterministic() {
    #expect(Gallery.page().html == Gallery.page().html)
  }

  @Test("shows a very long id shortened and keeps the page small")
  func longIDs() {
    let page = Gallery.page(names: Hostile.ids).html
    #expect(page.utf8.count < 900_000)
    #expect(!page.contains(String(repeating: "long ", count: 400)))
  }

  @Test("a sample is even, ascending and never larger than asked for", arguments: [0, 1, 5, 100, 20_000])
  func samples(count: Int) {
    let sample = evenSample(of: count, limit: 100)
    #expect(sample.count == min(count, 100))
    #expect(zip(sample, sample.dropFirst()).allSatisfy { $0 < $1 })
    #expect(sample.allSatisfy { (0..<count).contains($0) })
  }
}
