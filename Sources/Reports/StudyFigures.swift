import Inspection
import Plots
import Presentation

/// The figures that compare several models.
struct StudyFigures {
  let study: InspectionStudy

  /// How many principal directions carry how much of the variance between users.
  var directions: ReportFigure {
    var plot = Plot(
      "Directions that users differ in",
      description: study.models.map {
        "\($0.label): \(InspectionStudy.most) of the variance in \($0.codes.directions(carrying: CodeFindings.most))."
      }.joined(separator: " "),
      x: Axis("principal directions of the codes, largest first", .logarithmic),
      y: Axis("share of the variance", domain: 0...1))
    plot.marks = study.models.enumerated().map { place, model in
      Line(
        Series(model.label, place),
        model.codes.carried.enumerated().map { PlotPoint(Double($0.offset + 1), $0.element) })
    }
    plot.marks.append(Rule(y: CodeFindings.most, label: InspectionStudy.most))
    return ReportFigure(
      plot,
      caption: "The further left a curve reaches the rule, the fewer directions hold what a model knows about users.")
  }

  /// How similar decoded draws from the prior, and decoded codes, are to real profiles.
  var likeness: ReportFigure {
    let draws = study.models.map(\.priorDraws)
    var plot = Plot(
      "Decoded draws and codes beside real profiles",
      description: zip(study.models, draws).map {
        "\($0.label): draws \(Number.text($1.prior.nearest)), codes \(Number.text($1.codes.nearest))."
      }.joined(separator: " "),
      x: Axis("Jaccard similarity to the nearest real profile", includesZero: true),
      y: Axis("", .categories(study.models.map(\.label))))
    plot.marks = [
      Bars(Series("draws from the prior", 1), draws.map(\.prior.nearest), place: 0, of: 2),
      Bars(Series("users' own codes", 0), draws.map(\.codes.nearest), place: 1, of: 2),
    ]
    if let real = draws.first?.realNearest { plot.marks.append(Rule(x: real, label: "real profiles")) }
    return ReportFigure(
      plot,
      caption: "Draws that reach the rule look like users: real profiles are as similar to their nearest other. "
        + "Decoded codes can find the user's own profile.")
  }
}
