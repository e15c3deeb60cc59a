/// The number format in which training computes products of dense matrices.
///
/// Weights, moments, sums and losses are single precision in any case.
public enum ProductPrecision: String, Codable, Sendable, CaseIterable {
  /// Single precision, the default.
  case float32 = "f32"
  /// Factors rounded to bfloat16 (8 bits of exponent as `Float`, 8 of significance), sums in single precision.
  ///
  /// Twice as fast or more on processors with instructions for it; see ``ProductEngine/supports(_:)``.
  case bfloat16 = "bf16"
}
