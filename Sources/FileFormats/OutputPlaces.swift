import Foundation

/// Checks the output paths of one run against each other.
public enum OutputPlaces {
  /// How an output takes its place.
  public enum Form: Sendable {
    /// As a file.
    case file
    /// As a directory that replaces what was there.
    case directory
    /// As files and folders that are added to a directory.
    case addedFiles
  }

  /// Checks that the outputs of one run do not overwrite each other, before hours are spent on them.
  ///
  /// Two outputs collide when they have the same path, or one is a directory that contains the other, because a
  /// directory is replaced as a whole. Paths are compared with links resolved. Devices such as `/dev/null` never
  /// collide.
  ///
  /// Inputs of the run must not be replaced either: neither a given file, alone or with the directory that holds it,
  /// nor a file of a given model. A given model's directory also takes no new files, because what is not part of a model
  /// would be lost with the next one that is written there.
  ///
  /// - Parameters:
  ///   - outputs: the flag that names each, its path and its form.
  ///   - inputs: the flag or argument that names each, and its path.
  /// - Throws: ``OutputError`` naming the path and both flags.
  public static func check(
    _ outputs: [(flag: String, path: String, form: Form)], reading inputs: [(name: String, path: String)] = []
  ) throws(OutputError) {
    let found = outputs.map { output in
      let place = canonicalPath(output.path)
      // A link to a pipe, such as /dev/stdout, leads to no path.
      let kind = FileKind(path: output.path) == .other ? .other : FileKind(path: place)
      return (flag: output.flag, path: output.path, form: output.form, place: place, kind: kind)
    }
    for output in found where output.kind != .other {
      for input in inputs {
        let read = canonicalPath(input.path)
        if FileKind(path: read) == .missing { continue }
        let isInModel = FileKind(path: read + "/config.json") == .regular && isPath(output.place, inside: read)
        let replacesAll = output.form == .directory && (output.place == read || isPath(read, inside: output.place))
        if replacesAll || output.kind == .regular && (output.place == read || isInModel) {
          throw OutputError(
            path: output.path, reason: "\(output.flag) would replace what \(input.name) reads; choose another path")
        }
        if isInModel {
          throw OutputError(
            path: output.path,
            reason: "\(output.flag) lies inside \(input.name) \(input.path), which holds only the files of the model; "
              + "choose a path outside it")
        }
      }
    }
    let places = found.filter { $0.kind != .other }
    for (index, one) in places.enumerated() {
      for other in places[(index + 1)...] {
        if one.place == other.place {
          throw OutputError(path: other.path, reason: "\(one.flag) and \(other.flag) name the same path")
        }
        let (outer, inner) = one.place.count < other.place.count ? (one, other) : (other, one)
        if isPath(inner.place, inside: outer.place) {
          throw OutputError(
            path: inner.path,
            reason: "\(inner.flag) lies inside \(outer.flag) \(outer.path), which is written as a whole; "
              + "choose a path outside it")
        }
      }
    }
  }

  /// Whether a canonical path lies inside a canonical directory, at any depth.
  private static func isPath(_ path: String, inside directory: String) -> Bool {
    path.hasPrefix(directory == "/" ? "/" : directory + "/")
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
