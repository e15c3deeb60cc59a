import Autoencoders
import Experiments
import InteractionData
public import Lesson
import Plots
import Presentation

/// The page of `explain`: AE against VAE, a claim, a figure and a number at a time.
public struct LessonReport: Sendable {
  private let lesson: LessonResult
  private let command: String?

  /// Prepares the page.
  ///
  /// - Parameter command: the command line, shown at the end.
  public init(_ lesson: LessonResult, command: String? = nil) {
    self.lesson = lesson
    self.command = command
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage("AE against VAE on \(lesson.facts.dataset?.name ?? "")", lead: lesson.summary)
    let data = lesson.facts.dataset
    page.facts =
      [
        ("data", data?.name ?? "–"), ("users", Number.text(data?.users ?? 0)), ("items", Number.text(data?.items ?? 0)),
        ("measured on", "\(Number.text(lesson.people)) unseen people"),
      ] + lesson.facts.lines
    page.append(
      ReportSection(
        "In short",
        [
          .prose(
            "An autoencoder (AE) encodes a person's items to a point, a variational autoencoder (VAE) to a distribution. Here are "
              + "five claims about the difference, each tested on these data: \(lesson.models)."),
          .table(lesson.verdicts),
        ]))
    append(lesson.cloud, to: &page, [.figures([map(ofCloud: false), map(ofCloud: true)])])
    append(lesson.draws, to: &page, [.figures([draws]), .table(lesson.drawTable)])
    append(lesson.ways, to: &page, [.figures([ways]), .table(lesson.wayTable)])
    append(lesson.weights, to: &page, [.figures([nats, quality]), .table(lesson.betaTable)])
    append(lesson.runs, to: &page, [.figures([runs])])
    var last: [ReportBlock] = [
      .prose(
        "How well items go together is the mean correlation of their columns over the training users: 0 for independent items. "
          + "Intervals are 95 % intervals over people, pairs of people or draws; they do not cover another training. Two runs are "
          + "compared by the variance that remains after the best rotation and scale (Procrustes)."
      )
    ]
    if !lesson.notes.isEmpty { last.append(.list(lesson.notes)) }
    if let command { last += [.prose("The command that wrote this page:"), .command(command)] }
    page.append(ReportSection("How it was measured", last))
    return page
  }

  private func append(_ part: any LessonPart, to page: inout ReportPage, _ blocks: [ReportBlock]) {
    page.append(ReportSection(part.title, part.sentences.map { .prose($0) } + blocks))
  }

  private func map(ofCloud isCloud: Bool) -> ReportFigure {
    let map = isCloud ? lesson.cloud.maps.cloud : lesson.cloud.maps.point
    let model = isCloud ? "VAE" : "AE"
    func points(_ places: [(x: Double, y: Double)]) -> [PlotPoint] { places.map { PlotPoint($0.x, $0.y) } }
    var plot = Plot(
      "\(lesson.cloud.person.id) in the \(model)",
      description: isCloud
        ? "Two ellipses around one person among the others: a wide one for three items, a narrow one for all."
        : "Two points for one person among the others: one for three items, one for all.",
      x: Axis("first direction"), y: Axis("second direction"))
    plot.marks = [Points(Series("other people", colour: .neutral), points(map.people), size: 1.8)]
    let words = ["\(PointAndCloud.few) items", "all \(lesson.cloud.person.all) items"]
    for (index, edge) in map.edges.enumerated() {
      plot.marks.append(Line(Series(nil, index), points(edge)))
    }
    for (index, place) in map.someone.enumerated() {
      plot.marks.append(Points(Series("known by \(words[index])", index), points([place]), size: 5.5))
    }
    let known = lesson.cloud.person.items.map(lesson.name(of:)).joined(separator: ", ")
    return ReportFigure(
      plot,
      caption: (isCloud ? "The ellipse holds 95 % of the posterior. " : "A point has no width to show. ")
        + "The directions are the two in which people differ most. The first items: \(known).")
  }

  private var draws: ReportFigure {
    let sources = lesson.draws.sources
    var plot = Plot(
      "How well ten items go together",
      description: sources.map { "\($0.name): \(Number.decimal($0.coherence.value, 3))" }.joined(separator: "; ") + ".",
      x: Axis("mean correlation of the items' audiences", includesZero: true),
      y: Axis("", .categories(sources.reversed().map(\.name))))
    plot.marks = [Intervals(Series(), sources.reversed().map { entry($0.coherence) })]
    return ReportFigure(
      plot, caption: "\(PriorDraws.count) lists of ten from each source, with 95 % intervals over the lists.")
  }

  private var ways: ReportFigure {
    var plot = Plot(
      "Coherence between one person and another",
      description: "How well ten items go together at five positions between two people, in both models.",
      x: Axis("position on the line (%)"), y: Axis("mean correlation of the items' audiences", includesZero: true))
    for (index, (words, values)) in [("VAE", lesson.ways.coherence.vae), ("AE", lesson.ways.coherence.ae)].enumerated()
    {
      func points(_ value: (Measured) -> Double) -> [PlotPoint] {
        zip(WaysBetween.steps, values).map { PlotPoint(100 * $0, value($1)) }
      }
      plot.marks.append(Ribbon(Series(nil, index), lower: points(\.low), upper: points(\.high)))
      plot.marks.append(Line(Series(words, index), points(\.value)))
    }
    return ReportFigure(plot, caption: "Mean over pairs of people, with 95 % intervals.")
  }

  private var nats: ReportFigure {
    let weights = lesson.weights.weights
    var plot = Plot(
      "What the code holds",
      description: weights.map { "β \(Number.exact($0.beta)): \(Number.decimal($0.nats.value, 1)) nats" }
        .joined(separator: "; ") + ".",
      x: Axis("nats from the prior", includesZero: true),
      y: Axis("β", .categories(weights.reversed().map { Number.exact($0.beta) })))
    plot.marks = [Bars(Series(), weights.reversed().map(\.nats.value))]
    return ReportFigure(plot, caption: "Mean divergence of people's codes from the prior; one bit is 0.69 nats.")
  }

  private var quality: ReportFigure {
    let weights = lesson.weights.weights
    var plot = Plot(
      "What it is good for",
      description: "Quality of recommendations and coherence of draws from the prior for each β.",
      x: Axis("ndcg@100, and mean correlation of ten items", includesZero: true),
      y: Axis("β", .categories(weights.reversed().map { Number.exact($0.beta) })))
    plot.marks = [
      Intervals(
        Series("ndcg@100 of recommendations", 0), weights.reversed().map { entry($0.quality) }, place: 0, of: 2),
      Intervals(
        Series("coherence of draws from the prior", 1), weights.reversed().map { entry($0.coherence) }, place: 1, of: 2),
    ]
    return ReportFigure(plot, caption: "With 95 % intervals over people, and over draws.")
  }

  private var runs: ReportFigure {
    let runs = lesson.runs
    var plot = Plot(
      "What two runs do not share",
      description: "After the best rotation: AE \(Number.decimal(runs.rotated.ae.value, 2)), VAE "
        + "\(Number.decimal(runs.rotated.vae.value, 2)).",
      x: Axis("share of the codes' variance that remains", domain: 0...1),
      y: Axis("", .categories(["VAE", "AE"])))
    plot.marks = [
      Intervals(
        Series("axis by axis", 0), [entry(runs.unaligned.vae), entry(runs.unaligned.ae)], place: 0, of: 2),
      Intervals(
        Series("after the best rotation", 1), [entry(runs.rotated.vae), entry(runs.rotated.ae)], place: 1, of: 2),
    ]
    return ReportFigure(plot, caption: "0: the same space. 1: nothing in common. Intervals are over people.")
  }

  private func entry(_ value: Measured) -> Intervals.Entry {
    Intervals.Entry(value.value, value.low.isFinite && value.high.isFinite ? value.low...value.high : nil)
  }
}
