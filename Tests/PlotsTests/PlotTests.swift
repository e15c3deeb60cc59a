import Plots
import Testing

@Suite("Plots")
struct PlotTests {
  @Test("a line goes through its points, a gap interrupts it")
  func line() {
    var plot = Plot("t", description: "d", x: Axis("x", domain: 0...10), y: Axis("y", domain: 0...1))
    plot.marks = [
      Line(Series(), [PlotPoint(0, 0), PlotPoint(5, 0.5), PlotPoint(6, .nan), PlotPoint(10, 1)])
    ]
    let svg = plot.markup(id: "p").serialised
    let path = svg.split(separator: " d=\"").dropFirst().first.map { $0.prefix { $0 != "\"" } } ?? ""
    let starts = path.filter { $0 == "M" }.count
    #expect(starts == 2)
    #expect(path.filter { $0 == "L" }.count == 1)
  }

  @Test("title and description are found by the image's label")
  func alternatives() {
    let svg = Plot("a < b", description: "it's \"so\"", x: Axis("x"), y: Axis("y")).markup(id: "p").serialised
    #expect(svg.hasPrefix("<svg class=\"plot\" id=\"p\" role=\"img\""))
    #expect(svg.contains("<title id=\"p-title\">a &lt; b</title><desc id=\"p-desc\">it&#39;s &quot;so&quot;</desc>"))
    #expect(svg.contains("aria-labelledby=\"p-title p-desc\""))
  }

  @Test("bars start at 0 and are as long as their values")
  func bars() {
    var plot = Plot("t", description: "d", x: Axis("", .categories(["a", "b"])), y: Axis("y"))
    plot.marks = [Bars(Series(), [1, 2])]
    let heights = attribute("height", of: "<rect x", in: plot.markup(id: "p").serialised)
    #expect(heights.count == 2)
    #expect(abs(heights[1] - 2 * heights[0]) < 0.02)
  }

  @Test("a histogram counts every value once; edges belong to the bin above, the last to the last")
  func histogram() {
    let marks = Histogram(Series(), sharesOf: [0, 1, 1.5, 2, 3, 4, .nan, 9], edges: [0, 1, 2, 3])
    #expect(marks.heights == [1, 2, 2].map { $0 / 7 })
    let values = (0..<1000).map { Double($0) / 10 }
    let whole = Histogram(Series(), sharesOf: values, edges: Histogram.edges(values))
    #expect(abs(whole.heights.reduce(0, +) - 1) < 1e-12)
  }

  @Test("in a heat map, sign is hue and size is strength")
  func heatMap() {
    var plot = Plot("t", description: "d", x: Axis("", .categories(["a", "b"])), y: Axis("", .categories(["c"])))
    plot.marks = [HeatMap([[2, -1]])]
    let svg = plot.markup(id: "p").serialised
    #expect(svg.contains("class=\"above\" fill-opacity=\"1\""))
    #expect(svg.contains("class=\"below\" fill-opacity=\"0.5\""))
    #expect(plot.data.map(\.value) == ["2", "−1"])
  }

  @Test("every mark lists the values it shows")
  func data() {
    var plot = Plot("t", description: "d", x: Axis("x"), y: Axis("", .categories(["m"])))
    plot.marks = [Intervals(Series("s"), [.init(0.5, margin: 0.25)])]
    #expect(plot.data == [PlotDatum("s", "0.5", "m", "0.25 to 0.75")])
  }

  @Test("quantiles are a line, a box and a sign, each where its numbers are")
  func quantiles() {
    var plot = Plot("t", description: "d", x: Axis("", .categories(["a", "b"])), y: Axis("y", domain: 0...10))
    plot.marks = [Quantiles(Series("s"), [[0, 2, 4, 6, 10], [1, 1, 1, 1, 1]])]
    #expect(
      plot.data == [
        PlotDatum("s", "a", "4", "50 %: 2 to 6, 90 %: 0 to 10"), PlotDatum("s", "b", "1", "50 %: 1 to 1, 90 %: 1 to 1"),
      ])
    let svg = plot.markup(id: "p").serialised
    let (box, whisker) = (
      attribute("height", of: "<rect class=\"area", in: svg),
      svg.matches(of: /class="whisker s0" d="M[\d.]+ ([\d.]+)V([\d.]+)"/).compactMap { match in
        Double(match.1).flatMap { from in Double(match.2).map { from - $0 } }
      }
    )
    #expect(box.count == 2 && whisker.count == 2)
    #expect(abs(whisker[0] - 2.5 * box[0]) < 0.05 && box[1] == 0 && whisker[1] == 0)
  }

  @Test("curves have a sign at every point and words at their ends alone")
  func curves() {
    var plot = Plot("t", description: "d", x: Axis("x", domain: 0...10), y: Axis("y", domain: 0...10))
    plot.marks = [
      Curves([
        Curves.Curve(Series("a", 0), [2, 5, 8].map { PlotPoint($0, $0) }, labels: ["first", "middle", "last"]),
        Curves.Curve(Series("b", 1), [PlotPoint(5, 2)]),
        Curves.Curve(Series("c", 2), [PlotPoint(1, 8), PlotPoint(.nan, 8), PlotPoint(3, 8)]),
      ])
    ]
    let svg = plot.markup(id: "p").serialised
    #expect(svg.matches(of: /<path class="line s\d"/).count == 2)
    #expect(svg.matches(of: /<path class="sign s0" d="[^"]*"><title>/).count == 3)
    #expect(svg.contains("<title>a: middle</title>") && svg.contains("<title>b</title>"))
    #expect(svg.contains(">first</text>") && svg.contains(">last</text>") && !svg.contains(">middle</text>"))
    // The legend has each of them, a single point without a line.
    #expect(svg.matches(of: /<line class="line s\d"/).count == 2)
    #expect(plot.data.count == 7)
    #expect(plot.data[1] == PlotDatum("a", "5", "5", "middle"))
  }

  @Test("words of curves do not touch each other, and stay inside")
  func curveWords() {
    var plot = Plot("t", description: "d", x: Axis("x"), y: Axis("y"))
    plot.marks = [
      Curves(
        (0..<9).map { curve in
          let points = (0..<4).map { PlotPoint(0.5 + 0.02 * Double($0 * curve), 0.4 - 0.01 * Double($0 * $0 - curve)) }
          return Curves.Curve(Series("curve \(curve)", curve), points, labels: (0..<4).map { "T \($0) of \(curve)" })
        })
    ]
    let svg = plot.markup(id: "p").serialised
    var boxes: [(left: Double, right: Double, top: Double, bottom: Double)] = []
    for match in svg.matches(of: /<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">(T \d of \d)</) {
      guard let x = Double(match.1), let y = Double(match.2) else { continue }
      let width = DisplayName.width(of: String(match.4)) * 12
      let left = match.3 == "start" ? x : match.3 == "end" ? x - width : x - width / 2
      boxes.append((left, left + width, y - 9, y + 2))
    }
    // Some have no room; many of the eighteen have.
    #expect(boxes.count >= 6 && boxes.count <= 18)
    for (place, one) in boxes.enumerated() {
      #expect(one.left > 0 && one.right < 480)
      for other in boxes.dropFirst(place + 1) {
        #expect(
          one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top)
      }
    }
  }

  @Test("on a logarithmic axis, a line's signs keep their distance")
  func signs() {
    var plot = Plot("t", description: "d", x: Axis("x", .logarithmic), y: Axis("y", domain: 0...1))
    plot.marks = [Line(Series("a", 0), (1...1000).map { PlotPoint(Double($0), 0.5) })]
    let svg = plot.markup(id: "p").serialised
    let path = svg.matches(of: /class="sign s0" d="([^"]*)"/).map { String($0.1) }.last ?? ""
    let places = path.matches(of: /M([\d.]+)\s/).compactMap { Double($0.1) }
    #expect(places.count >= 6)
    for (one, next) in zip(places, places.dropFirst()) { #expect(next - one > 40, "\(places)") }
  }

  @Test("the legend lists each name once and nobody without a name")
  func legend() {
    var plot = Plot("t", description: "d", x: Axis("x"), y: Axis("y"))
    plot.marks = [
      Line(Series("a", 0), [PlotPoint(0, 0)]), Points(Series("a", 0), [PlotPoint(0, 0)]),
      Line(Series(colour: .neutral), [PlotPoint(1, 1)]),
    ]
    let svg = plot.markup(id: "p").serialised
    #expect(svg.split(separator: ">a</text>").count == 2)
  }

  @Test("colours have a contrast of 3 to 1 and more against their page")
  func contrast() {
    for colour in Palette.light { #expect(Palette.contrast(colour, Palette.lightPage) >= 3) }
    for colour in Palette.dark { #expect(Palette.contrast(colour, Palette.darkPage) >= 3) }
    #expect(abs(Palette.contrast("#000000", "#FFFFFF") - 21) < 1e-9)
  }

  @Test("the eight series differ in dash and sign, so that they can be told apart without colour")
  func series() {
    let svgs = Palette.light.indices.map { place in
      var plot = Plot("t", description: "d", x: Axis("x"), y: Axis("y"))
      plot.marks = [Line(Series("a", place), (0..<20).map { PlotPoint(Double($0), 1) })]
      return plot.markup(id: "p").serialised.replacing("class=\"line s\(place)\"", with: "").replacing(
        "class=\"sign s\(place)\"", with: "")
    }
    func found(_ pattern: Regex<(Substring, Substring)>) -> Set<String> {
      Set(svgs.map { svg in svg.firstMatch(of: pattern).map { String($0.1) } ?? "none" })
    }
    #expect(found(/stroke-dasharray="([^"]*)"/).count == 8)
    // The first path of all is the sign in the legend.
    #expect(found(/\sd="([^"]*)"/).count == 8)
  }

  @Test(
    "labels under an axis keep a distance, also where the last would stand over the edge",
    arguments: [Plot.Width.column, .page])
  func distances(width: Plot.Width) {
    for step in [0.0001, 0.01, 1, 1000, 1e6] {
      for upper in stride(from: 1.0, through: 12, by: 0.25) {
        var plot = Plot("t", description: "d", x: Axis("x"), y: Axis("", .categories(["m"])))
        plot.width = width
        plot.marks = [Intervals(Series("s"), [.init(458 * step), .init((458 + upper) * step)])]
        let svg = plot.markup(id: "p").serialised
        let labels = svg.matches(of: /<text x="([\d.]+)" y="[\d.]+" text-anchor="middle">([^<]+)</).compactMap {
          match in
          Double(match.1).map { ($0, DisplayName.width(of: String(match.2)) * 12) }
        }
        #expect(labels.count > 1)
        for (one, next) in zip(labels, labels.dropFirst()) {
          #expect(next.0 - one.0 > (one.1 + next.1) / 2 + 5.9, "\(step), \(upper)")
        }
      }
    }
  }

  @Test("nothing to show is still a plot")
  func empty() {
    for mark in [Line(Series(), []), Line(Series(), [PlotPoint(.nan, 1)])] {
      var plot = Plot("t", description: "d", x: Axis("x", .logarithmic), y: Axis("y"))
      plot.marks = [mark]
      #expect(plot.markup(id: "p").serialised.contains("</svg>"))
    }
  }

  private func attribute(_ name: String, of start: String, in svg: String) -> [Double] {
    svg.split(separator: start).dropFirst().compactMap { part in
      part.split(separator: " \(name)=\"").dropFirst().first.flatMap { Double($0.prefix { $0 != "\"" }) }
    }.suffix(2)
  }
}

extension PlotDatum {
  fileprivate init(_ series: String, _ x: String, _ y: String, _ value: String) {
    self.init(series: series, x: x, y: y, value: value)
  }
}
