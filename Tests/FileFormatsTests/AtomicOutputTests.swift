import FileFormats
import Foundation
import Testing

@Suite("Whole-or-nothing output")
struct AtomicOutputTests {
  struct Interrupted: Error {}

  @Test("a file is replaced whole and leaves no neighbour")
  func file() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/out.txt"
      try AtomicFile.write("old", to: path)
      let long = String(repeating: "0123456789", count: 20_000)
      try AtomicFile.write(to: path) { output in
        try output.write("start")
        try output.write(Array(long.utf8))
        try output.write("end")
      }
      #expect(try contents(of: path) == Array(("start" + long + "end").utf8))
      #expect(try names(in: directory) == ["out.txt"])
    }
  }

  @Test("when writing fails half-way the old file stays and nothing is left behind")
  func failure() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/out.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: Interrupted.self) {
        try AtomicFile.write(to: path) { output in
          try output.write("new")
          throw Interrupted()
        }
      }
      #expect(try contents(of: path) == Array("old".utf8))
      #expect(try names(in: directory) == ["out.txt"])
    }
  }

  @Test("when the folder is moved away half-way it is an error, and nothing is left behind where the folder is now")
  func movedFolder() throws {
    try withTemporaryDirectory { directory in
      let (here, there) = (directory + "/here", directory + "/there")
      try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: false)
      try AtomicFile.write("old", to: here + "/out.txt")
      let failure = #expect(throws: OutputError.self) {
        try AtomicFile.write(to: here + "/out.txt") { output in
          try output.write("new")
          try FileManager.default.moveItem(atPath: here, toPath: there)
        }
      }
      #expect(failure?.description == "\(here)/out.txt cannot be written: No such file or directory")
      #expect(try names(in: there) == ["out.txt"])
      #expect(try contents(of: there + "/out.txt") == Array("old".utf8))
      #expect(try names(in: directory) == ["there"])
    }
  }

  @Test("a path in no directory, or that is a directory, is an output error naming the path asked for")
  func refused() throws {
    try withTemporaryDirectory { directory in
      let absent = #expect(throws: OutputError.self) { try AtomicFile.write("x", to: directory + "/no/such") }
      #expect(absent?.description == "\(directory)/no/such cannot be written: No such file or directory")
      let folder = #expect(throws: OutputError.self) { try AtomicFile.write("x", to: directory) }
      #expect(folder?.reason == "it is a directory")
      let left = try names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test("a link stays a link and its target is replaced")
  func link() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("old", to: directory + "/target")
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/link", withDestinationPath: directory + "/target")
      try AtomicFile.write("new", to: directory + "/link")
      #expect(try contents(of: directory + "/target") == Array("new".utf8))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/link").hasSuffix("target"))
    }
  }

  @Test("/dev/null is written to, not replaced")
  func device() throws {
    try AtomicFile.write("x", to: "/dev/null")
    let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
    #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
  }

  private func writeModel(_ path: String, _ text: String) throws {
    try AtomicDirectory.write(
      to: path, replacing: { ["weights", "config"].contains($0) },
      filling: { inside in
        try AtomicFile.write(text, to: inside + "/weights")
      })
  }

  @Test("a directory of replaceable files is replaced whole, an empty one filled")
  func directory() throws {
    try withTemporaryDirectory { directory in
      let model = directory + "/model"
      try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: false)
      try writeModel(model, "one")
      try AtomicFile.write("left over", to: model + "/config")
      try writeModel(model + "/", "two")
      #expect(try names(in: model) == ["weights"])
      #expect(try contents(of: model + "/weights") == Array("two".utf8))
      #expect(try names(in: directory) == ["model"])
    }
  }

  @Test("a directory with a foreign file is never replaced")
  func foreign() throws {
    try withTemporaryDirectory { directory in
      let model = directory + "/model"
      try writeModel(model, "one")
      try AtomicFile.write("dear diary", to: model + "/diary.txt")
      let error = #expect(throws: OutputError.self) { try writeModel(model, "two") }
      #expect(error?.reason == "it exists and holds diary.txt, which would be lost; choose another directory")
      #expect(try names(in: model) == ["diary.txt", "weights"])
      #expect(try contents(of: model + "/weights") == Array("one".utf8))
    }
  }

  @Test("when filling fails the old directory stays and nothing is left behind")
  func directoryFailure() throws {
    try withTemporaryDirectory { directory in
      let model = directory + "/model"
      try writeModel(model, "one")
      #expect(throws: Interrupted.self) {
        try AtomicDirectory.write(
          to: model, replacing: { _ in true },
          filling: { inside in
            try AtomicFile.write("half", to: inside + "/weights")
            throw Interrupted()
          })
      }
      #expect(try contents(of: model + "/weights") == Array("one".utf8))
      #expect(try names(in: directory) == ["model"])
    }
  }

  @Test("a file that cannot be written is named where it was to be, not where it would have waited")
  func namedByTheUser() throws {
    try withTemporaryDirectory { directory in
      let model = directory + "/model"
      let error = #expect(throws: OutputError.self) {
        try AtomicDirectory.write(
          to: model, replacing: { _ in true },
          filling: { inside in try AtomicFile.write("x", to: inside + "/nowhere/weights") })
      }
      #expect(error?.path == model + "/nowhere/weights")
      let left = try names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test("a file where the directory should go is an output error")
  func fileInTheWay() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("x", to: directory + "/model")
      let error = #expect(throws: OutputError.self) { try writeModel(directory + "/model", "one") }
      #expect(error?.reason == "it exists and is not a directory")
    }
  }

  @Test("what cannot be written is found out beforehand, and looking leaves nothing behind")
  func verified() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("old", to: directory + "/file")
      try AtomicFile.verify(directory + "/file")
      try AtomicFile.verify(directory + "/new")
      try AtomicDirectory.verify(directory + "/model", replacing: { _ in true })
      #expect(throws: OutputError.self) { try AtomicFile.verify(directory) }
      #expect(throws: OutputError.self) { try AtomicFile.verify(directory + "/nowhere/file") }
      #expect(throws: OutputError.self) {
        try AtomicDirectory.verify(directory + "/nowhere/model", replacing: { _ in true })
      }
      #expect(throws: OutputError.self) { try AtomicDirectory.verify(directory, replacing: { $0 == "other" }) }
      #expect(try names(in: directory) == ["file"])
      #expect(try contents(of: directory + "/file") == Array("old".utf8))
    }
  }
}
