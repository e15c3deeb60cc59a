import Foundation
import Synchronization

/// How often somebody asked to stop. Global because a signal handler can reach nothing else.
private let requests = Atomic<Int>(0)

/// Ctrl-C and SIGTERM during training: the first asks the trainer to stop, the second ends the process at once.
struct Interruption: Sendable {
  /// Starts to listen.
  init() {
    // Touched before the handler can run: initialising a global is not for signal handlers.
    requests.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
  }

  /// Whether somebody asked to stop.
  var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
