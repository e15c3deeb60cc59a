import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one input may cost, and how the process is stopped when it costs more.
enum Limits {
  /// Seconds of processor time one input may take: the clock on the wall would measure what else the machine does.
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

  /// Ends the process by SIGALRM unless called again within half a minute.
  static func setAlarm() { alarm(30) }

  /// The most memory this process has held, in bytes, and the seconds of processor time it has taken.
  static func spent() -> (memory: Int, seconds: Double) {
    var usage = rusage()
    #if canImport(Glibc)
      _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      let unit = 1024
    #else
      _ = unsafe getrusage(RUSAGE_SELF, &usage)
      let unit = 1
    #endif
    let times = [usage.ru_utime, usage.ru_stime]
    return (Int(usage.ru_maxrss) * unit, times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 })
  }
}
