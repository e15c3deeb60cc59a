/// The version of this toolkit.
public enum DoppelVersion {
  /// As printed by `doppel --version` and kept in results and model files.
  public static let current = "0.1.0"
}
