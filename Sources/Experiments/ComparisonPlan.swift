public import Autoencoders
public import InteractionData

/// What a comparison does with its data, as far as the task, the source and the kind of split decide it: known before
/// anything is read.
public struct ComparisonPlan: Sendable, Equatable {
  /// What is predicted.
  public let task: RecommendationTask
  /// Where the data come from.
  public let source: DataSelection.Source
  /// How one file is divided; `nil` if that is not known.
  ///
  /// Fixed files and ready splits are divided already.
  public let split: SplitKind?

  /// Plans a comparison.
  public init(_ task: RecommendationTask, of source: DataSelection.Source, split: SplitKind?) {
    (self.task, self.source, self.split) = (task, source, split)
  }

  /// Whether test users are not among the training users, so that the split can be written in the Mult-VAE authors'
  /// layout.
  public var holdsOutUsers: Bool { task == .ranking && kind?.holdsOutUsers == true }

  /// Whether the comparison divides the users itself, and can also divide them into folds.
  public var dividesUsers: Bool { task == .ranking && kind == .users }

  /// Whether models are fitted a second time, because the split has more data than the first fit uses.
  public var fitsAgain: Bool {
    if task == .rating || kind == .time { return true }
    if case .files(_, nil, _) = source { return true }
    return false
  }

  /// How the data are divided, by whomever.
  private var kind: SplitKind? {
    switch source {
    case .builtIn, .file: split
    case .directory: .directory
    case .files: .files
    }
  }
}
