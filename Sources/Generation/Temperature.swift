/// T of `π = softmax(f / T)`: below 1 favours the likeliest items, above 1 evens them out.
public struct Temperature: Sendable, Equatable {
  /// T, above 0.
  public let value: Double

  /// The model as it is.
  public static let one = Temperature(unchecked: 1)

  /// A temperature, or `nil` for what is not one: a finite number of at least 10⁻⁶.
  ///
  /// At 0 nothing would be drawn; already 0.01 leaves little but the likeliest items.
  public init?(_ value: Double) {
    guard value.isFinite, value >= 1e-6 else { return nil }
    self.value = value
  }

  private init(unchecked value: Double) { self.value = value }
}
