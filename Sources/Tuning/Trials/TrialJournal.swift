import Autoencoders
import FileFormats
import Foundation

/// The file of the trials: one line that identifies the run, then one line for each record.
///
/// A resumed run ends with the same bytes as an uninterrupted one. If several processes share the trials, a result may
/// come before others that belong before it. Until these are there, it is kept in a second file of the same form, which
/// is removed at the end.
struct TrialJournal {
  /// The existing records, in order.
  let records: [TrialRecord]
  /// Existing records that were ahead of others.
  let ahead: [TrialRecord]
  private let file: LineJournal
  private let path: String
  private let header: String
  private var aheadFile: LineJournal?

  /// The file of records that are ahead of others.
  static func aheadPath(of path: String) -> String { path + ".ahead" }

  /// Opens the journal of a run.
  ///
  /// - Parameter resumes: whether to continue an existing journal.
  /// - Throws: `OutputError`; `InputError`, `DataError` for one that is damaged or of another run.
  init(_ path: String, of run: RunIdentity, resumes: Bool) throws {
    self.path = path
    header = JSONValue.object(["journal": .string("doppel tune"), "run": .object(run.members)]).line
    let isThere = resumes && LineJournal.isThere(path)
    var (lines, bytes): ([String], Int) = ([], 0)
    if isThere { (lines, bytes) = try LineJournal.read(path) }
    records = try Self.records(of: lines, in: path, run)
    file = isThere ? try LineJournal.continuing(path, after: bytes) : try LineJournal.creating(path)
    // The process may have ended before the first line was written.
    if lines.isEmpty { try file.append(header) }
    (ahead, aheadFile) = try Self.openAhead(Self.aheadPath(of: path), header: header, resumes: resumes)
  }

  private static func records(of lines: [String], in path: String, _ run: RunIdentity) throws -> [TrialRecord] {
    guard let first = lines.first else { return [] }
    func wrong(_ line: Int, _ message: String, _ accepted: String) -> DataError {
      DataError(path: path, line: line, message: message, accepted: accepted)
    }
    guard let head = try? JSONValue(parsing: Array(first.utf8)).members, head["journal"] == "doppel tune",
      let kept = head["run"]?.members
    else { throw wrong(1, "is not the first line of a journal of tune", "a journal of tune, or another name") }
    if let difference = run.difference(from: RunIdentity(kept)) {
      throw wrong(
        1, "is of another run: \(difference)", "the same data and settings, or another name for a new journal")
    }
    return try lines.enumerated().dropFirst().map { number, line in
      guard let record = parsed(line) else {
        throw wrong(number + 1, "is not a record of a trial", "the journal as tune wrote it")
      }
      return record
    }
  }

  private static func parsed(_ line: String) -> TrialRecord? {
    try? JSONValue(parsing: Array(line.utf8)).decoded(as: TrialRecord.self)
  }

  /// Reads and continues the second file of this run; removes that of any other run.
  ///
  /// Its records are only results that need not be computed again, so one that cannot be read is left out.
  private static func openAhead(
    _ path: String, header: String, resumes: Bool
  ) throws -> (records: [TrialRecord], file: LineJournal?) {
    guard LineJournal.isThere(path) else { return ([], nil) }
    guard resumes, let (lines, bytes) = try? LineJournal.read(path), lines.first == header else {
      try? FileManager.default.removeItem(atPath: path)
      return ([], nil)
    }
    return (lines.dropFirst().compactMap(parsed), try LineJournal.continuing(path, after: bytes))
  }

  /// Adds the record that comes next.
  ///
  /// - Throws: `OutputError`.
  func append(_ record: TrialRecord) throws { try file.append(JSONValue(encoding: record).line) }

  /// Keeps a record that comes after others that are missing.
  ///
  /// - Throws: `OutputError`.
  mutating func keep(ahead record: TrialRecord) throws {
    if aheadFile == nil {
      aheadFile = try LineJournal.creating(Self.aheadPath(of: path))
      try aheadFile?.append(header)
    }
    try aheadFile?.append(JSONValue(encoding: record).line)
  }

  /// Removes the second file, when all records are in order.
  mutating func removeAhead() {
    guard aheadFile != nil else { return }
    aheadFile = nil
    try? FileManager.default.removeItem(atPath: Self.aheadPath(of: path))
  }
}
