/// The processes that a launcher such as mpirun or srun has started, joined by the MPI library that belongs to it.
///
/// The library is looked for when the program runs; none is needed to build, and none is opened where no launcher has
/// started the process together with others.
public final class MPICommunicator: Communicator {
  /// Which of the processes this is.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// What joins them, such as `Open MPI v4.1.4`.
  public let version: String
  private let library: MPILibrary

  /// Joins the processes of a launcher.
  ///
  /// To be called once, from the thread that is going to make all other calls.
  ///
  /// - Parameter named: the path of the library, where it is not to be looked for.
  /// - Throws: ``CommunicationError``.
  public init(_ launcher: Launcher, library named: String? = nil) throws {
    let candidates = launcher.libraries(named: named)
    guard let library = try MPILibrary(candidates: candidates) else {
      throw CommunicationError.noLibrary(launcher: launcher.name, tried: candidates)
    }
    try library.initialise()
    (self.library, version) = (library, library.version)
    (rank, size) = (try library.rank(), try library.size())
    if size == 1 {
      try library.finalise()
      throw CommunicationError.alone(
        library: "\(version) (\(library.file))", launcher: launcher.name, processes: launcher.processes)
    }
  }

  /// Parts from the others; every process calls it, as its last call.
  public func leave() throws { try library.finalise() }

  /// Ends all processes with an exit code.
  public func abort(code: Int32) { library.abort(code: code) }

  /// `MPI_Allgatherv`.
  public func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws {
    try unsafe library.gather(mine, into: all, counts: counts)
  }

  /// `MPI_Alltoallv`.
  public func exchange(
    _ parts: UnsafeRawBufferPointer, _ sent: [Int], into received: UnsafeMutableRawBufferPointer, _ got: [Int]
  ) throws {
    try unsafe library.exchange(parts, sent, into: received, got)
  }

  /// `MPI_Bcast`.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    try unsafe library.broadcast(bytes, from: root)
  }

  /// The MPI library that would be used, without joining anybody: its version and the name it was found by.
  ///
  /// - Returns: `nil` where there is none.
  public static func present(library named: String? = nil) -> (version: String, file: String)? {
    guard let library = try? MPILibrary(candidates: Launcher.libraries(of: nil, named: named)) else { return nil }
    return (library.version, library.file)
  }
}
