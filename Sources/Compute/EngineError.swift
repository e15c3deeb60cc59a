import CKernels

/// The reason why an engine is not available.
public enum EngineError: Error, CustomStringConvertible, Equatable {
  /// The name is unknown.
  case unknown(String)
  /// The library is not on this machine.
  case missing(ProductEngine.Kind)
  /// The engine, or the processor it runs on, is no faster with this number format.
  case unsupported(ProductPrecision, engine: String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .unknown(let name):
      "DOPPEL_ENGINE=\(name) is not an engine; accepted: "
        + ProductEngine.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    case .missing(let kind):
      "DOPPEL_ENGINE=\(kind.rawValue): its library was not found; present: "
        + ProductEngine.present.map(\.kind.rawValue).joined(separator: ", ")
    case .unsupported(let precision, let engine):
      "\(precision.rawValue) products need oneDNN and a processor with AVX512_BF16; here: \(engine)"
        + (dk_has_avx512_bf16() == 1 ? "" : ", no AVX512_BF16") + "; accepted: \(ProductPrecision.float32.rawValue)"
    }
  }
}
