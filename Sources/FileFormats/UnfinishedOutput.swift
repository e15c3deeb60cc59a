import Foundation

/// The unfinished output of this process.
///
/// A process can receive a stop signal at any point of its writing. The thread that ends it first removes everything
/// listed here.
public enum UnfinishedOutput {
  private static let ledger = Ledger()

  /// Begins a temporary file or directory: creates it and lists it in one step.
  ///
  /// - Throws: the errors of `make`; nothing is listed then.
  static func begin<Made: ~Copyable, Fault: Error>(
    _ path: String, _ make: () throws(Fault) -> Made
  ) throws(Fault) -> Made {
    ledger.lock.lock()
    defer { ledger.lock.unlock() }
    let made = try make()
    ledger.paths.insert(path)
    return made
  }

  /// Gives a temporary file or directory its final name; it is no longer listed then.
  ///
  /// - Throws: the errors of `end`; it stays listed then.
  static func end<Fault: Error>(_ path: String, _ end: () throws(Fault) -> Void) throws(Fault) {
    ledger.lock.lock()
    defer { ledger.lock.unlock() }
    try end()
    ledger.paths.remove(path)
  }

  /// Removes an entry from the list.
  static func forget(_ path: String) {
    ledger.lock.lock()
    defer { ledger.lock.unlock() }
    ledger.paths.remove(path)
  }

  /// Runs a step that must not be interrupted by the end of the process.
  static func undivided<Made: ~Copyable, Fault: Error>(_ body: () throws(Fault) -> Made) throws(Fault) -> Made {
    ledger.lock.lock()
    defer { ledger.lock.unlock() }
    return try body()
  }

  /// Removes everything unfinished, then ends the process with `exit`.
  ///
  /// From here on no thread of this process begins or finishes a file: each finds the new file under its name, or the
  /// old one.
  public static func abandon(_ exit: () -> Never) -> Never {
    ledger.lock.lock()
    for path in ledger.paths { try? FileManager.default.removeItem(atPath: path) }
    // Directories that were created for files that were not written; one that has any file stays.
    for path in ledger.empty { removeEmptyDirectory(path) }
    exit()
  }

  /// Lists a directory that is useless if it stays empty.
  static func noteEmpty(_ directory: String) {
    ledger.lock.lock()
    defer { ledger.lock.unlock() }
    ledger.empty.insert(directory)
  }

  /// The lists and their lock, a POSIX mutex, which the thread sanitizer sees.
  private final class Ledger: @unchecked Sendable {
    // @unchecked because the lists are accessed only between lock and unlock.
    let lock = NSLock()
    var paths: Set<String> = []
    var empty: Set<String> = []
  }
}
