import Testing

@testable import Communication

/// Ranks that are threads, and what is told of launchers and libraries.
@Suite("Communication")
struct CommunicatorTests {
  @Test("everybody gets everybody's numbers, in the order of ranks", arguments: [1, 2, 5])
  func gather(ranks: Int) throws {
    @Sendable func numbers(of rank: Int) -> [Double] { (0..<rank).map { Double(10 * rank + $0) } }
    let expected = (0..<ranks).map(numbers)
    let found = try LocalCommunicator.run(ranks: ranks) { communicator in
      // Several times, so that a round could be mistaken for the next.
      try (0..<20).map { _ in try communicator.gather(numbers(of: communicator.rank)) }
    }
    #expect(found.allSatisfy { $0.allSatisfy { $0 == expected } })
  }

  @Test("everybody gets the own part of what each has", arguments: [1, 2, 4])
  func exchange(ranks: Int) throws {
    // Rank r sends r + q numbers to rank q.
    @Sendable func numbers(from sender: Int, to receiver: Int) -> [Int32] {
      (0..<sender + receiver).map { Int32(100 * sender + 10 * receiver + $0) }
    }
    let found = try LocalCommunicator.run(ranks: ranks) { communicator in
      let rank = communicator.rank
      let counts = (0..<ranks).map { rank + $0 }
      return try communicator.exchange(
        (0..<ranks).flatMap { numbers(from: rank, to: $0) }, sent: counts, got: counts)
    }
    for (rank, received) in found.enumerated() {
      let expected = (0..<ranks).flatMap { numbers(from: $0, to: rank) }
      #expect(received == expected)
    }
  }

  @Test("a broadcast gives everybody the numbers of one", arguments: [1, 3])
  func broadcast(ranks: Int) throws {
    for root in 0..<ranks {
      let found = try LocalCommunicator.run(ranks: ranks) { communicator in
        try communicator.broadcast(
          communicator.rank == root ? [1.5 as Float, -0.0, .infinity] : [], count: 3, from: root)
      }
      #expect(found.allSatisfy { $0 == [1.5, 0, .infinity] && $0[1].sign == .minus })
      let bytes = try LocalCommunicator.run(ranks: ranks) { communicator in
        try communicator.broadcast(communicator.rank == root ? Array("text".utf8) : [], from: root)
      }
      #expect(bytes.allSatisfy { $0 == Array("text".utf8) })
    }
  }

  @Test("who waits for a rank that has thrown is told so, and its error is the one that is thrown")
  func failure() throws {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try LocalCommunicator.run(ranks: 3) { communicator in
        if communicator.rank == 1 { throw Broken() }
        try communicator.meet()
      }
    }
  }

  // MARK: Arrays

  @Test("an array has what it was filled with, and an empty one is filled without memory", arguments: [0, 1, 5])
  func filled(count: Int) throws {
    struct Broken: Error {}
    var calls = 0
    let numbers = unsafe [Int32](filled: count) { memory in
      calls += 1
      let (size, hasAddress) = unsafe (memory.count, memory.baseAddress != nil)
      #expect(size == count && hasAddress == (count > 0))
      for index in 0..<count { unsafe memory.initializeElement(at: index, to: Int32(3 * index)) }
    }
    #expect(calls == 1 && numbers == (0..<count).map { Int32(3 * $0) })
    #expect(throws: Broken.self) { try unsafe [Int32](filled: count) { _ in throw Broken() } }
  }

  // MARK: Launchers

  @Test("a process that was started alone has no launcher, and opens no library")
  func alone() {
    #expect(Launcher([:]) == nil)
    #expect(Launcher(["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"]) == nil)
    #expect(Launcher(["PMI_SIZE": "1", "PMI_RANK": "0"]) == nil)
    // A batch script of several tasks is one process, until srun starts a step.
    #expect(Launcher(["SLURM_NTASKS": "4", "SLURM_PROCID": "0"]) == nil)
    // Nonsense.
    #expect(Launcher(["PMI_SIZE": "2", "PMI_RANK": "2"]) == nil)
    #expect(Launcher(["PMI_SIZE": "two", "PMI_RANK": "0"]) == nil)
  }

  @Test("launchers are known by their variables, and choose the order of libraries")
  func launchers() throws {
    let open = try #require(
      Launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"]))
    #expect((open.processes, open.rank, open.processesHere) == (4, 3, 2))
    #expect(open.family == .openMPI && open.libraries(named: nil).first?.contains("40") == true)
    let hydra = try #require(Launcher(["PMI_SIZE": "3", "PMI_RANK": "1", "MPI_LOCALNRANKS": "3"]))
    #expect((hydra.family, hydra.processes, hydra.rank, hydra.processesHere) == (.mpich, 3, 1, 3))
    #expect(hydra.libraries(named: nil).first?.contains("12") == true)
    let slurm = try #require(
      Launcher([
        "SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "7", "SLURM_STEP_TASKS_PER_NODE": "2(x4)", "PMI_SIZE": "8",
        "PMI_RANK": "7",
      ]))
    #expect((slurm.family, slurm.name, slurm.processes, slurm.processesHere) == (.slurm, "srun", 8, 2))
    #expect(slurm.libraries(named: "/opt/libmpi.so") == ["/opt/libmpi.so"])
  }

  @Test("a library that is not there, or is no MPI, is an error that names it and what would be accepted")
  func libraries() throws {
    let launcher = try #require(Launcher(["PMI_SIZE": "2", "PMI_RANK": "0"]))
    let missing = CommunicationError.noLibrary(launcher: "mpirun of MPICH", tried: ["/nowhere/libmpi.so"])
    #expect(throws: missing) { try MPICommunicator(launcher, library: "/nowhere/libmpi.so") }
    #expect("\(missing)".contains("/nowhere/libmpi.so") && "\(missing)".contains("DOPPEL_MPI"))
    #if os(Linux)
      #expect(throws: CommunicationError.incomplete(library: "libm.so.6", symbol: "MPI_Init_thread")) {
        try MPICommunicator(launcher, library: "libm.so.6")
      }
      #expect(MPICommunicator.present(library: "libm.so.6") == nil)
    #endif
  }
}
