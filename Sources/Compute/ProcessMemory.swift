#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory of this process, as reported by the system.
public enum ProcessMemory {
  /// Bytes in use now; if the system does not report them, the maximum so far.
  public static var resident: Int {
    #if os(Linux)
      // The second number of /proc/self/statm is the resident pages.
      if let file = unsafe fopen("/proc/self/statm", "r") {
        defer { unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        let length = unsafe fread(&text, 1, text.count - 1, file)
        let fields = text[..<length].split(separator: 0x20)
        if fields.count > 1, let pages = Int(fields[1].map { String(UnicodeScalar(UInt8(bitPattern: $0))) }.joined()) {
          return pages * sysconf(Int32(_SC_PAGESIZE))
        }
      }
    #endif
    return peak
  }

  /// The maximum number of bytes in use so far.
  public static var peak: Int {
    var usage = rusage()
    #if canImport(Darwin)
      let (who, unit) = (RUSAGE_SELF, 1)
    #else
      let (who, unit) = (RUSAGE_SELF.rawValue, 1024)
    #endif
    _ = unsafe getrusage(who, &usage)
    return usage.ru_maxrss * unit
  }
}
