import CKernels
import Foundation

/// The cores that this process may use.
package enum Cores {
  /// Their numbers as bits, 64 to a word; no bit where the system does not tell.
  ///
  /// A batch system, `taskset` or the launcher of several processes may leave a process only some of the machine's cores.
  package static let allowed: [UInt64] = bits.words

  /// How many threads make sense: as many as there are cores, or fewer where a control group has less time than these offer.
  package static let count = max(1, min(bits.count, quota(of: groups()) ?? .max))

  private static let bits: (count: Int, words: [UInt64]) = {
    var words = [UInt64](repeating: 0, count: Int(DK_CORE_WORDS))
    let count = unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe words.baseAddress.map { unsafe Int(dk_allowed_cores($0)) } ?? 0
    }
    return (count > 0 ? count : sysconf(Int32(_SC_NPROCESSORS_ONLN)), words)
  }()

  // MARK: Control groups

  /// The limits of control groups, as pairs of processor time and period; the time is negative or missing for no limit.
  package static func quota(of groups: [(time: String, period: String)]) -> Int? {
    groups.compactMap { time, period -> Int? in
      guard let time = Double(time), let period = Double(period), time > 0, period > 0 else { return nil }
      return max(1, Int(min((time / period).rounded(.up), 1e6)))
    }.min()
  }

  /// What the control groups of this process say: its own, and those around it, in either version of the interface.
  private static func groups() -> [(time: String, period: String)] {
    guard let table = text("/proc/self/cgroup") else { return [] }
    return table.split(separator: "\n").flatMap { line -> [(time: String, period: String)] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("cpu") else { return [] }
      var path = parts[2].split(separator: "/").map(String.init)
      var found: [(time: String, period: String)] = []
      while true {
        // In a container, the path may be that outside, and the root is its own group.
        let folder = (["/sys/fs/cgroup"] + (isUnified ? [] : ["cpu"]) + path).joined(separator: "/")
        if isUnified, let words = text(folder + "/cpu.max")?.split(whereSeparator: \.isWhitespace), words.count == 2 {
          found.append((String(words[0]), String(words[1])))
        }
        if !isUnified, let time = text(folder + "/cpu.cfs_quota_us"), let period = text(folder + "/cpu.cfs_period_us") {
          found.append((time, period))
        }
        if path.popLast() == nil { return found }
      }
    }
  }

  private static func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
