/// The share of all items that are recommended to any user: items in at least one list of length `k`, divided by `I`.
///
/// One number for all users together ("catalogue coverage", Ge, Delgado-Battenfeld & Jannach, RecSys 2010),
/// hence without a standard error. It grows with the number of users: compare models on the same users.
public enum Coverage {
  /// The value.
  ///
  /// - Parameter recommendations: how often each item is recommended. Shape: I.
  /// - Returns: a number in [0, 1]; 0 without items.
  public static func value(recommendations: [Int]) -> Double {
    if recommendations.isEmpty { return 0 }
    return Double(recommendations.count { $0 > 0 }) / Double(recommendations.count)
  }
}
