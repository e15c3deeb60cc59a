/// What has started this process, as far as its environment says.
///
/// Read before any library is opened: a process that was started alone opens none.
public struct Launcher: Sendable, Equatable {
  /// Whose launcher it is.
  public enum Family: Sendable, Equatable { case openMPI, mpich, slurm }

  /// Its name, for messages.
  public let name: String
  /// Whose it is.
  public let family: Family
  /// The number of processes that it has started.
  public let processes: Int
  /// Which of them this is.
  public let rank: Int
  /// How many of them are on this machine, as far as is known.
  public let processesHere: Int

  /// Reads an environment.
  ///
  /// - Returns: `nil` where no launcher is known to have started the process, or it has started only this one.
  public init?(_ environment: [String: String]) {
    func count(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    let known: [(Family, String, String, String)] = [
      (.openMPI, "mpirun of Open MPI", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
      (.mpich, "mpirun of MPICH", "PMI_SIZE", "PMI_RANK"),
      // Of a step, which srun starts; SLURM_NTASKS is there in a batch script too, which is one process.
      (.slurm, "srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
    ]
    for (family, name, size, rank) in known {
      guard let processes = count(size), let rank = count(rank) else { continue }
      guard processes > 1 && (0..<processes).contains(rank) else { return nil }
      // srun sets the variables of MPICH too.
      let isSlurm = family == .mpich && environment["SLURM_STEP_NUM_TASKS"] != nil
      (self.family, self.name) = isSlurm ? (.slurm, "srun") : (family, name)
      (self.processes, self.rank) = (processes, rank)
      let here = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"].compactMap(count).first
      // As in "2(x3),1": the machine of this process is not told, but all have as many, or nearly.
      let tasks = environment["SLURM_STEP_TASKS_PER_NODE"].flatMap { Int($0.prefix { $0.isNumber }) }
      processesHere = max(1, min(processes, here ?? tasks ?? 1))
      return
    }
    return nil
  }

  /// The libraries to try, in order.
  ///
  /// - Parameter named: the path of one that is to be taken and no other.
  func libraries(named: String?) -> [String] { Self.libraries(of: family, named: named) }

  static func libraries(of family: Family?, named: String?) -> [String] {
    if let named, !named.isEmpty { return [named] }
    #if canImport(Darwin)
      let (openMPI, mpich) = (["libmpi.40.dylib"], ["libmpi.12.dylib", "libpmpi.12.dylib"])
      let standard = ["libmpi_abi.1.dylib"]
    #else
      let (openMPI, mpich) = (["libmpi.so.40"], ["libmpi.so.12", "libmpich.so.12"])
      let standard = ["libmpi_abi.so.1"]
    #endif
    return family == .mpich ? mpich + standard + openMPI : openMPI + mpich + standard
  }
}
