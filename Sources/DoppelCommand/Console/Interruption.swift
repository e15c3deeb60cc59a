import Foundation
import Synchronization

/// How often somebody asked to stop.
///
/// Global because a signal handler can reach nothing else.
private let requests = Atomic<Int>(0)

/// Ctrl-C and SIGTERM during training: the first asks the trainer to stop, the second ends the process.
enum Interruption {
  /// Starts to listen.
  ///
  /// Before that, as for any program, the first signal ends the process.
  static func listen() {
    // Touched before the handler can run: initialising a global is not for signal handlers.
    requests.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
          _exit(Failure.Code.interrupted.rawValue)
        }
      }
    }
  }

  /// Lets the signals through.
  ///
  /// Programs started from a worker thread, as Dispatch and Foundation do, inherit its mask, and would never
  /// hear that somebody asked to stop.
  static func unblock() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
