/// The processes that a launcher such as mpirun or srun has started, joined by the MPI library that belongs to it.
///
/// The library is loaded at run time. None is needed to build, and none is opened unless a launcher has started the
/// process together with others.
public final class MPICommunicator: Communicator {
  /// The rank of this process.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// The library that joins them, such as `Open MPI v4.1.4`.
  public let version: String
  private let library: MPILibrary

  /// Joins the processes of a launcher.
  ///
  /// Call it once, from the thread that makes all other calls.
  ///
  /// - Parameter named: the path of the library; `nil` to search for it.
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

  /// Leaves the other processes; every process calls it last.
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

  /// The MPI library that would be used, without joining processes: its version and the name under which it was found.
  ///
  /// - Returns: `nil` if there is none.
  public static func present(library named: String? = nil) -> (version: String, file: String)? {
    guard let library = try? MPILibrary(candidates: Launcher.libraries(of: nil, named: named)) else { return nil }
    return (library.version, library.file)
  }
}
