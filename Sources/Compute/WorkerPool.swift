import CKernels
import Dispatch
import Synchronization

#if canImport(ObjectiveC)
  import ObjectiveC
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that share the pieces of a pass with the thread that started it.
///
/// The passes over a small model take some ten microseconds each, about as long as it takes to wake a sleeping thread. So these
/// threads look out for the next pass for a while before they sleep. They serve one pass at a time: another one that starts
/// meanwhile, on another thread or within a piece, is left to Dispatch.
final class WorkerPool: Sendable {
  static let shared = WorkerPool()

  private let isTaken = Atomic<Bool>(false)
  private let mayLookOut = Atomic<Bool>(true)
  private let helpers = Guarded((threads: [Helper](), most: Cores.count - 1))

  /// In nanoseconds: longer than what lies between most passes of an update, and too short for a busy core to be noticed.
  private static let patience: UInt64 = 200_000

  private init() {}

  /// Has several threads share work.
  ///
  /// - Parameters:
  ///   - workers: the number of threads, this one included.
  ///   - work: takes pieces until none is left, so that it may be called by fewer threads: one that is not yet awake when the
  ///     last piece has been taken is not waited for. The number of a thread is 0 for this one, below `workers` for others.
  ///   - meanwhile: what this thread does before it takes pieces.
  func run(workers: Int, _ work: @Sendable (_ worker: Int) -> Void, meanwhile: () -> Void = {}) {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
      meanwhile()
      return DispatchQueue.concurrentPerform(iterations: workers, execute: work)
    }
    defer { isTaken.store(false, ordering: .releasing) }
    let helpers = helpers(workers - 1)
    let patience = mayLookOut.load(ordering: .relaxed) ? Self.patience : 0
    withoutActuallyEscaping(work) { work in
      for (index, helper) in helpers.enumerated() { helper.start(index + 1, patience: patience, work) }
      meanwhile()
      work(0)
      for helper in helpers { helper.finish(patience: patience) }
    }
  }

  /// Lets waiting threads sleep at once from now on, for a process that shares its cores with others.
  func stopLookingOut() { mayLookOut.store(false, ordering: .relaxed) }

  /// The first of the threads, which are created when first needed; no more than there are cores, since more would only wait
  /// for each other, and fewer if the system has no more.
  private func helpers(_ count: Int) -> ArraySlice<Helper> {
    helpers.withLock { helpers in
      while helpers.threads.count < min(count, helpers.most) {
        if let helper = Helper.started() {
          helpers.threads.append(helper)
        } else {
          helpers.most = helpers.threads.count
        }
      }
      return helpers.threads.prefix(count)
    }
  }
}

/// One of the threads.
private final class Helper: Sendable {
  private enum State: UInt8, AtomicRepresentable {
    /// Looks out for work.
    case idle
    /// Sleeps until it is woken.
    case asleep
    /// There is work that it has not begun.
    case posted
    case working
    /// It works, and the other thread sleeps until it has finished.
    case awaited
  }

  // The state of one thread changes while others look at theirs, so it has cache lines to itself.
  private let marginBefore = InlineArray<16, UInt64>(repeating: 0)
  private let state = Atomic(State.idle)
  private let marginAfter = InlineArray<16, UInt64>(repeating: 0)
  private let hasWork = DispatchSemaphore(value: 0)
  private let hasFinished = DispatchSemaphore(value: 0)
  // Written by the thread that starts a pass before the state becomes `posted` or after it has been taken back from there, and
  // by this one while it is `working` or `awaited`.
  nonisolated(unsafe) private var work: (@Sendable (_ worker: Int) -> Void)?
  nonisolated(unsafe) private var worker = 0
  nonisolated(unsafe) private var patience: UInt64 = 0

  private init() {}

  /// A new thread; `nil` if the system does not give one.
  static func started() -> Helper? {
    let helper = Helper()
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // Signals are for the threads that exist without this one, except those that a fault or a profiler sends to a thread.
    var (blocked, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&blocked)
    for own in [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGPROF] { unsafe sigdelset(&blocked, own) }
    unsafe pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let argument = unsafe Unmanaged.passRetained(helper)
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          unsafe Unmanaged<Helper>.fromOpaque(argument).takeRetainedValue().serve()
        #else
          if let argument = unsafe argument {
            unsafe Unmanaged<Helper>.fromOpaque(argument).takeRetainedValue().serve()
          }
        #endif
        return nil
      }, argument.toOpaque())
    if status != 0 {
      unsafe argument.release()
      return nil
    }
    #if canImport(Darwin)
      if let thread = unsafe thread { unsafe pthread_detach(thread) }
    #else
      pthread_detach(thread)
    #endif
    return helper
  }

  // MARK: The thread that starts a pass

  /// Gives the thread work.
  func start(_ worker: Int, patience: UInt64, _ work: @escaping @Sendable (_ worker: Int) -> Void) {
    unsafe (self.work, self.worker, self.patience) = (work, worker, patience)
    if state.exchange(.posted, ordering: .acquiringAndReleasing) == .asleep { hasWork.signal() }
  }

  /// Takes the work back if it has not been begun, and otherwise waits for its end.
  func finish(patience: UInt64) {
    if change(from: .posted, to: .idle) {
      unsafe work = nil
      return
    }
    if lookOut(patience, { state.load(ordering: .acquiring) != .working }) { return }
    if change(from: .working, to: .awaited) { hasFinished.wait() }
    // Whichever way its end became known: what it has written is visible from here on.
    _ = state.load(ordering: .acquiring)
  }

  // MARK: This thread

  private func serve() -> Never {
    var patience: UInt64 = 0
    while true {
      while !lookOut(patience, { change(from: .posted, to: .working) }) {
        if change(from: .idle, to: .asleep) { hasWork.wait() }
      }
      unsafe patience = self.patience
      #if canImport(ObjectiveC)
        autoreleasepool { unsafe work?(worker) }
      #else
        unsafe work?(worker)
      #endif
      unsafe work = nil
      if state.exchange(.idle, ordering: .acquiringAndReleasing) == .awaited { hasFinished.signal() }
    }
  }

  private func change(from old: State, to new: State) -> Bool {
    state.load(ordering: .relaxed) == old
      && state.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
  }

  /// Looks until something is so, but no longer than `patience` nanoseconds.
  private func lookOut(_ patience: UInt64, _ isSo: () -> Bool) -> Bool {
    if isSo() { return true }
    if patience == 0 { return false }
    let start = DispatchTime.now().uptimeNanoseconds
    repeat {
      for _ in 0..<32 {
        dk_pause()
        if isSo() { return true }
      }
    } while DispatchTime.now().uptimeNanoseconds - start < patience
    return false
  }
}
