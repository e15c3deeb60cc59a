import Foundation

/// Temporary names of unfinished output, `.NAME.PROCESS-TAG.partial` in the same folder.
public enum TemporaryNeighbour {
  private static let ending = ".partial"

  /// A name that is different in every process and at every call.
  static func name(for path: String) -> String {
    let (folder, name) = split(path)
    let tag = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return folder + stem(of: name) + "\(ProcessInfo.processInfo.processIdentifier)-\(tag)" + ending
  }

  /// Whether a file of this name is an unfinished `name`.
  public static func isUnfinished(_ file: String, of name: String) -> Bool {
    process(of: file, for: name) != nil
  }

  /// Removes unfinished output for `path` of processes that no longer exist.
  public static func removeAbandoned(of path: String) {
    let (folder, name) = split(path)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    for file in files {
      guard let process = process(of: file, for: name), !isAlive(process: process) else { continue }
      try? FileManager.default.removeItem(atPath: folder + file)
    }
  }

  private static func process(of file: String, for name: String) -> Int32? {
    let stem = stem(of: name)
    guard file.hasPrefix(stem), file.hasSuffix(ending) else { return nil }
    let parts = file.dropFirst(stem.count).dropLast(ending.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int32(parts[0]), number > 0, UInt64(parts[1], radix: 36) != nil else {
      return nil
    }
    return number
  }

  private static func stem(of name: Substring) -> String { "." + name.prefix(60) + "." }
  private static func stem(of name: String) -> String { stem(of: name[...]) }

  /// A path's last part, and what comes before it.
  static func split(_ path: String) -> (folder: String, name: String) {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return (String(path[..<slash]), String(path[slash...]))
  }
}
