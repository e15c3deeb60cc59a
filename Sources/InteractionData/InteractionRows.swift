public import Compute

/// Who had what as a sparse matrix, straight from a file.
///
/// Every (user, item) pair occurs once. Unlike ``Interactions`` it has neither times nor the order of the
/// lines.
public struct InteractionRows: Sendable {
  /// How to name the data in output: the file name, usually.
  public let name: String
  /// The users in order of first appearance.
  public let users: Vocabulary
  /// The items in order of first appearance.
  public let items: Vocabulary
  /// One row for each user, with the ratings as values where there are any; shape: users × items.
  public let rows: SparseRows
  /// What a reader should know about how these rows came about, each with its count.
  public let notes: [String]
}
