import Foundation
import Plots

/// The explorer's part of the page: one hand of controls, and a panel for each model.
struct ExplorerMarkup {
  let data: ExplorerData
  let maps: [ExplorerMap]
  /// Whether titles can be typed.
  var canType: Bool { data.models.contains { $0.encoder != nil } }
  private let number: Int

  /// - Parameter number: tells the explorers of a page apart.
  init(_ data: ExplorerData, maps: [ExplorerMap], number: Int = 1) {
    (self.data, self.maps, self.number) = (data, maps, number)
  }

  var markup: Markup {
    let name = data.models.map(\.name).joined(separator: " and ")
    return .tag(
      "div",
      [
        "class": "explorer", "data-explorer": name, "role": "group",
        "aria-label": "Latent explorer of \(name)",
      ],
      [
        .tag(
          "noscript", [:], [.tag("p", ["class": "note"], text: "The explorer needs JavaScript.")]),
        .tag(
          "div", ["class": "hand no-print"],
          start + data.directions.enumerated().map(slider) + [
            .tag("p", ["class": "said", "data-said": "", "role": "status"])
          ]),
        .tag(
          "div", ["class": data.models.count == 1 ? "panels one" : "panels"],
          data.models.indices.map(panel)),
        .tag("p", ["class": "checked", "data-checked": ""]),
        .tag("script", ["type": "application/json"], [.verbatim(json)]),
      ])
  }

  private var start: [Markup] {
    let users = data.places.enumerated().map { place, user in
      Markup.tag("option", ["value": "\(place)"], text: user.name)
    }
    let others = data.middles.enumerated().map { place, name in
      Markup.tag("option", ["value": "\(data.places.count + place)"], text: name)
    }
    var options: [Markup] = [
      .tag("optgroup", ["label": "No user"], others), .tag("optgroup", ["label": "Users"], users),
    ]
    if canType {
      options.append(
        .tag("option", ["value": "typed", "hidden": "hidden"], text: "the items below"))
    }
    let field: [Markup] =
      canType
      ? [
        .tag(
          "p", ["class": "typing"],
          [
            .tag(
              "label", [:],
              [
                .tag("span", text: "or type what somebody likes"), .text(" "),
                .tag(
                  "input",
                  [
                    "type": "text", "data-typed": "", "list": "typed-\(number)",
                    "autocomplete": "off", "spellcheck": "false",
                  ],
                  []),
              ]), .tag("datalist", ["id": "typed-\(number)"], []),
          ]), .tag("p", ["class": "chips", "data-chips": "", "hidden": "hidden"], []),
      ] : []
    return [
      .tag(
        "p", ["class": "start"],
        [
          .tag(
            "label", [:],
            [
              .tag("span", text: "Start from"), .text(" "),
              .tag("select", ["data-start": ""], options),
            ]),
          .text(" "), .tag("button", ["type": "button", "data-reset": ""], text: "Reset sliders"),
        ])
    ] + field
  }

  private func slider(_ place: Int, _ label: DirectionLabel) -> Markup {
    func end(_ name: String, _ items: [String], _ look: String) -> Markup {
      .tag(
        "span", ["class": look],
        [.tag("b", [:], [.tag("bdi", text: name)])]
          + items.map { .tag("small", [:], [.tag("bdi", text: $0)]) })
    }
    return .tag(
      "label", ["class": "slider"],
      [
        .tag(
          "span", ["class": "ends"],
          [
            end(label.low, label.lowItems, "low"), .tag("span", ["class": "arrow"], text: "↔"),
            end(label.high, label.highItems, "high"),
          ]),
        .tag(
          "input",
          ["type": "range", "min": "-4", "max": "4", "step": "0.04", "data-direction": "\(place)"]),
        .tag("output", text: ""),
      ])
  }

  private func panel(_ place: Int) -> Markup {
    let model = data.models[place]
    let quantity = model.likelihood == "gaussian" ? "value" : "probability"
    let map = maps[place]
    let (across, up) = (data.directions.first, data.directions.dropFirst().first)
    let axes =
      (across.map { "across: \($0.low) ↔ \($0.high)" } ?? "")
      + (up.map { "; up: \($0.low) ↔ \($0.high)" } ?? "")
    return .tag(
      "div",
      [
        "class": "panel s\(place)", "data-model": "\(place)", "role": "group",
        "aria-label": model.name,
      ],
      [
        .tag(
          "p", ["class": "panel-head"],
          [
            .tag("b", [:], [.tag("bdi", text: DisplayName(model.name, limit: 60).text)]),
            .text(
              model.isDistribution ? " — a distribution for each user" : " — a point for each user"),
          ]),
        .tag("p", ["class": "draws no-print"], draws(model)),
        .tag(
          "table", [:],
          [
            .tag("caption", text: "The \(data.listLength) items with the largest \(quantity)"),
            .tag(
              "thead", [:],
              [
                .tag(
                  "tr", [:],
                  [
                    .tag("th", ["scope": "col"], text: "item"),
                    .tag("th", ["scope": "col", "class": "has-head"], text: "has"),
                    .tag("th", ["scope": "col", "class": "number"], text: quantity),
                    .tag("th", ["scope": "col", "class": "relative"], text: "relative"),
                  ])
              ]), .tag("tbody", ["data-list": ""]),
          ]),
        map.markup, .tag("p", ["class": "said"], text: axes), raw(model),
      ])
  }

  private func draws(_ model: ExplorerData.Model) -> [Markup] {
    func button(_ mark: String, _ text: String) -> Markup {
      .tag(
        "button",
        ["type": "button", mark: "", "disabled": model.isDistribution ? nil : "disabled"],
        text: text)
    }
    return [
      button("data-draw-prior", "Draw someone from the prior"), .text(" "),
      button("data-draw-near", "Draw near this person"),
    ]
      + (model.isDistribution
        ? []
        : [
          .text(" "),
          .tag(
            "span", ["class": "why"],
            text: "A point has no distribution, so there is nothing to draw from."),
        ])
  }

  private func raw(_ model: ExplorerData.Model) -> Markup {
    .tag(
      "details", ["class": "raw no-print"],
      [
        .tag(
          "summary", [:],
          [.text("Raw axes of "), .tag("bdi", text: DisplayName(model.name, limit: 60).text)])
      ]
        + model.raw.map { axis in
          // Two hundred steps: a press of a key is a change one can see.
          .tag(
            "label", ["class": "slider raw-slider"],
            [
              .tag("span", text: "dimension \(axis.dimension + 1)"),
              .tag(
                "input",
                [
                  "type": "range", "min": "\(axis.low)", "max": "\(axis.high)",
                  "step": "\((axis.high - axis.low) / 200)", "data-dimension": "\(axis.dimension)",
                ]), .tag("output", text: ""),
            ])
        })
  }

  /// JSON without characters that HTML or XML would interpret.
  private var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(data) else { return "null" }
    var text = String(decoding: bytes, as: UTF8.self)
    for sign in ["<", ">", "&"] where text.utf8.contains(sign.utf8.first ?? 0) {
      let code = String(sign.unicodeScalars.first?.value ?? 0, radix: 16)
      text = text.replacing(sign, with: "\\u00" + code)
    }
    return text
  }
}
