import Doppel
import Foundation

/// The processes started by mpirun or srun, of which this is one; without a launcher, nothing here has an effect.
///
/// The first process prints, writes and reports for all. It reports an error of all processes once. A process with an
/// error of its own reports it itself and ends them all.
enum Processes {
  /// The launcher that started this process together with others; `nil` for a single process.
  static let launcher = Launcher(ProcessInfo.processInfo.environment)

  private static let joined = Guarded<MPICommunicator?>(nil)

  /// The path of the MPI library, if the user names one.
  static var library: String? { ProcessInfo.processInfo.environment["DOPPEL_MPI"] }

  /// Whether this process prints and writes.
  static var isRoot: Bool { (launcher?.rank ?? 0) == 0 }

  /// The communicator, once the processes are joined.
  static var communicator: MPICommunicator? { joined.withLock { $0 } }

  /// Joins the processes, if there are several; call it once, from the main thread.
  ///
  /// - Throws: `CommunicationError`.
  static func join() throws {
    guard let launcher else { return }
    let communicator = try MPICommunicator(launcher, library: library)
    joined.withLock { $0 = communicator }
  }

  /// Leaves the other processes when all have finished.
  static func leave() {
    let communicator = joined.withLock { joined in
      defer { joined = nil }
      return joined
    }
    try? communicator?.leave()
  }

  /// The exit of all processes after one of them received a stop signal: all have seen it and reach this point.
  static func agree(on code: Failure.Code) -> Failure.Code {
    guard let communicator, let codes = try? communicator.gather([code.rawValue]) else { return code }
    let asked = codes.joined().first { $0 != Failure.Code.interrupted.rawValue }
    return asked.flatMap(Failure.Code.init) ?? code
  }

  /// Ends this process, and all others unless they are ending anyway.
  ///
  /// - Parameter together: whether all processes end in this way.
  static func end(_ code: Failure.Code, together: Bool) -> Never {
    if together {
      leave()
    } else if let communicator {
      // Launchers end all processes at once and can lose what was written just before.
      Thread.sleep(forTimeInterval: 0.5)
      communicator.abort(code: code.rawValue)
    }
    Foundation.exit(code.rawValue)
  }

  /// How long another process waits for the first to report the error.
  static let patience = 3.0

  /// The name of this process in its own messages.
  static var name: String {
    "process \(launcher?.rank ?? 0) of \(launcher?.processes ?? 1) on \(ProcessInfo.processInfo.hostName)"
  }

  /// The default number of threads of a process: its cores, divided by the processes that have the same; all processes ask
  /// for it together.
  ///
  /// - Throws: `CommunicationError`.
  static func threads() throws -> Int? {
    guard let launcher else { return nil }
    guard let communicator else { return max(1, Processor.availableCores / launcher.processesHere) }
    let mine = [machine] + Cores.allowed
    return max(1, Processor.availableCores / (try communicator.gather(mine).count { $0 == mine }))
  }

  /// A number for the machine, so that equal cores of different machines differ.
  private static var machine: UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(ProcessInfo.processInfo.hostName)
    return fingerprint.word
  }
}

/// A command that several processes can run together.
protocol SharedCommand: CheckedCommand {}
