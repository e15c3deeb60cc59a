import Foundation

/// Where the files and directories of one run go, held against each other.
public enum OutputPlaces {
  /// Finds out whether outputs of one run would lose each other, before hours go into them.
  ///
  /// Two outputs collide when they are the same path, or one is a directory that the other lies in: a directory is
  /// replaced as a whole. Paths are compared where links lead. What is no file, such as `/dev/null`, collides with
  /// nothing.
  ///
  /// - Parameter outputs: the flag that names each, and its path.
  /// - Throws: ``OutputError`` naming the path and both flags.
  public static func check(_ outputs: [(flag: String, path: String)]) throws(OutputError) {
    let places = outputs.map { (flag: $0.flag, path: $0.path, place: canonicalPath($0.path)) }
      .filter { FileKind(path: $0.place) != .other }
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

/// An absolute path without links, `.` and `..`, also where there is nothing yet.
func canonicalPath(_ path: String) -> String {
  let absolute = withoutSlashes(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
  // Links in a circle lead nowhere: writing there fails by itself.
  let target = resolvingLinks(absolute) ?? absolute
  if target == "/" || FileKind(path: target) != .missing { return target }
  let (folder, name) = TemporaryNeighbour.split(target)
  let parent = canonicalPath(folder)
  switch name {
  case ".": return parent
  case "..": return canonicalPath(TemporaryNeighbour.split(parent).folder)
  default: return (parent == "/" ? "" : parent) + "/" + name
  }
}
