import Doppel
import Foundation

/// The processes that mpirun or srun has started, of which this is one; most often there is no launcher, and nothing here
/// does anything.
///
/// The first speaks, writes and reports for all. What goes wrong in all of them it says once; what goes wrong in another
/// process alone, that process says itself, and ends them all.
enum Processes {
  /// What has started this process together with others; `nil` where it is alone.
  static let launcher = Launcher(ProcessInfo.processInfo.environment)

  private static let joined = Guarded<MPICommunicator?>(nil)

  /// The path of the MPI library, where somebody names one.
  static var library: String? { ProcessInfo.processInfo.environment["DOPPEL_MPI"] }

  /// Whether this process speaks and writes.
  static var isRoot: Bool { (launcher?.rank ?? 0) == 0 }

  /// What joins the processes, once they are.
  static var communicator: MPICommunicator? { joined.withLock { $0 } }

  /// Joins the processes, where there are several; to be called once, from the main thread.
  ///
  /// - Throws: `CommunicationError`.
  static func join() throws {
    guard let launcher else { return }
    let communicator = try MPICommunicator(launcher, library: library)
    joined.withLock { $0 = communicator }
  }

  /// Parts from the others at the end of the work of all.
  static func leave() {
    let communicator = joined.withLock { joined in
      defer { joined = nil }
      return joined
    }
    try? communicator?.leave()
  }

  /// What all processes end with when one of them was asked to stop: they have all seen it, and are all here.
  static func agree(on code: Failure.Code) -> Failure.Code {
    guard let communicator, let codes = try? communicator.gather([code.rawValue]) else { return code }
    let asked = codes.joined().first { $0 != Failure.Code.interrupted.rawValue }
    return asked.flatMap(Failure.Code.init) ?? code
  }

  /// Ends this process, and all others too unless they are at their end.
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

  /// How long a process other than the first waits for the first to say what is wrong.
  static let patience = 3.0

  /// This process, for messages of its own.
  static var name: String {
    "process \(launcher?.rank ?? 0) of \(launcher?.processes ?? 1) on \(ProcessInfo.processInfo.hostName)"
  }

  /// How many threads a process takes where nobody says: its share of the cores, unless it is bound to some of its own.
  static var threads: Int? {
    guard let launcher else { return nil }
    let (cores, all) = (Processor.availableCores, ProcessInfo.processInfo.activeProcessorCount)
    return cores < all ? cores : max(1, cores / launcher.processesHere)
  }
}

/// A command that several processes can carry out together.
protocol SharedCommand: CheckedCommand {}
