import Autoencoders
import Compute
import Dispatch
import Experiments
import Foundation

/// Fits one trial at a time in a thread of its own.
///
/// Meanwhile, the thread that has joined the other processes can talk to them: no other thread may, and none of them
/// must wait for a trial.
final class TrialThread: Sendable {
  private struct State: Sendable {
    var epochs: [TrialMessage.Epoch] = []
    var outcome: Result<FittedTrial, any Error>?
    var isBusy = false
    var isStopped = false
  }

  private let state = Guarded(State())
  private let work = DispatchGroup()

  /// Begins a trial.
  ///
  /// - Precondition: none is running.
  func start(_ fit: @escaping @Sendable () throws -> FittedTrial) {
    state.withLock { state in
      precondition(!state.isBusy, "two trials at once in one process")
      state.isBusy = true
    }
    work.enter()
    let thread = Thread { [state, work] in
      let outcome = Result { try fit() }
      state.withLock { $0.outcome = outcome }
      work.leave()
    }
    // The same size as the main thread's.
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits until the trial is finished, but not longer than a number of seconds; without a trial, for that time.
  func wait(atMost seconds: Double) {
    if state.withLock({ $0.isBusy }) {
      _ = work.wait(timeout: .now() + seconds)
    } else {
      Thread.sleep(forTimeInterval: seconds)
    }
  }

  /// The result of the trial, once, when it is finished.
  ///
  /// - Throws: the error of the trial.
  func take() throws -> FittedTrial? {
    let outcome = state.withLock { state in
      let outcome = state.outcome
      state.outcome = nil
      if outcome != nil { state.isBusy = false }
      return outcome
    }
    return try outcome?.get()
  }

  /// The epochs that are finished and have not been returned yet.
  func takeEpochs() -> [TrialMessage.Epoch] {
    state.withLock { state in
      let epochs = state.epochs
      state.epochs = []
      return epochs
    }
  }

  /// Ends the trial at its next update and waits for that; no trial can be started afterwards.
  func stop() {
    state.withLock { $0.isStopped = true }
    work.wait()
  }

  /// The observer of the trials.
  var observer: RunObserver {
    var observer = RunObserver()
    observer.onEpoch = { [state] name, record in
      state.withLock { $0.epochs.append(TrialMessage.Epoch(name: name, record: record)) }
    }
    observer.isInterrupted = { [state] in state.withLock { $0.isStopped } }
    return observer
  }
}
