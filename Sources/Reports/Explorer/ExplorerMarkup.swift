import Foundation
import Plots

/// The explorer's part of the page: starting point, sliders, list.
extension ExplorerData {
  var markup: Markup {
    .tag(
      "div",
      ["class": "explorer", "data-explorer": model, "role": "group", "aria-label": "Latent explorer of \(model)"],
      [
        .tag("noscript", [:], [.tag("p", ["class": "note"], text: "The explorer needs JavaScript.")]),
        .tag("div", ["class": "controls no-print"], [start] + sliders.map(control)), profile,
        .tag("script", ["type": "application/json"], [.verbatim(json)]),
      ])
  }

  private var start: Markup {
    let users = places.enumerated().map { place, user in
      Markup.tag("option", ["value": "\(place)"], text: user.name)
    }
    let others = middles.enumerated().map { place, name in
      Markup.tag("option", ["value": "\(places.count + place)"], text: name)
    }
    let options: [Markup] = [
      .tag("optgroup", ["label": "Users"], users),
      .tag("optgroup", ["label": "No user"], others),
    ]
    return .tag(
      "p", ["class": "start"],
      [
        .tag(
          "label", [:], [.tag("span", text: "Start from"), .text(" "), .tag("select", ["data-start": ""], options)]),
        .text(" "), .tag("button", ["type": "button", "data-reset": ""], text: "Reset sliders"),
      ])
  }

  private func control(_ slider: Slider) -> Markup {
    // Two hundred steps: a press of a key is a change one can see.
    let step = (slider.high - slider.low) / 200
    return .tag(
      "label", ["class": "slider"],
      [
        .tag("span", text: "dimension \(slider.dimension + 1)"),
        .tag(
          "input",
          [
            "type": "range", "min": "\(slider.low)", "max": "\(slider.high)", "step": "\(step)",
            "data-dimension": "\(slider.dimension)",
          ]),
        .tag("output", text: ""),
      ])
  }

  private var profile: Markup {
    let quantity = likelihood == "gaussian" ? "value" : "probability"
    return .tag(
      "div", ["class": "profile"],
      [
        .tag(
          "table", [:],
          [
            .tag("caption", text: "The \(listLength) items with the largest \(quantity)"),
            .tag(
              "thead", [:],
              [
                .tag(
                  "tr", [:],
                  [
                    .tag("th", ["scope": "col"], text: "item"),
                    .tag("th", ["scope": "col"], text: "in profile"),
                    .tag("th", ["scope": "col", "class": "number"], text: quantity),
                    .tag("th", ["scope": "col"], text: "relative"),
                  ])
              ]), .tag("tbody", ["data-list": ""]),
          ]),
        .tag("p", ["class": "said", "data-said": "", "role": "status"]),
        .tag("p", ["class": "checked", "data-checked": ""]),
      ])
  }

  /// JSON without characters that HTML or XML would interpret.
  private var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(self) else { return "null" }
    var text = String(decoding: bytes, as: UTF8.self)
    for sign in ["<", ">", "&"] where text.utf8.contains(sign.utf8.first ?? 0) {
      let code = String(sign.unicodeScalars.first?.value ?? 0, radix: 16)
      text = text.replacing(sign, with: "\\u00" + code)
    }
    return text
  }
}
