import FileFormats
import Foundation
import Testing

@Suite("Output through links")
struct LinkedOutputTests {
  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }

  private func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  private func writeModel(_ path: String) throws {
    try AtomicDirectory.write(
      to: path, replacing: { $0 == "weights" },
      filling: { inside in try AtomicFile.write("x", to: inside + "/weights") })
  }

  /// Links to something that is not there: one, a chain through another folder, and an absolute one.
  private func withLinks(_ body: (_ directory: String, _ link: String) throws -> Void) throws {
    for name in ["plain", "chain", "absolute"] {
      try withTemporaryDirectory { directory in
        try FileManager.default.createDirectory(atPath: directory + "/a/b", withIntermediateDirectories: true)
        switch name {
        case "plain": try link(directory + "/link", to: "a/target")
        case "chain":
          try link(directory + "/link", to: "a/b/next")
          try link(directory + "/a/b/next", to: "../target")
        default: try link(directory + "/link", to: directory + "/a/target")
        }
        try body(directory, directory + "/link")
      }
    }
  }

  @Test("a link to no file is followed and its target made, by any chain of links")
  func file() throws {
    try withLinks { directory, link in
      try AtomicFile.verify(link)
      try AtomicFile.write("new", to: link)
      #expect(isLink(link))
      #expect(try contents(of: directory + "/a/target") == Array("new".utf8))
      #expect(try names(in: directory) == ["a", "link"])
    }
  }

  @Test(
    "a link to no directory is followed and its target made, with a slash at its end or without", arguments: ["", "/"])
  func directory(slash: String) throws {
    try withLinks { directory, link in
      try AtomicDirectory.verify(link + slash, replacing: { _ in true })
      try writeModel(link + slash)
      #expect(isLink(link))
      #expect(try names(in: directory + "/a/target") == ["weights"])
      // And again, now that it is there.
      try writeModel(link + slash)
      #expect(isLink(link))
    }
    try withLinks { directory, link in
      try AtomicDirectory.make(link + slash)
      #expect(isLink(link))
      #expect(try names(in: directory + "/a/target").isEmpty)
    }
  }

  @Test("links in a circle are an output error and stay what they are")
  func circle() throws {
    try withTemporaryDirectory { directory in
      try link(directory + "/one", to: "two")
      try link(directory + "/two", to: "one")
      try link(directory + "/self", to: "self")
      for name in ["one", "self"] {
        let path = directory + "/" + name
        let errors = [
          #expect(throws: OutputError.self) { try AtomicFile.verify(path) },
          #expect(throws: OutputError.self) { try AtomicFile.write("x", to: path) },
          #expect(throws: OutputError.self) { try writeModel(path) },
          #expect(throws: OutputError.self) { try AtomicDirectory.verify(path, replacing: { _ in true }) },
          #expect(throws: OutputError.self) { try AtomicDirectory.make(path) },
        ]
        for error in errors { #expect(error == OutputError(path: path, reason: "Too many levels of symbolic links")) }
        #expect(isLink(path))
      }
    }
  }

  @Test("a link into a folder that is not there is an output error that names the link")
  func noFolder() throws {
    try withTemporaryDirectory { directory in
      try link(directory + "/link", to: "nowhere/target")
      let error = #expect(throws: OutputError.self) { try AtomicFile.write("x", to: directory + "/link") }
      #expect(error?.description == "\(directory)/link cannot be written: No such file or directory")
      #expect(try names(in: directory) == ["link"])
    }
  }

  @Test("a link to a directory is no place for a file, and one to a file none for a directory")
  func wrongKind() throws {
    try withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory + "/folder", withIntermediateDirectories: false)
      try AtomicFile.write("x", to: directory + "/file")
      try link(directory + "/to-folder", to: "folder")
      try link(directory + "/to-file", to: "file")
      #expect(throws: OutputError.self) { try AtomicFile.write("x", to: directory + "/to-folder") }
      #expect(throws: OutputError.self) { try writeModel(directory + "/to-file") }
    }
  }
}
