import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import Reports
import TestSupport
import Testing

/// The numbers that the page computes with; the computing itself is checked in a browser (`Tests/Browser`).
@Suite("The latent explorer")
struct ExplorerTests {
  @Test("carries the decoder: its steps give doppel's logits", arguments: ["mult-vae", "ae", "layers", "mixture"])
  func weights(name: String) throws {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let model: any FittedModel =
      switch name {
      case "layers": try SmallModels.layered()
      case "mixture": try SmallModels.mixed()
      default: try SmallModels.fit(name, rows)
      }
    let embedded = try Embedded(SmallModels.page(name, of: model).html)
    #expect(embedded.names == data.items.ids)
    #expect(embedded["isDistribution"] == .bool(name != "ae"))
    let scores = try model.scores(
      for: Profiles(items: rows).selecting(0..<1), using: SmallModels.processor.engine)
    let logits = embedded.logits(place: 0)
    for (item, logit) in logits.enumerated() { #expect(abs(logit - Double(scores[0, item])) < 1e-5) }
  }

  @Test("with less room, keeps the likeliest items and rounds their weights to half precision")
  func budget() throws {
    let whole = try Embedded(SmallModels.page("mult-vae").html)
    let cut = try Embedded(SmallModels.page("mult-vae", budget: 6_000).html)
    #expect(cut.names.count < whole.names.count && cut.names.count >= 20)
    #expect(cut.precision == "f16" && whole.precision == "f32")
    let places = Dictionary(uniqueKeysWithValues: whole.names.enumerated().map { ($0.element, $0.offset) })
    let width = whole.width
    for (row, name) in cut.names.enumerated() {
      let place = try #require(places[name])
      for column in 0..<width {
        let (exact, rounded) = (whole.weights[place * width + column], cut.weights[row * width + column])
        #expect(abs(exact - rounded) <= abs(exact) * 0x1p-11 + 0x1p-25)
      }
    }
    let page = try SmallModels.page("mult-vae", budget: 6_000).html
    #expect(page.contains("of 160 items") && page.contains("normalised over these items"))
  }

  @Test("is not offered where the hidden layers alone are too much, or where there is no latent space")
  func refusals() throws {
    #expect(try SmallModels.page("mult-vae", budget: 500).html.contains("so there is no explorer"))
    #expect(try SmallModels.page("popularity").html.contains("has no latent space"))
  }

  @Test("an AE's page says that its code has no distribution")
  func honesty() throws {
    #expect(try SmallModels.page("ae").html.contains("encodes to a point and has no distribution"))
    #expect(try !SmallModels.page("mult-vae").html.contains("has no distribution"))
  }

  @Test("a mixture is described, and starts from its mean or one of its components, the likeliest first")
  func mixture() throws {
    let model = try SmallModels.mixed()
    let page = try SmallModels.page("mixture", of: model).html
    #expect(page.contains("is a mixture of 3 Gaussians") && !page.contains("N(0, 1) in every dimension"))
    let embedded = try Embedded(page)
    // The mean of all codes, the mean of the prior, three components.
    let places = embedded.codes.count - 4
    expectClose(embedded.codes[places], model.prior.mean, within: 1e-6, "middle")
    for (place, component) in model.prior.components.enumerated() {
      expectClose(embedded.codes[places + 1 + place], component.mean, within: 1e-6, "component \(place)")
      #expect(page.contains("component \(place + 1) of the prior (33 %)"))
    }
  }

  @Test("a slider leaves the others where they are, and the first one changes the list most")
  func directions() throws {
    let embedded = try Embedded(SmallModels.page("mult-vae").html)
    let (moves, readers) = (embedded.vectors("moves"), embedded.vectors("readers"))
    #expect(moves.count == 8 && readers.count == 8)
    for (i, reader) in readers.enumerated() {
      for (j, move) in moves.enumerated() {
        let coordinate = zip(reader, move).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(coordinate - (i == j ? 1 : 0)) < 1e-4, "\(i) \(j)")
      }
    }
    let middle = embedded.codes[embedded.codes.count - 2]
    let start = embedded.logits(at: middle)
    let shares = start.map { exp($0) / start.reduce(0) { $0 + exp($1) } }
    func strength(_ move: [Double]) -> Double {
      let change = zip(embedded.logits(at: zip(middle, move).map(+)), start).map(-)
      let mean = zip(shares, change).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(shares, change).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    }
    #expect(strength(moves[0]) > strength(moves[7]))
  }

  @Test("is named by genres where items have them, else by items, and no two directions alike")
  func labels() throws {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let model = try SmallModels.fit("mult-vae", rows)
    func labels(_ titles: ItemTitles?) throws -> [(low: String, high: String)] {
      var explorer = LatentExplorer(
        "vae", model: model, userIDs: data.users.ids, profiles: Profiles(items: rows), items: data.items)
      explorer.titles = titles
      var page = ReportPage("Explorer")
      page.append(ReportSection("Explore", try explorer.blocks(processor: SmallModels.processor)))
      guard case .array(let directions)? = try Embedded(page.html)["directions"] else { return [] }
      return directions.compactMap(\.members).map { ($0["low"]?.text ?? "", $0["high"]?.text ?? "") }
    }
    // The ids of a made-up population end with the genre in brackets.
    let genres = data.items.ids.map { String($0.split(separator: "(").last?.dropLast() ?? "") }
    let named = try labels(
      ItemTitles(items: data.items, titles: data.items.ids.map { _ in nil }, genres: genres.map { [$0] }))
    #expect(Set(genres).contains(named[0].low) && Set(genres).contains(named[0].high) && named[0].low != named[0].high)
    #expect(Set(named.map { "\($0.low)–\($0.high)" }).count == named.count)
    let plain = try labels(nil)
    #expect(
      plain.count == 8 && plain.allSatisfy { data.items.ids.contains($0.low) && data.items.ids.contains($0.high) })
  }

  @Test("two models follow one hand, whatever the order of their items")
  func together() throws {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let (vae, ae) = (try SmallModels.fit("mult-vae", rows), try SmallModels.fit("ae", rows))
    let turned = Vocabulary(ids: data.items.ids.reversed())
    func page(_ items: Vocabulary) throws -> String {
      let own = data.rows(in: items).rows
      let other = items == data.items ? ae : try SmallModels.fit("ae", own)
      var explorer = LatentExplorer(
        "vae", model: vae, userIDs: data.users.ids, profiles: Profiles(items: rows), items: data.items)
      explorer.add("ae", model: other, profiles: Profiles(items: own), items: items)
      var page = ReportPage("Explorer")
      page.append(ReportSection("Explore", try explorer.blocks(processor: SmallModels.processor)))
      if items != data.items {
        // What the page decodes for the first user is what the model says, item by item.
        let scores = try other.scores(for: Profiles(items: own).selecting(0..<1), using: SmallModels.processor.engine)
        let logits = try Embedded(page.html, model: 1).logits(place: 0)
        for (item, logit) in logits.enumerated() {
          let column = try #require(items.index(of: data.items[item]))
          #expect(abs(logit - Double(scores[0, column])) < 1e-5)
        }
      }
      return page.html
    }
    let html = try page(data.items)
    #expect(html.contains("Draw someone from the prior") && html.contains("A point has no distribution"))
    #expect(try Embedded(html, model: 1).vectors("moves").count == 8)
    _ = try page(turned)
  }

  @Test("stays well formed and alone with ids as nobody should have them")
  func hostile() throws {
    let html = try SmallModels.page("mult-vae", hostile: true).html
    let outline = try PageOutline(parsing: html)
    #expect(outline.count("script") == 2, "the data and the program")
    #expect(outline.count("img") == 0)
    let policy = try #require(outline.attributes.first { $0.value.hasPrefix("default-src") }?.value)
    #expect(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"))
    #expect(html.components(separatedBy: "</script>").count == 3)
    #expect(try Embedded(html).names[0] == "<script>alert(1)</script>")
  }
}

/// What stands in the explorer's JSON.
private struct Embedded {
  private let root: [String: JSONValue]
  private let members: [String: JSONValue]

  init(_ html: String, model place: Int = 0) throws {
    let start = try #require(html.range(of: "<script type=\"application/json\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let text = html[start.upperBound..<end.lowerBound]
    root = try #require(JSONValue(parsing: Array(text.utf8)).members)
    guard case .array(let models)? = root["models"] else { throw Malformed() }
    members = try #require(models[place].members)
  }

  private struct Malformed: Error {}

  subscript(key: String) -> JSONValue? { members[key] ?? root[key] }
  var names: [String] { list(root["names"]).compactMap(\.text) }
  var precision: String? { steps.last?.members?["precision"]?.text }
  var weights: [Double] { numbers(steps.last, "weight") }
  var width: Int { weights.count / max(1, names.count) }
  private var steps: [JSONValue] { list(members["steps"]) }

  /// All places to start from.
  var codes: [[Double]] {
    let numbers = floats(members["codes"]?.text ?? "")
    let count = list(root["places"]).count + list(root["middles"]).count
    let latent = numbers.count / max(1, count)
    return (0..<count).map { Array(numbers[$0 * latent..<($0 + 1) * latent]) }
  }

  /// Vectors of the latent space, one for each direction.
  func vectors(_ key: String) -> [[Double]] {
    let (numbers, width) = (floats(members[key]?.text ?? ""), codes[0].count)
    return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
  }

  /// The logits of all items for a place to start from.
  func logits(place: Int) -> [Double] { logits(at: codes[place]) }

  /// The logits of all items for a latent vector.
  func logits(at code: [Double]) -> [Double] {
    steps.reduce(into: [code]) { values, step in
      let reads = list(step.members?["reads"]).compactMap { place -> Int? in
        if case .number(let number) = place { Int(number) } else { nil }
      }
      let read = reads.dropFirst().reduce(values[reads[0]]) { zip($0, values[$1]).map(+) }
      values.append(apply(step, read))
    }.last ?? []
  }

  private func apply(_ step: JSONValue, _ x: [Double]) -> [Double] {
    let (weight, bias) = (numbers(step, "weight"), numbers(step, "bias"))
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    switch step.members?["operation"]?.text {
    case "dense":
      return bias.indices.map { row in
        x.indices.reduce(bias[row]) { $0 + weight[row * x.count + $1] * x[$1] }
      }
    case "tanh": return x.map { tanh($0) }
    case "relu": return x.map { max(0, $0) }
    case "sigmoid": return x.map(sigmoid)
    case "swish": return x.map { $0 * sigmoid($0) }
    case "gate": return zip(x.prefix(x.count / 2), x.suffix(x.count / 2)).map { $0 * sigmoid($1) }
    case "normalisation":
      guard case .number(let epsilon)? = step.members?["epsilon"] else { return [] }
      let scale = (Statistics.populationVariance(x) + epsilon).squareRoot()
      return x.indices.map { (x[$0] - Statistics.mean(x)) / scale * weight[$0] + bias[$0] }
    default: return []
    }
  }

  private func list(_ value: JSONValue?) -> [JSONValue] {
    if case .array(let values) = value { values } else { [] }
  }

  private func numbers(_ layer: JSONValue?, _ key: String) -> [Double] {
    let text = layer?.members?[key]?.text ?? ""
    return key == "weight" && layer?.members?["precision"]?.text == "f16" ? halves(text) : floats(text)
  }

  private func words(_ text: String, size: Int) -> [UInt32] {
    let bytes = Array(Data(base64Encoded: text) ?? Data())
    return stride(from: 0, to: bytes.count, by: size).map { start in
      (0..<size).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
    }
  }

  private func floats(_ text: String) -> [Double] {
    words(text, size: 4).map { Double(Float(bitPattern: $0)) }
  }

  private func halves(_ text: String) -> [Double] {
    words(text, size: 2).map { bits in
      let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
      let size = exponent == 0 ? fraction * 0x1p-24 : (1 + fraction / 1024) * pow(2, Double(exponent - 15))
      return bits & 0x8000 == 0 ? size : -size
    }
  }
}
