import CKernels

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

/// The choice of the number format of products.
public enum PrecisionChoice: String, Codable, Sendable, CaseIterable {
  /// Single precision.
  case float32 = "f32"
  /// Rounded to bfloat16.
  case bfloat16 = "bf16"
  /// bfloat16 if the processor's instructions make it faster, otherwise single precision.
  case automatic = "auto"
}

extension ProductEngine {
  /// The number format that multiplies faster on this processor, by its instruction sets; nothing is measured, so that
  /// machines of the same kind choose the same format.
  ///
  /// Tiles (AMX) and AMD's AVX512_BF16 have twice the rate of single precision or more. Intel's AVX512_BF16 without
  /// tiles does not: rounding then costs more than it saves.
  public var fasterPrecision: ProductPrecision {
    supports(.bfloat16) && (dk_has_amx_bf16() == 1 || dk_is_amd() == 1) ? .bfloat16 : .float32
  }

  /// The reason for ``fasterPrecision``, in one sentence.
  public var precisionReason: String {
    if fasterPrecision == .bfloat16 {
      let instructions = dk_has_amx_bf16() == 1 ? "tile products (AMX)" : "AVX512_BF16 at twice the rate"
      return "--precision auto uses bf16 here: the processor has \(instructions)."
    }
    if supports(.bfloat16) {
      return "--precision auto uses f32 here: without tile products (AMX), bf16 is slower on this processor."
    }
    if kind != .onednn { return "--precision auto uses f32 here: \(name) has no bf16 products." }
    return "--precision auto uses f32 here: the processor has no AVX512_BF16."
  }
}
