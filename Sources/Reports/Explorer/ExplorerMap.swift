import Compute
import Foundation
import Plots

/// The users of one model on the first two directions, in standard deviations: points, or the ellipses of their posteriors.
struct ExplorerMap {
  /// The width of a standard deviation in the drawing.
  static let unit = 36.0
  /// How far the drawing reaches to each side, in standard deviations.
  private static let (reachX, reachY) = (4.0, 3.2)
  /// More points still make a picture; more ellipses make a blot.
  private static let (points, clouds) = (500, 120)

  let space: ExploredSpace
  let directions: [Direction]

  var markup: Markup {
    let (width, height) = (2 * Self.reachX * Self.unit, 2 * Self.reachY * Self.unit)
    let kind =
      space.logVariances == nil
      ? "a point for each user" : "the posterior of each user, one standard deviation wide"
    return .tag(
      "svg",
      [
        "class": "map", "viewBox": "\(-width / 2) \(-height / 2) \(width) \(height)", "role": "img",
        "aria-label": "Map of \(space.name): \(kind), and the current place",
      ],
      [
        .tag(
          "line",
          [
            "class": "map-axis", "x1": number(-width / 2), "x2": number(width / 2), "y1": "0",
            "y2": "0",
          ], []),
        .tag(
          "line",
          [
            "class": "map-axis", "y1": number(-height / 2), "y2": number(height / 2), "x1": "0",
            "x2": "0",
          ], []),
        .tag("g", ["class": space.logVariances == nil ? "map-points" : "map-clouds"], users),
        .tag("circle", ["class": "map-start", "r": "5", "data-origin": ""], []),
        .tag("circle", ["class": "map-here", "r": "6", "data-here": ""], []),
      ])
  }

  private var users: [Markup] {
    guard let first = directions.first else { return [] }
    let second =
      directions.dropFirst().first
      ?? Direction(move: first.move, reader: first.reader.map { _ in 0 })
    let (x, y) = (space.coordinates(first.reader), space.coordinates(second.reader))
    return evenSample(of: space.codes.rows, limit: space.logVariances == nil ? Self.points : Self.clouds).map { user in
      let (cx, cy) = (place(x[user], Self.reachX), place(-y[user], Self.reachY))
      guard let logVariances = space.logVariances else {
        return .tag("circle", ["cx": number(cx), "cy": number(cy), "r": "2"], [])
      }
      var (xx, xy, yy) = (0.0, 0.0, 0.0)
      for dimension in first.reader.indices {
        let variance = exp(Double(logVariances[user, dimension]))
        xx += variance * first.reader[dimension] * first.reader[dimension]
        xy -= variance * first.reader[dimension] * second.reader[dimension]
        yy += variance * second.reader[dimension] * second.reader[dimension]
      }
      // The axes of the ellipse: the eigenvalues of a symmetric matrix of two rows.
      let (mean, half) = ((xx + yy) / 2, (((xx - yy) / 2) * ((xx - yy) / 2) + xy * xy).squareRoot())
      let angle = atan2(2 * xy, xx - yy) / 2 * 180 / .pi
      return .tag(
        "ellipse",
        [
          "rx": number(Self.unit * max(0, mean + half).squareRoot()),
          "ry": number(Self.unit * max(0, mean - half).squareRoot()),
          "transform": "translate(\(number(cx)) \(number(cy))) rotate(\(number(angle)))",
        ], [])
    }
  }

  private func place(_ deviations: Double, _ reach: Double) -> Double {
    Self.unit * min(reach - 0.1, max(0.1 - reach, deviations))
  }

  private func number(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
