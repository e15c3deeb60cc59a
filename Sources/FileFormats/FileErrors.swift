/// An input that is missing or cannot be read.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as the user named it.
  public let path: String
  /// Why it could not be read.
  public let reason: String

  /// Creates an error.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// One sentence, such as `ratings.csv cannot be read: No such file or directory`.
  public var description: String { "\(path) cannot be read: \(reason)" }
}

/// An output that cannot be written.
public struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or directory, as the user named it.
  public let path: String
  /// Why it could not be written.
  public let reason: String

  /// Creates an error.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// One sentence, such as `model cannot be written: No space left on device`.
  public var description: String { "\(path) cannot be written: \(reason)" }
}
