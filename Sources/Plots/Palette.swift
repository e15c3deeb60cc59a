import Foundation

/// The colours of plots: after Okabe and Ito's set, which people with any kind of colour vision tell apart.
///
/// Two of their colours are too pale for thin lines on white and are darker here, and all are lighter on a dark page, so
/// that each has a contrast of at least 3 to 1 against the page (WCAG 2.2, 1.4.11). A plot names a colour by its place
/// (``Series``) and a style sheet gives it a value, so one SVG serves both.
public enum Palette {
  /// The series' colours on a light page.
  public static let light = ["#0072B2", "#D55E00", "#00805E", "#B0558A", "#9A6A00", "#3B8EA5", "#4A4A4A", "#7A5BA8"]
  /// The series' colours on a dark page.
  public static let dark = ["#56A8E0", "#F08A4B", "#2FC49A", "#E39BC4", "#E0A93B", "#8CCBF0", "#C4C4C4", "#B9A3DC"]
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

/// Which colour, dash and sign a mark has, and what the legend calls it.
public struct Series: Sendable, Equatable {
  /// The place in the palette, or a colour that means nothing.
  public enum Colour: Sendable, Equatable {
    /// The n-th colour, from 0; after the last comes the first again, with another dash and sign.
    case palette(Int)
    /// Grey: for what others are seen against.
    case neutral
  }

  /// The words in the legend; `nil` keeps it out.
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

  /// A dash for lines, so that they differ in print as well.
  var dash: String? {
    guard case .palette(let place) = colour else { return "4 3" }
    return [nil, "7 3", "2 2", "9 3 2 3", "5 2", nil, "3 4", "12 3"][abs(place) % 8]
  }

  /// A sign for points: its number among those that ``Sign`` draws.
  var sign: Int {
    guard case .palette(let place) = colour else { return 0 }
    return abs(place) % 4
  }
}
