public import Autoencoders
public import Compute
import FileFormats
import InteractionData

/// Latent codes of users, for writing in one of several formats.
public struct CodeExport: Sendable {
  /// The format.
  public enum Format: String, Codable, Sendable, CaseIterable {
    /// A table with a header: the user, then the code.
    case tsv
    /// A directory with `vectors.tsv`, `metadata.tsv` and `projector_config.pbtxt`, for TensorBoard's projector, and an
    /// empty event file by which TensorBoard finds them: means or points only.
    case projector
    /// A NumPy array with a row for each user.
    case npy
  }

  private let directory: ModelDirectory
  private let audience: ModelDirectory.Audience
  private let format: Format
  private let processor: Processor

  /// The files of the projector.
  public static let projectorFiles = ["vectors.tsv", "metadata.tsv", configName, EventFile.name(at: noTime)]

  private static let configName = "projector_config.pbtxt"
  /// A fixed time, so that the same codes always give the same bytes.
  private static let noTime = 0.0

  /// Prepares the codes of users by a model.
  public init(
    _ directory: ModelDirectory, _ audience: ModelDirectory.Audience, as format: Format, processor: Processor
  ) {
    (self.directory, self.audience, self.format, self.processor) = (directory, audience, format, processor)
  }

  /// The number of values per user in the file.
  public var columns: Int {
    let all = directory.codeColumns
    return format == .projector ? all.count { !$0.hasPrefix("logvar") } : all.count
  }

  /// Writes the file or directory, whole or not at all.
  ///
  /// - Throws: `DataError` for a model without codes; `OutputError`.
  public func write(to path: String) throws -> Written {
    switch format {
    case .tsv: try AtomicFile.write(to: path) { file in try table { try file.write($0) } }
    case .projector: try projector(to: path)
    case .npy:
      try AtomicFile.write(to: path) { file in
        try file.write(NumPyArray.header(rows: audience.userIDs.count, columns: columns))
        try directory.encode(audience, processor: processor) { _, code in try file.write(NumPyArray.bytes(code)) }
      }
    }
    return Written(output: path, users: audience.userIDs.count, columns: columns, format: format)
  }

  /// The table, line by line: a header, then a line for each user.
  ///
  /// - Parameter id: returns a user's id as it is shown.
  /// - Throws: `DataError` for a model without codes; the errors of `write`.
  public func table(id: (String) -> String = { $0 }, _ write: (String) throws -> Void) throws {
    try write(Self.line(["user"] + directory.codeColumns))
    try directory.encode(audience, processor: processor) { user, code in
      try write(Self.line([id(user)] + code.map { "\($0)" }))
    }
  }

  /// `vectors.tsv` has no header; `metadata.tsv` has one, because it has two columns.
  ///
  /// `tensorboard --logdir` looks for a configuration in the folder itself, and in subfolders only if they have an
  /// event file.
  private func projector(to path: String) throws {
    try AtomicDirectory.write(to: path, replacing: Self.projectorFiles.contains) { folder in
      try AtomicFile.write(
        """
        embeddings {
          tensor_name: "\(directory.configuration.name)"
          tensor_path: "vectors.tsv"
          metadata_path: "metadata.tsv"
        }

        """, to: folder + "/" + Self.configName)
      _ = try EventFile(in: folder, at: Self.noTime)
      try AtomicFile.write(to: folder + "/vectors.tsv") { file in
        try directory.encode(audience, processor: processor) { _, code in
          try file.write(Self.line(code.prefix(columns).map { "\($0)" }))
        }
      }
      try AtomicFile.write(to: folder + "/metadata.tsv") { file in
        try file.write("user\titems\n")
        for (row, user) in audience.userIDs.enumerated() {
          let id = user.map { $0.isNewline || $0 == "\t" ? " " : $0 }
          try file.write(Self.line([String(id), "\(audience.profiles.items.count(ofRow: row))"]))
        }
      }
    }
  }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: "\t") + "\n" }

  /// The JSON document of `encode`.
  public struct Written: Codable, Sendable, Equatable {
    /// The file or directory.
    public let output: String
    /// The number of users with a code.
    public let users: Int
    /// The number of values per user.
    public let columns: Int
    /// The format.
    public let format: Format

    /// One line.
    public var text: String { "\(counted(users, "user")) × \(counted(columns, "number")) in \(output)\n" }
  }
}
