import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import Reports
import Testing

/// The numbers that the page computes with; the computing itself is checked in a browser (`Tests/Browser`).
@Suite("The latent explorer")
struct ExplorerTests {
  @Test("carries the decoder: its weights give doppel's logits", arguments: ["mult-vae", "ae"])
  func weights(name: String) throws {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let model = try SmallModels.fit(name, rows)
    let embedded = try Embedded(SmallModels.page(name).html)
    #expect(embedded.names == data.items.ids)
    #expect(embedded["isDistribution"] == .bool(name == "mult-vae"))
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
  private let members: [String: JSONValue]

  init(_ html: String) throws {
    let start = try #require(html.range(of: "<script type=\"application/json\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let text = html[start.upperBound..<end.lowerBound]
    members = try #require(JSONValue(parsing: Array(text.utf8)).members)
  }

  subscript(key: String) -> JSONValue? { members[key] }
  var names: [String] { list(members["names"]).compactMap(\.text) }
  var precision: String? { members["output"]?.members?["precision"]?.text }
  var weights: [Double] { numbers(members["output"], "weight") }
  var width: Int { weights.count / max(1, names.count) }

  /// The logits of all items for a place to start from, with tanh between layers.
  func logits(place: Int) -> [Double] {
    let codes = floats(members["codes"]?.text ?? "")
    let latent = codes.count / (list(members["places"]).count + 1)
    var x = Array(codes[place * latent..<(place + 1) * latent])
    for layer in list(members["layers"]) { x = apply(layer, x).map(tanh) }
    return apply(members["output"], x)
  }

  private func apply(_ layer: JSONValue?, _ x: [Double]) -> [Double] {
    let (weight, bias) = (numbers(layer, "weight"), numbers(layer, "bias"))
    return bias.indices.map { row in
      x.indices.reduce(bias[row]) { $0 + weight[row * x.count + $1] * x[$1] }
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
