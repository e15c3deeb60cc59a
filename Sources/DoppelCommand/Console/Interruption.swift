import Dispatch
import Doppel
import FileFormats
import Foundation

/// Signals that ask the process to stop.
///
/// No handler ever runs: all threads block these signals, and one dedicated thread receives them. A handler would put
/// its frame on the stack of the thread it interrupts, where vector kernels of oneDNN keep data.
///
/// The first signal ends the process at once unless work would be lost: a training with checkpoints writes one, and a
/// trained model is saved. In these cases a second signal ends the process at once. Unfinished files are removed in
/// each case.
enum Interruption {
  private struct State {
    var first: (signal: StopSignal, time: UInt64)?
    /// What the first signal waits for; `nil` when it ends the process at once.
    var waitsFor: String?
    /// The directory of the checkpoint, if checkpoints are kept.
    var checkpoint: String?
    var farewell: @Sendable (_ checkpoint: String?) -> String = { _ in "interrupted" }
  }

  private enum Answer {
    case end(Failure.Code, farewell: (@Sendable () -> String)?)
    case tell(String)
    case ignore
  }

  private static let state = Guarded(State())

  // MARK: What commands say

  /// From now on, a signal only requests a stop: a checkpoint is written first.
  static func waitForCheckpoint(in directory: String) {
    state.withLock { ($0.waitsFor, $0.checkpoint) = ("writing a checkpoint", directory) }
  }

  /// From now on, the trained model is saved before a signal ends the process.
  static func waitForSaving() { state.withLock { $0.waitsFor = "saving the trained model" } }

  /// From now on, a signal to one process only requests a stop, which all processes learn of and make together.
  static func waitForOthers() { state.withLock { $0.waitsFor = "telling the other processes" } }

  /// From now on, a signal ends the process at once, as at the beginning.
  static func endAtOnce() { state.withLock { ($0.waitsFor, $0.checkpoint) = (nil, nil) } }

  /// Sets the message about the interrupted work.
  static func setFarewell(_ farewell: @escaping @Sendable (_ checkpoint: String?) -> String) {
    state.withLock { $0.farewell = farewell }
  }

  /// The message about the interrupted work, for the error that ends the process.
  static var farewell: String {
    let (farewell, checkpoint) = state.withLock { ($0.farewell, $0.checkpoint) }
    return farewell(checkpoint)
  }

  /// Whether a stop was requested.
  static var isRequested: Bool { state.withLock { $0.first != nil } }

  /// The exit code of an interrupted process.
  static var code: Failure.Code { state.withLock { $0.first?.signal.code } ?? .interrupted }

  // MARK: Taking signals

  /// Blocks the signals and starts the thread that receives them.
  ///
  /// Call it before any other thread exists, so that all threads inherit the mask. Child processes would inherit it
  /// too; there are none.
  static func start() {
    // A closed pipe and a file at its size limit are detected by the error of the write.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    // Signals that are ignored at the start stay ignored, as for any program under nohup or in the background of a
    // script.
    let signals = StopSignal.all.filter { !isIgnored($0.number) }
    setBlocked(true, signals)
    if !startThread() { setBlocked(false, signals) }
  }

  private static func startThread() -> Bool {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = unsafe pthread_create(
      &thread, nil,
      { _ in
        Interruption.takeSignals()
        return nil
      }, nil)
    return status == 0
  }

  private static func takeSignals() {
    var blocked = set(of: StopSignal.all.filter { !isIgnored($0.number) })
    while true {
      guard let number = nextSignal(&blocked), let signal = StopSignal(number) else { continue }
      switch answer(signal) {
      case .end(let code, let farewell):
        // Never wait for a reader of stderr: nothing could end the process then.
        if let farewell, Console.standardErrorIsReady { Console.lastWords("doppel: \(farewell())\n") }
        UnfinishedOutput.abandon { _exit(code.rawValue) }
      case .tell(let reason):
        if Console.hasTerminal && Console.standardErrorIsReady {
          Console.standardError("\r\u{1B}[Kinterrupted; \(reason) first (a second signal stops at once)\n")
        }
      case .ignore: break
      }
    }
  }

  /// The next signal from outside; `nil` for one from this process.
  ///
  /// When the process crashes, Swift stops its other threads by SIGUSR1. That is no request, and a checkpoint must not be
  /// written from memory that may be damaged.
  private static func nextSignal(_ blocked: inout sigset_t) -> Int32? {
    #if os(Linux)
      var sender = unsafe siginfo_t()
      let number = unsafe sigwaitinfo(&blocked, &sender)
      let isOwn = unsafe sender._sifields._kill.si_pid == getpid()
      return number > 0 && !isOwn ? number : nil
    #else
      var number: Int32 = 0
      return unsafe sigwait(&blocked, &number) == 0 ? number : nil
    #endif
  }

  private static func answer(_ signal: StopSignal) -> Answer {
    let now = DispatchTime.now().uptimeNanoseconds
    return state.withLock { state in
      guard let first = state.first else {
        state.first = (signal, now)
        if let reason = state.waitsFor { return .tell(reason) }
        let (farewell, checkpoint) = (state.farewell, state.checkpoint)
        return .end(signal.code, farewell: { farewell(checkpoint) })
      }
      // timeout(1) sends its signal to the process and then to its group: that is one request, not two.
      let isTheSame = first.signal.number == signal.number && now - first.time < 200_000_000
      return signal.comesAgain || isTheSame ? .ignore : .end(signal.code, farewell: nil)
    }
  }

  // MARK: System calls

  private static func set(of signals: [StopSignal]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal.number) }
    return set
  }

  private static func setBlocked(_ blocked: Bool, _ signals: [StopSignal]) {
    var set = set(of: signals)
    unsafe pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, nil)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      let handler = unsafe action.__sigaction_u.__sa_handler
    #else
      let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// A signal that asks to stop, and the exit code for it.
private struct StopSignal {
  let number: Int32
  let code: Failure.Code
  /// Whether the system sends it repeatedly, so that a second one is not a second request.
  let comesAgain: Bool

  init(_ number: Int32, _ code: Failure.Code, comesAgain: Bool = false) {
    (self.number, self.code, self.comesAgain) = (number, code, comesAgain)
  }

  init?(_ number: Int32) {
    guard let known = Self.all.first(where: { $0.number == number }) else { return nil }
    self = known
  }

  static let all = [
    StopSignal(SIGINT, .interrupted), StopSignal(SIGTERM, .terminated), StopSignal(SIGUSR1, .user1),
    StopSignal(SIGUSR2, .user2),
    // A terminal that closes sends it from the system and from the shell.
    StopSignal(SIGHUP, .hungUp, comesAgain: true),
    // The processor time limit is exceeded: sent every second until the hard limit.
    StopSignal(SIGXCPU, .outOfTime, comesAgain: true),
  ]
}
