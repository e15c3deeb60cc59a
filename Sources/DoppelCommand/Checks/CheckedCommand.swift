import ArgumentParser
import FileFormats

/// A command that describes its files and flags, so that one place can refuse impossible combinations before anything
/// is read.
protocol CheckedCommand: ParsableCommand {
  /// Every input file, with the flag or argument that names it; `nil` if it is not given.
  var inputs: [(name: String, path: String?)] { get }
  /// Every output file and directory.
  var outputs: [Output] { get }
  /// Flags that cannot have an effect in this command line, and why.
  ///
  /// - Throws: `InputError` if the check needs the data and they are missing.
  func idleFlags() throws -> [IdleFlags]
}

extension CheckedCommand {
  var outputs: [Output] { [] }

  /// Refuses inputs without a path, standard input read twice, flags without an effect, and outputs that cannot be
  /// written or would overwrite each other.
  ///
  /// - Throws: ``UsageError``, `InputError`, `OutputError`.
  func check(_ invocation: Invocation) throws {
    if let empty = inputs.first(where: { $0.path?.isEmpty == true }) {
      throw UsageError("\(empty.name) is empty; accepted: a path")
    }
    let fromStdin = inputs.filter { $0.path == "-" }.map(\.name)
    if fromStdin.count > 1 {
      let names = fromStdin.dropLast().joined(separator: ", ") + " and " + (fromStdin.last ?? "")
      throw UsageError(
        "\(names) are \(fromStdin.count == 2 ? "both" : "all") -, and standard input can be read only once; "
          + "accepted: - for only one of them")
    }
    for idle in try idleFlags() where idle.isIdle {
      guard let flag = idle.flags.first(where: { invocation.gives($0) }) else { continue }
      throw UsageError("\(flag) \(idle.reason())")
    }
    for output in outputs { try output.checkPath() }
    try OutputPlaces.check(
      outputs.filter { $0.path != "-" }.map { ($0.flag, $0.path, $0.form) }, reading: placesRead)
    // Of several processes, only the first writes.
    if Processes.isRoot { for output in outputs { try output.verify() } }
  }

  /// The paths of the inputs, and those of the files in a directory of data.
  private var placesRead: [(name: String, path: String)] {
    inputs.flatMap { input -> [(name: String, path: String)] in
      guard let path = input.path, path != "-" else { return [] }
      return ([path] + DataPlace.files(inDirectory: path)).map { (name: input.name, path: $0) }
    }
  }
}

/// Flags that have no effect under some condition.
struct IdleFlags {
  let flags: [String]
  let isIdle: Bool
  let reason: () -> String

  /// - Parameters:
  ///   - reason: the rest of a sentence that begins with the flag.
  ///   - isIdle: whether the condition holds.
  init(_ flags: [String], when isIdle: Bool, _ reason: @autoclosure @escaping () -> String) {
    self.flags = flags
    self.isIdle = isIdle
    self.reason = reason
  }
}

/// A file or directory that a command writes.
struct Output {
  enum Kind {
    case file
    /// A file, or `-` for standard output.
    case fileOrStdout
    /// A directory that is written as a whole, with a check that it can be.
    case directory((String) throws -> Void)
    /// A directory that may hold other files, with a check that files can be added.
    case sharedDirectory((String) throws -> Void)
  }

  let flag: String
  let path: String
  let kind: Kind

  /// One output; none if the flag is not given.
  static func file(_ flag: String, _ path: String?) -> [Output] {
    path.map { [Output(flag: flag, path: $0, kind: .file)] } ?? []
  }

  /// How it takes its place.
  fileprivate var form: OutputPlaces.Form {
    switch kind {
    case .file, .fileOrStdout: .file
    case .directory: .directory
    case .sharedDirectory: .addedFiles
    }
  }

  /// Refuses an empty path, and standard output where it carries the result of the command.
  fileprivate func checkPath() throws {
    let isDirectory = form != .file
    if path.isEmpty {
      throw UsageError("\(flag) is empty; accepted: the path of a \(isDirectory ? "directory" : "file")")
    }
    if case .fileOrStdout = kind { return }
    guard path == "-" else { return }
    throw UsageError(
      isDirectory
        ? "\(flag) - is not a directory; accepted: the path of a directory"
        : "\(flag) cannot be -, because stdout carries the result; accepted: the path of a file")
  }

  fileprivate func verify() throws {
    switch kind {
    case .file: try AtomicFile.verify(path)
    case .fileOrStdout: if path != "-" { try AtomicFile.verify(path) }
    case .directory(let verify), .sharedDirectory(let verify): try verify(path)
    }
  }
}
