import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one input may cost, and how the process is stopped when it costs more.
enum Limits {
  /// Seconds one input may take.
  static let seconds = 1.0
  /// Bytes the process may ever have held.
  static let memory = 256 << 20

  /// Ends the process when it asks for far more address space than any reader needs.
  static func confine() {
    #if canImport(Glibc)
      var limit = rlimit(rlim_cur: 8 << 30, rlim_max: 8 << 30)
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
  }

  /// Ends the process by SIGALRM unless called again within ten seconds.
  static func setAlarm() { alarm(10) }

  /// The most memory this process has held, in bytes.
  static func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Glibc)
      _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss << 10
    #else
      _ = unsafe getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
