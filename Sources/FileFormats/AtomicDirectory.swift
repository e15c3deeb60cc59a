import Foundation

/// Writes directories whole or not at all.
public enum AtomicDirectory {
  /// Fills a temporary neighbour of `path`, then puts it in place.
  ///
  /// A link is followed and its target replaced, or created if missing.
  ///
  /// An existing directory is replaced only if every entry satisfies `isReplaceable`, so that a mistyped path does not
  /// destroy files. It is moved aside, and moved back if the new one cannot take its place.
  ///
  /// - Parameters:
  ///   - isReplaceable: whether a file of this name (not path) may be lost.
  ///   - fill: writes the files into the directory whose path it is given.
  /// - Throws: ``OutputError`` naming `path`, or the errors of `fill`; nothing is left behind then.
  public static func write(
    to path: String, replacing isReplaceable: (String) -> Bool, filling fill: (String) throws -> Void
  ) throws {
    let target = try linkedPath(withoutSlashes(path), named: path)
    try check(target, named: path, isReplaceable)
    let temporary = TemporaryNeighbour.name(for: target)
    try begin(temporary, named: path)
    do {
      try fill(temporary)
      // Filling may have taken hours, so check again.
      try check(target, named: path, isReplaceable)
      try UnfinishedOutput.end(temporary) { () throws(OutputError) in try exchange(temporary, target, named: path) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      UnfinishedOutput.forget(temporary)
      // The reader of the message knows `path`, not the temporary neighbour.
      if let error = error as? OutputError, error.path.hasPrefix(temporary) {
        throw OutputError(path: path + error.path.dropFirst(temporary.count), reason: error.reason)
      }
      throw error
    }
  }

  /// Checks that ``write(to:replacing:filling:)`` can work, before hours are spent on the content.
  ///
  /// - Throws: ``OutputError`` naming `path`. Nothing is left behind.
  public static func verify(_ path: String, replacing isReplaceable: (String) -> Bool) throws(OutputError) {
    let target = try linkedPath(withoutSlashes(path), named: path)
    try check(target, named: path, isReplaceable)
    TemporaryNeighbour.removeAbandoned(of: target)
    let temporary = TemporaryNeighbour.name(for: target)
    try begin(temporary, named: path)
    try? FileManager.default.removeItem(atPath: temporary)
    UnfinishedOutput.forget(temporary)
  }

  /// Makes an empty directory, unless there is one.
  ///
  /// - Throws: ``OutputError`` naming `path`.
  public static func make(_ path: String) throws(OutputError) {
    let target = try linkedPath(withoutSlashes(path), named: path)
    if FileKind(path: target) == .directory { return }
    if !makeDirectory(target) { throw OutputError(path: path, reason: lastSystemError()) }
    UnfinishedOutput.noteEmpty(target)
  }

  private static func begin(_ temporary: String, named path: String) throws(OutputError) {
    try UnfinishedOutput.begin(temporary) { () throws(OutputError) in
      if !makeDirectory(temporary) { throw OutputError(path: path, reason: lastSystemError()) }
    }
  }

  private static func check(
    _ target: String, named path: String, _ isReplaceable: (String) -> Bool
  ) throws(OutputError) {
    switch FileKind(path: target) {
    case .missing: return
    case .regular, .other: throw OutputError(path: path, reason: "it exists and is not a directory")
    case .directory:
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: target)
      } catch {
        throw OutputError(path: path, reason: "it exists and cannot be listed")
      }
      if let foreign = names.sorted().first(where: { !isReplaceable($0) }) {
        throw OutputError(
          path: path, reason: "it exists and holds \(foreign), which would be lost; choose another directory")
      }
    }
  }

  private static func exchange(_ new: String, _ target: String, named path: String) throws(OutputError) {
    // rename(2) replaces an empty directory by itself; a non-empty one is exchanged with the new one, and if that is
    // impossible in one step, it is moved aside first.
    if renameFile(new, to: target) { return }
    if exchangeFiles(new, target) {
      try? FileManager.default.removeItem(atPath: new)
      return
    }
    let aside = TemporaryNeighbour.name(for: target)
    if !renameFile(target, to: aside) { throw OutputError(path: path, reason: lastSystemError()) }
    if !renameFile(new, to: target) {
      let reason = lastSystemError()
      _ = renameFile(aside, to: target)
      throw OutputError(path: path, reason: reason)
    }
    try? FileManager.default.removeItem(atPath: aside)
  }
}
