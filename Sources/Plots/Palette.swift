import Foundation

/// The colours of plots, after Okabe and Ito's set for readers with any kind of colour vision.
///
/// The order puts colours first that stay far apart under protanopia and deuteranopia. Each colour has a contrast of at
/// least 3 to 1 against its page (WCAG 2.2, 1.4.11). A plot names a colour by its place (``Series``) and a style sheet gives
/// it a value, so one SVG serves light and dark pages. Dashes and signs differ as well: no two of the eight series share one.
public enum Palette {
  /// The series' colours on a light page.
  public static let light = ["#0072B2", "#E06000", "#00704F", "#CC5FA0", "#1A1A1A", "#7A3300", "#8A8800", "#4394CE"]
  /// The series' colours on a dark page.
  public static let dark = ["#56A8E0", "#F08A4B", "#22B98E", "#EDA0CE", "#F2F2F2", "#A8663C", "#C9CF3A", "#A9D6FA"]
  /// The light page itself.
  public static let lightPage = "#FFFFFF"
  /// The dark page itself.
  public static let darkPage = "#14171C"

  /// The contrast of two colours written #RRGGBB, from 1 to 21 (WCAG 2.2).
  public static func contrast(_ a: String, _ b: String) -> Double {
    let (first, second) = (luminance(a), luminance(b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  private static func luminance(_ colour: String) -> Double {
    let number = Int(colour.dropFirst(), radix: 16) ?? 0
    let parts = [16, 8, 0].map { shift -> Double in
      let part = Double(number >> shift & 0xFF) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}

/// The colour, dash and sign of a mark, and its name in the legend.
public struct Series: Sendable, Equatable {
  /// A place in the palette, or a neutral colour.
  public enum Colour: Sendable, Equatable {
    /// The n-th colour, from 0; the palette repeats after the last.
    case palette(Int)
    /// Grey, for references.
    case neutral
  }

  /// The name in the legend; `nil` leaves the series out of it.
  public var name: String?
  /// The colour.
  public var colour: Colour

  /// Creates a series.
  public init(_ name: String? = nil, colour: Colour) {
    self.name = name
    self.colour = colour
  }

  /// The series at a place of the palette.
  public init(_ name: String? = nil, _ place: Int = 0) {
    self.init(name, colour: .palette(place))
  }

  /// The class that gives the colour.
  var colourClass: String {
    switch colour {
    case .palette(let place): "s\(abs(place) % Palette.light.count)"
    case .neutral: "sn"
    }
  }

  /// The dash of lines, so that they differ without colour.
  var dash: String? {
    guard case .palette(let place) = colour else { return "4 3" }
    return [nil, "8 3", "2 3", "10 3 2 3", "5 2", "16 4", "3 5", "10 3 2 3 2 3"][abs(place) % 8]
  }

  /// The sign of points: its number among those that ``Sign`` draws.
  var sign: Int {
    guard case .palette(let place) = colour else { return 0 }
    return abs(place) % Sign.count
  }

  /// Whether lines carry the series' sign here and there.
  var marksLines: Bool {
    if case .palette = colour { name != nil } else { false }
  }
}
