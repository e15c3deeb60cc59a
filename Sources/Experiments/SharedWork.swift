import Autoencoders
import Communication
package import Compute
import FileFormats
import Foundation

/// Processes that were started together but cannot compute together.
public enum DisagreeingProcesses: Error, Equatable, CustomStringConvertible {
  /// A process differs from the first in something that affects the bits of results.
  case different(process: Int, what: String, first: String, other: String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .different(let process, let what, let first, let other):
      "process \(process) has a different \(what) from process 0 (\(other), not \(first)); accepted: the same in all, "
        + "because no number may depend on the process that computes it"
    }
  }
}

/// A model that several processes cannot fit together.
public struct ModelForOneProcess: Error, Equatable, CustomStringConvertible {
  /// Its name.
  public let model: String

  /// What is wrong, in one sentence.
  public var description: String {
    "\(model) cannot be fitted by several processes together; accepted: one process, without mpirun or srun"
  }
}

extension Processor {
  /// Checks that all processes agree in everything that affects the bits of results, and have read the same data.
  ///
  /// Every process computes the narrow layers itself, so a different version, engine or kind of processor would make
  /// them diverge.
  ///
  /// - Parameter data: the fingerprint of the data.
  /// - Throws: ``DisagreeingProcesses``, in all processes alike.
  package func agree(on data: String) throws {
    guard let communicator, communicator.size > 1 else { return }
    let facts = [
      ("version of doppel", DoppelVersion.current), ("product engine", name), ("kind of processor", Self.kind),
      ("data set", data),
    ]
    let all = try communicator.gather(Array(facts.map { $0.1 }.joined(separator: "\n").utf8))
      .map { String(decoding: $0, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) }
    for (process, words) in all.enumerated() where words != all[0] {
      for ((what, _), (first, other)) in zip(facts, zip(all[0], words)) where first != other {
        throw DisagreeingProcesses.different(
          process: process, what: what, first: String(first), other: String(other))
      }
    }
  }

  /// The kind of processor: its name, and a fingerprint of its instructions; empty if the system does not report them.
  private static var kind: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "" }
    func value(_ keys: [String]) -> String? {
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if parts.count == 2, keys.contains(parts[0]) { return parts[1] }
      }
      return nil
    }
    var fingerprint = Fingerprint()
    fingerprint.add(value(["flags", "Features"]) ?? "")
    return (value(["model name", "CPU part"]) ?? "unknown") + " " + fingerprint.hexadecimal
  }
}
