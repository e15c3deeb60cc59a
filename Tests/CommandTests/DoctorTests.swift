import Foundation
import Testing

#if os(Linux)
  @Suite("doppel doctor")
  struct DoctorTests {
    @Test("a oneDNN that is there and cannot be opened is named, with the reason")
    func unusableLibrary() throws {
      let folder = try TemporaryFolder()
      for version in [".3", ".2", ""] { try folder.write("no library", to: "libdnnl.so\(version)") }
      let outcome = try Executable.doppel().run(
        ["doctor"], in: folder, environment: ["LD_LIBRARY_PATH": folder.url.path])
      let file = "\(folder.url.path)/libdnnl.so.3"
      #expect(outcome.status == 0)
      #expect(
        outcome.output.contains("\noneDNN is not used: libdnnl.so.3 cannot be opened: \(file): "),
        "\(outcome.output)\(outcome.errors)")
      #expect(!outcome.output.contains("apt-get install libdnnl"))
    }
  }
#endif
