/// The output directory of a model is occupied and may not be replaced.
public struct OccupiedDirectory: Error, Equatable, CustomStringConvertible {
  /// The existing content.
  public enum Content: Sendable, Equatable {
    /// A model.
    case model
    /// A model of a different run from the one to continue, with the first difference in words.
    case modelOfAnotherRun(String)
    /// The checkpoint of an unfinished training.
    case checkpoint
  }

  /// The directory.
  public let path: String
  /// The existing content.
  public let content: Content

  init(path: String, by content: Content) { (self.path, self.content) = (path, content) }

  /// What is wrong, in one sentence.
  public var description: String {
    switch content {
    case .model: "\(path) cannot be written: it holds a model; choose another directory, or allow replacing it"
    case .modelOfAnotherRun(let difference):
      "\(path) cannot be written: it holds a model of another run: \(difference); choose another directory, or allow "
        + "replacing it"
    case .checkpoint:
      "\(path) cannot be written: it holds the checkpoint of an unfinished training; resume it, or allow "
        + "replacing it"
    }
  }
}

/// A directory has no model yet, only the checkpoint of its training.
public struct UnfinishedTraining: Error, Equatable, CustomStringConvertible {
  /// The directory.
  public let path: String

  /// What is wrong, in one sentence.
  public var description: String {
    "\(path) cannot be read: it holds the checkpoint of an unfinished training; resume it first"
  }
}
