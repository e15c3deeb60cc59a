import Autoencoders
import FileFormats

/// The file of the trials: one line that identifies the run, then one line for each record.
///
/// A resumed run ends with the same bytes as an uninterrupted one.
struct TrialJournal {
  /// The existing records.
  let records: [TrialRecord]
  private let file: LineJournal

  /// Opens the journal of a run.
  ///
  /// - Parameter resumes: whether to continue an existing journal.
  /// - Throws: `OutputError`; `InputError`, `DataError` for one that is damaged or of another run.
  init(_ path: String, of run: RunIdentity, resumes: Bool) throws {
    let header = JSONValue.object(["journal": .string("doppel tune"), "run": .object(run.members)]).line
    guard resumes, LineJournal.isThere(path) else {
      records = []
      file = try LineJournal.creating(path)
      try file.append(header)
      return
    }
    let (lines, bytes) = try LineJournal.read(path)
    guard let first = lines.first else {
      // The process ended before the first line was written.
      records = []
      file = try LineJournal.continuing(path, after: 0)
      try file.append(header)
      return
    }
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
    records = try lines.enumerated().dropFirst().map { number, line in
      guard let record = try? JSONValue(parsing: Array(line.utf8)).decoded(as: TrialRecord.self) else {
        throw wrong(number + 1, "is not a record of a trial", "the journal as tune wrote it")
      }
      return record
    }
    file = try LineJournal.continuing(path, after: bytes)
  }

  /// Adds a record.
  ///
  /// - Throws: `OutputError`.
  func append(_ record: TrialRecord) throws { try file.append(JSONValue(encoding: record).line) }
}
