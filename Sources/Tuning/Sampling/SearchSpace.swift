public import Autoencoders
public import FileFormats
import Foundation

/// A setting as a coordinate: numbers lie between 0 and 1, evenly or on a logarithmic scale, choices are their places in the
/// list.
public struct SearchDimension: Sendable, Equatable {
  /// The setting.
  public let setting: SearchedSetting
  /// The ends on the scale on which values are even; for whole numbers half a step further out, so that both ends are
  /// drawn as often as other values.
  private let low: Double
  private let high: Double

  /// Turns a setting into a coordinate.
  public init(_ setting: SearchedSetting) {
    self.setting = setting
    let rim = setting.isWhole ? 0.5 : 0
    switch setting.range {
    case .linear(let range): (low, high) = (range.lowerBound - rim, range.upperBound + rim)
    case .logarithmic(let range): (low, high) = (log(range.lowerBound - rim), log(range.upperBound + rim))
    case .among: (low, high) = (0, 1)
    }
  }

  /// The name of the setting.
  public var name: String { setting.name }

  /// The values to choose from; `nil` for numbers.
  public var choices: [JSONValue]? { if case .among(let values) = setting.range { values } else { nil } }

  /// Whether the scale is logarithmic.
  public var isLogarithmic: Bool { if case .logarithmic = setting.range { true } else { false } }

  /// The value at a coordinate: whole numbers rounded, others to four significant digits, which are enough for a
  /// setting.
  public func value(at place: Double) -> JSONValue {
    let number: Double
    let ends: ClosedRange<Double>
    switch setting.range {
    case .among(let values): return values[min(values.count - 1, max(0, Int(place)))]
    case .linear(let range): (number, ends) = (low + place * (high - low), range)
    case .logarithmic(let range): (number, ends) = (exp(low + place * (high - low)), range)
    }
    let rounded = setting.isWhole ? number.rounded() : Self.rounded(number)
    return .number(min(max(rounded, ends.lowerBound), ends.upperBound))
  }

  /// The coordinate of a value; numbers outside the range are moved to its end.
  ///
  /// `nil` for anything that is not a value of the setting.
  public func place(of value: JSONValue) -> Double? {
    switch setting.range {
    case .among(let values): return values.firstIndex(of: value).map(Double.init)
    case .linear(let range): return share(value, range) { $0 }
    case .logarithmic(let range): return share(value, range, log)
    }
  }

  private func share(_ value: JSONValue, _ range: ClosedRange<Double>, _ scale: (Double) -> Double) -> Double? {
    guard case .number(let number) = value, number.isFinite, high > low else { return nil }
    return (scale(min(max(number, range.lowerBound), range.upperBound)) - low) / (high - low)
  }

  private static func rounded(_ number: Double) -> Double {
    // The text is rounded, not the number, so that it has at most four digits when written.
    Double(String(format: "%.3e", number)) ?? number
  }
}

/// The searched settings.
public struct SearchSpace: Sendable, Equatable {
  /// One coordinate per setting.
  public let dimensions: [SearchDimension]

  /// Gathers settings.
  public init(_ settings: [SearchedSetting]) { dimensions = settings.map(SearchDimension.init) }

  /// The settings at a point.
  public func settings(at point: [Double]) -> [String: JSONValue] {
    Dictionary(zip(dimensions, point).map { ($0.name, $0.value(at: $1)) }) { $1 }
  }

  /// The point of some settings; `nil` if one is missing or not a value of its dimension.
  public func point(of settings: [String: JSONValue]) -> [Double]? {
    let point = dimensions.compactMap { dimension in settings[dimension.name].flatMap(dimension.place) }
    return point.count == dimensions.count ? point : nil
  }
}
