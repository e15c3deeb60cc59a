import Foundation
import Presentation

/// How the values of an axis become places along it.
public enum Scale: Sendable, Equatable {
  /// Equal steps, equal distances.
  case linear
  /// Equal ratios, equal distances; values must be above 0.
  case logarithmic
  /// Names one after the other; the value of the first is 0, of the second 1.
  case categories([String])
}

/// A scale with its ends: what turns a value into a share of the axis, and where ticks belong.
public struct ScaledDomain: Sendable, Equatable {
  /// A tick: where and what is written.
  public struct Tick: Sendable, Equatable {
    /// The value it marks.
    public let value: Double
    /// What is written beside it.
    public let label: String
  }

  /// The scale.
  public let scale: Scale
  /// The value at the start of the axis.
  public let lower: Double
  /// The value at its end.
  public let upper: Double

  /// Creates a domain that holds all of `values`, rounded outwards to ticks unless `fixed` says where it ends.
  ///
  /// Values that the scale cannot show (not finite; not above 0 on a logarithmic scale) are passed over. A single
  /// value, or none, gets some room around it.
  public init(_ scale: Scale, values: ClosedRange<Double>?, fixed: ClosedRange<Double>? = nil, ticks: Int = 5) {
    self.scale = scale
    switch scale {
    case .categories(let names):
      (lower, upper) = (-0.5, Double(max(1, names.count)) - 0.5)
    case .linear:
      if let fixed, fixed.lowerBound < fixed.upperBound {
        (lower, upper) = (fixed.lowerBound, fixed.upperBound)
        return
      }
      var (low, high) = values.map { ($0.lowerBound, $0.upperBound) } ?? (0, 1)
      if high - low <= 1e-12 * max(abs(low), abs(high)) || high == low {
        let room = low == 0 ? 1 : abs(low) * 0.1
        (low, high) = (low - room, high + room)
      }
      let step = Self.niceStep(high - low, ticks: ticks)
      // A rim of rounding must not add a whole step.
      (lower, upper) = ((low / step + 1e-9).rounded(.down) * step, (high / step - 1e-9).rounded(.up) * step)
    case .logarithmic:
      let range = (fixed ?? values).flatMap { $0.lowerBound > 0 ? $0 : nil } ?? 1...10
      if fixed != nil {
        (lower, upper) = (range.lowerBound, max(range.upperBound, range.lowerBound * 1.001))
      } else {
        let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
        lower = pow(10, (low + 1e-9).rounded(.down))
        upper = pow(10, max((high - 1e-9).rounded(.up), (low + 1e-9).rounded(.down) + 1))
      }
    }
  }

  /// Where a value lies, 0 at the start of the axis and 1 at its end; `nil` for what the scale cannot show.
  public func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    case .linear, .categories: return (value - lower) / (upper - lower)
    case .logarithmic:
      return value > 0 ? log(value / lower) / log(upper / lower) : nil
    }
  }

  /// A round step that cuts `span` into about `ticks` parts: 1, 2 or 5 times a power of ten.
  public static func niceStep(_ span: Double, ticks: Int) -> Double {
    let rough = span / Double(max(1, ticks))
    guard rough.isFinite, rough > 0 else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let factor = rough / power
    return (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10) * power
  }

  /// The ticks, from the start of the axis to its end.
  public func ticks(_ count: Int = 5) -> [Tick] {
    switch scale {
    case .categories(let names):
      return names.enumerated().map { Tick(value: Double($0.offset), label: $0.element) }
    case .linear:
      let step = Self.niceStep(upper - lower, ticks: count)
      let decimals = max(0, -Int(log10(step * 1.0001).rounded(.down)))
      let first = Int((lower / step - 1e-9).rounded(.up))
      let last = Int((upper / step + 1e-9).rounded(.down))
      guard first <= last, last - first < 1000 else { return [] }
      return (first...last).map { index in
        let value = Double(index) * step
        return Tick(value: value, label: decimals > 6 ? Number.text(value) : Number.text(value, decimals: decimals))
      }
    case .logarithmic: return logarithmicTicks
    }
  }

  private var logarithmicTicks: [Tick] {
    let (first, last) = (Int((log10(lower) + 1e-9).rounded(.down)), Int((log10(upper) - 1e-9).rounded(.up)))
    guard last >= first, last - first < 60 else { return [] }
    let factors: [Double] = last - first <= 1 ? [1, 2, 5] : [1]
    let stride = max(1, (last - first + 6) / 7)
    return (first...last).filter { ($0 - first) % stride == 0 }.flatMap { exponent in
      factors.map { factor in
        let value = factor * pow(10, Double(exponent))
        let isPlain = (-3...4).contains(exponent)
        return Tick(
          value: value,
          label: isPlain
            ? Number.text(value, decimals: max(0, -exponent))
            : (factor == 1 ? "" : "\(Int(factor)) × ") + Number.power(exponent))
      }
    }.filter { $0.value >= lower * 0.999999 && $0.value <= upper * 1.000001 }
  }
}
