import Foundation

/// Checks the output paths of one run against each other.
public enum OutputPlaces {
  /// Checks that the outputs of one run do not overwrite each other, before hours are spent on them.
  ///
  /// Two outputs collide when they have the same path, or one is a directory that contains the other, because a
  /// directory is replaced as a whole. Paths are compared with links resolved. Devices such as `/dev/null` never
  /// collide.
  ///
  /// Inputs of the run must not be replaced either: neither a given file nor a file of a given model.
  ///
  /// - Parameters:
  ///   - outputs: the flag that names each, and its path.
  ///   - inputs: the flag or argument that names each, and its path.
  /// - Throws: ``OutputError`` naming the path and both flags.
  public static func check(
    _ outputs: [(flag: String, path: String)], reading inputs: [(name: String, path: String)] = []
  ) throws(OutputError) {
    let found = outputs.map { output in
      let place = canonicalPath(output.path)
      return (flag: output.flag, path: output.path, place: place, kind: FileKind(path: place))
    }
    for output in found where output.kind == .regular {
      for input in inputs {
        let read = canonicalPath(input.path)
        let isModel = FileKind(path: read + "/config.json") == .regular
        guard output.place == read || isModel && output.place.hasPrefix(read + "/") else { continue }
        throw OutputError(
          path: output.path, reason: "\(output.flag) would replace what \(input.name) reads; choose another path")
      }
    }
    let places = found.filter { $0.kind != .other }
    for (index, one) in places.enumerated() {
      for other in places[(index + 1)...] {
        if one.place == other.place {
          throw OutputError(path: other.path, reason: "\(one.flag) and \(other.flag) name the same path")
        }
        let (outer, inner) = one.place.count < other.place.count ? (one, other) : (other, one)
        if inner.place.hasPrefix(outer.place == "/" ? "/" : outer.place + "/") {
          throw OutputError(
            path: inner.path,
            reason: "\(inner.flag) lies inside \(outer.flag) \(outer.path), which is written as a whole; "
              + "choose a path outside it")
        }
      }
    }
  }
}

/// An absolute path without links, `.` and `..`, even if it does not exist yet; a cycle of links is kept, because
/// writing through it reports the error.
package func canonicalPath(_ path: String) -> String {
  let path = withoutSlashes(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
  guard path != "/", let target = resolvingLinks(path), FileKind(path: target) == .missing else {
    return resolvingLinks(path) ?? path
  }
  let (folder, name) = TemporaryNeighbour.split(target)
  let parent = canonicalPath(folder)
  switch name {
  case ".": return parent
  case "..": return canonicalPath(TemporaryNeighbour.split(parent).folder)
  default: return (parent == "/" ? "" : parent) + "/" + name
  }
}
