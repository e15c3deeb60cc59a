import Doppel
import FileFormats
import Foundation

/// The kind of data that the argument DATA names.
enum DataPlace {
  case file(String)
  /// The Mult-VAE authors' layout.
  case directory(String)

  /// The same as a type of the library.
  var source: DataSelection.Source {
    switch self {
    case .file(let path): .file(path)
    case .directory(let path): .directory(path)
    }
  }

  /// Looks at a path.
  ///
  /// - Throws: `InputError` for a directory of something else.
  init(_ path: String) throws {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    guard path != "-", (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true else {
      self = .file(path)
      return
    }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    guard has("train.csv") || has("unique_sid.txt") else {
      let slash = path.hasSuffix("/") ? "" : "/"
      throw InputError(
        path: path,
        reason: "it is a directory without the files of the Mult-VAE authors' layout (unique_sid.txt, train.csv, …)"
          + (has("interactions.tsv") ? "; did you mean \(path)\(slash)interactions.tsv?" : ""))
    }
    self = .directory(path)
  }

  /// The paths that are read from a directory of data; none for anything else.
  static func files(inDirectory path: String) -> [String] {
    guard case .directory(let directory)? = try? DataPlace(path) else { return [] }
    return RankingSplit.authorsLayoutFiles.map { directory + "/" + $0 }
  }
}
