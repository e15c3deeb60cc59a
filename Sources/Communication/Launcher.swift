/// The launcher of this process, according to its environment.
///
/// It is read before any library is opened, because a single process opens none.
public struct Launcher: Sendable, Equatable {
  /// The family of the launcher.
  public enum Family: Sendable, Equatable { case openMPI, mpich, slurm }

  /// Its name, for messages.
  public let name: String
  /// Its family.
  public let family: Family
  /// The number of processes that it has started.
  public let processes: Int
  /// The number of this process.
  public let rank: Int
  /// The number of processes on this machine, if known.
  public let processesHere: Int

  /// Reads an environment.
  ///
  /// - Returns: `nil` if no known launcher has started the process, or it has started only this one.
  public init?(_ environment: [String: String]) {
    func count(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    let known: [(Family, String, String, String)] = [
      (.openMPI, "mpirun of Open MPI", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
      (.mpich, "mpirun of MPICH", "PMI_SIZE", "PMI_RANK"),
      // The variable of a step, which srun starts; SLURM_NTASKS is also set in a batch script, which is one process.
      (.slurm, "srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
    ]
    for (family, name, size, rank) in known {
      guard let processes = count(size), let rank = count(rank) else { continue }
      guard processes > 1 && (0..<processes).contains(rank) else { return nil }
      // srun also sets the variables of MPICH.
      let isSlurm = family == .mpich && environment["SLURM_STEP_NUM_TASKS"] != nil
      (self.family, self.name) = isSlurm ? (.slurm, "srun") : (family, name)
      (self.processes, self.rank) = (processes, rank)
      let here = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"].compactMap(count).first
      // As in "2(x3),1": the machine of this process is not given, but all machines have nearly the same number.
      let tasks = environment["SLURM_STEP_TASKS_PER_NODE"].flatMap { Int($0.prefix { $0.isNumber }) }
      processesHere = max(1, min(processes, here ?? tasks ?? 1))
      return
    }
    return nil
  }

  /// The libraries to try, in order.
  ///
  /// - Parameter named: the path of the only library to try.
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
