/// An invalid setting in a config file: the place, what is wrong and what would be accepted.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
  /// One sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}
