import Foundation

/// A file of TensorBoard events, which grows during a run.
///
/// Every record is the length of its bytes (eight bytes), a checksum of that (four), the bytes, a checksum of them (four); all
/// little-endian. Source: TensorFlow, `tensorflow/core/lib/io/record_writer.h`. The bytes are an `Event` of `event.proto`.
package struct EventFile: Sendable {
  private let file: FileHandle
  private let path: String

  /// Begins a file in a folder, with the record of the format version.
  ///
  /// Event files of an earlier run of Doppel in the folder are removed, because TensorBoard would merge their curves
  /// with these.
  ///
  /// - Throws: `OutputError`.
  package init(in folder: String, at time: Double) throws {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where Self.isOwn(name) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    path = "\(folder)/\(Self.name(at: time))"
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else {
      throw OutputError(path: path, reason: "it cannot be created")
    }
    self.file = file
    var event = ProtocolBuffer()
    event.add(Field.wallTime, time)
    event.add(Field.fileVersion, "brain.Event:2")
    try append(event)
  }

  /// Adds numbers of one step.
  ///
  /// - Throws: `OutputError`.
  package func add(_ scalars: [(tag: String, value: Double)], step: Int, at time: Double) throws {
    var summary = ProtocolBuffer()
    for (tag, value) in scalars {
      var scalar = ProtocolBuffer()
      scalar.add(Field.tag, tag)
      scalar.add(Field.value, Float(value))
      summary.add(Field.scalar, scalar)
    }
    var event = ProtocolBuffer()
    event.add(Field.wallTime, time)
    event.add(Field.step, step)
    event.add(Field.summary, summary)
    try append(event)
  }

  /// The name of a file begun at a time, in seconds since 1970.
  package static func name(at time: Double) -> String {
    // Readers process files in the order of their names.
    let seconds = String(Int(time))
    return prefix + String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds + suffix
  }

  /// Whether a file of this name is one that Doppel wrote.
  static func isOwn(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

  private static let (prefix, suffix) = ("events.out.tfevents.", ".doppel")

  /// One write per record, so that a reader finds whole records or the beginning of one.
  private func append(_ event: ProtocolBuffer) throws {
    let bytes = event.bytes
    let length = UInt64(bytes.count).littleEndianBytes
    let record = length + CRC32C.masked(length).littleEndianBytes + bytes + CRC32C.masked(bytes).littleEndianBytes
    do {
      try file.write(contentsOf: record)
    } catch {
      throw OutputError(path: path, reason: "its disk is full or no longer available")
    }
  }

  /// The numbers of fields in `event.proto` and `summary.proto`.
  private enum Field {
    static let wallTime = 1
    static let step = 2
    static let fileVersion = 3
    static let summary = 5
    /// Of `Summary`.
    static let scalar = 1
    /// Of `Summary.Value`.
    static let tag = 1
    static let value = 2
  }
}
