import Foundation
import Synchronization

/// How often somebody asked to stop.
///
/// Global because a signal handler can reach nothing else.
private let requests = Atomic<Int>(0)
/// Which signal it was that came last.
private let lastSignal = Atomic<Int32>(SIGINT)

/// Ctrl-C and SIGTERM during training: the first asks the trainer to stop, the second ends the process.
enum Interruption {
  /// Starts to listen.
  ///
  /// Before that, as for any program, the first signal ends the process.
  static func listen() {
    // Touched before the handler can run: initialising a global is not for signal handlers.
    requests.store(0, ordering: .relaxed)
    lastSignal.store(SIGINT, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        lastSignal.store(number, ordering: .relaxed)
        if requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
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

  /// How a process ends that was asked to stop: 130 after Ctrl-C, 143 after SIGTERM.
  static var code: Failure.Code {
    lastSignal.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
