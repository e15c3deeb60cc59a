import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM during training: the first asks the trainer to stop, the second ends the process at once.
final class Interruption: Sendable {
  private let requests = Atomic<Int>(0)
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen.
  init() {
    let numbers = [SIGINT, SIGTERM]
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for (source, number) in zip(sources, numbers) {
      source.setEventHandler { [requests = Weak(self)] in
        guard let count = requests.value?.count(), count > 1 else { return }
        Foundation.exit(128 + number)
      }
      source.resume()
    }
  }

  /// Whether somebody asked to stop.
  var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  private func count() -> Int { requests.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// A reference that does not keep its object alive.
private struct Weak: @unchecked Sendable {
  // @unchecked because a weak reference is read and cleared atomically by the runtime.
  weak var value: Interruption?
  init(_ value: Interruption) { self.value = value }
}
