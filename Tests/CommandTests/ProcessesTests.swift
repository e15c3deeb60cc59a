import Foundation
import Testing

/// The command under a launcher, as far as one process can tell; `make test-mpi` runs it under real ones.
@Suite("Under a launcher")
struct ProcessesTests {
  private func run(_ line: String, _ environment: [String: String]) throws -> Executable.Outcome {
    try Executable.doppel().run(
      line.split(separator: " ").map(String.init), in: try TemporaryFolder(), environment: environment)
  }

  private static let first = ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"]

  @Test("without the library that joins them, several processes do not each train alone")
  func noLibrary() throws {
    let outcome = try run(
      "train --model ae --output m", Self.first.merging(["DOPPEL_MPI": "/nowhere/libmpi.so"]) { $1 })
    #expect(outcome.status == 64 && outcome.output.isEmpty)
    #expect(
      outcome.errors.hasPrefix(
        "doppel: mpirun of Open MPI has started several processes, but no MPI library was found to join them; tried: "
          + "/nowhere/libmpi.so; accepted: "), "\(outcome.errors)")
  }

  @Test("a process that a launcher has started alone opens no library")
  func alone() throws {
    let outcome = try run(
      "train --model popularity --output m",
      ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0", "DOPPEL_MPI": "/nowhere/libmpi.so"])
    #expect(outcome.status == 0 && outcome.output.contains("saved in m"), "\(outcome.errors)")
  }

  @Test("what is wrong in all processes, the first one says, and another waits before it speaks")
  func errors() throws {
    let start = Date()
    let second = try run(
      "train --model ae --output m",
      ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "DOPPEL_MPI": "/nowhere/libmpi.so"])
    // A launcher would have ended it by then.
    #expect(second.status == 64 && second.output.isEmpty && Date().timeIntervalSince(start) > 2)
    #expect(second.errors.hasPrefix("doppel: process 1 of 2 on "), "\(second.errors)")
  }

  @Test("doctor says which MPI it finds, or how to get one")
  func doctor() throws {
    struct Report: Decodable { let mpi: String? }
    // What is found depends on the machine, so the two forms are held against each other.
    let found = try JSONDecoder().decode(Report.self, from: Data(try run("doctor --json", [:]).output.utf8)).mpi
    let told = try run("doctor", [:]).output
    let none = "No MPI library was found: 'apt-get install openmpi-bin'"
    #expect(told.contains(found.map { "Several processes communicate through \($0)." } ?? none), "\(told)")
    let without = ["DOPPEL_MPI": "/nowhere/libmpi.so"]
    #expect(try run("doctor", without).output.contains(none))
    #expect(try run("doctor --json", without).output.contains("\"mpi\" : null"))
  }
}
