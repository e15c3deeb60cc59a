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
func canonicalPath(_ path: String) -> String { canonicalPath(path, links: 0) }

private func canonicalPath(_ path: String, links: Int) -> String {
  var path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
  if FileKind(path: path) != .missing || path == "/" { return resolvingLinks(path) }
  let (folder, name) = TemporaryNeighbour.split(path)
  // A link to nothing: what is written through it lands where it points to. So many in a row are a circle.
  if links < 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
    return canonicalPath(target.hasPrefix("/") ? target : folder + target, links: links + 1)
  }
  let parent = canonicalPath(folder, links: links)
  switch name {
  case ".": return parent
  case "..": return canonicalPath(TemporaryNeighbour.split(parent).folder, links: links)
  default: return (parent == "/" ? "" : parent) + "/" + name
  }
}
