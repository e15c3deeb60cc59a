import Foundation
import Testing

#if os(Linux)
  @Suite("doppel doctor")
  struct DoctorTests {
    @Test("products of bytes are told where they are used, and are not used by other engines than oneDNN")
    func productsOfBytes() throws {
      let folder = try TemporaryFolder()
      for engine in ["", "gsl"] {
        func report(_ more: [String]) throws -> String {
          try Executable.doppel().run(["doctor"] + more, in: folder, environment: ["DOPPEL_ENGINE": engine]).output
        }
        let (text, json) = (try report([]), try report(["--json"]))
        let isUsed = text.contains("\nrecommend finds lists by products of bytes")
        #expect(json.contains("\"filtersByBytes\" : \(isUsed)"), "\(text)\(json)")
        if engine == "gsl" { #expect(!isUsed) }
      }
    }

    @Test("a library without the instructions is not asked for products of bytes, which it would not add exactly")
    func withoutInstructions() throws {
      let outcome = try Executable.doppel().run(
        ["doctor"], in: TemporaryFolder(), environment: ["ONEDNN_MAX_CPU_ISA": "AVX2"])
      #expect(outcome.status == 0)
      #expect(!outcome.output.contains("products of bytes"))
    }

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
