/// T of `π = softmax(f / T)`: below 1 favours the most probable items, above 1 flattens the distribution.
public struct Temperature: Sendable, Equatable {
  /// T, above 0.
  public let value: Double

  /// The unchanged model.
  public static let one = Temperature(unchecked: 1)

  /// Creates a temperature, a finite number of at least 10⁻⁶; `nil` for any other number.
  ///
  /// 0 is not allowed; 0.01 already gives almost only the most probable items.
  public init?(_ value: Double) {
    guard value.isFinite, value >= 1e-6 else { return nil }
    self.value = value
  }

  private init(unchecked value: Double) { self.value = value }
}
