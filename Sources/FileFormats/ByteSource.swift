import Foundation

/// The bytes of a file, whole: mapped, inflated, or read from standard input.
public struct ByteSource: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedBytes)
    case inMemory([UInt8])
  }

  /// How to name the source in messages: the path as given, or `standard input`.
  public let name: String
  private let storage: Storage

  /// The most that a compressed file or a stream may hold unless the caller says otherwise: 16 GiB, or a third of the
  /// machine's memory where that is less.
  public static let defaultLimit = min(16 << 30, Int(clamping: ProcessInfo.processInfo.physicalMemory / 3))

  /// Opens a file; `-` is standard input.
  ///
  /// Compression is recognised by the first two bytes (`1f 8b`), whatever the name. A plain file is mapped,
  /// not copied, and must not be shortened by others while it is in use.
  ///
  /// - Parameter limit: the largest number of bytes that a compressed file or a stream may hold.
  /// - Throws: ``InputError`` when it is missing or unreadable; ``DataError`` when compressed data is
  ///   damaged, cut off or larger than `limit`.
  public init(path: String, limit: Int = defaultLimit) throws {
    name = path == "-" ? "standard input" : path
    let file: FileDescriptor
    do {
      file = try FileDescriptor.reading(path)
    } catch {
      throw InputError(path: name, reason: error.reason)
    }
    let (kind, size) = file.status()
    if kind == .directory { throw InputError(path: name, reason: "it is a directory") }
    if kind == .regular, size > 0, path != "-", let mapped = file.mapped(size: size) {
      let compressed = mapped.withBytes(Self.looksCompressed)
      storage =
        compressed
        ? .inMemory(try Self.inflate(file, name: name, limit: limit)) : .mapped(mapped)
      return
    }
    let bytes = try Self.everything(of: file, name: name, limit: limit)
    guard Self.looksCompressed(bytes.span) else {
      storage = .inMemory(bytes)
      return
    }
    // zlib reads files, so a compressed stream goes through one that has no name.
    let spill = try FileDescriptor.temporary()
    guard spill.write(bytes.span) else {
      throw InputError(path: name, reason: "no room in /tmp to decompress it: \(lastSystemError())")
    }
    spill.rewind()
    storage = .inMemory(try Self.inflate(spill, name: name, limit: limit))
  }

  /// Wraps bytes that are already in memory.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    storage = .inMemory(bytes)
  }

  /// The number of bytes.
  public var count: Int {
    switch storage {
    case .mapped(let mapped): mapped.count
    case .inMemory(let bytes): bytes.count
    }
  }

  /// Lends the bytes to `body`.
  public func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    switch storage {
    case .mapped(let mapped): try mapped.withBytes(body)
    case .inMemory(let bytes): try body(bytes.span)
    }
  }

  /// Says that `range` will not be needed soon, so that it need not stay in memory; it can be read again all the same.
  public func release(_ range: Range<Int>) {
    if case .mapped(let mapped) = storage { mapped.release(range) }
  }

  private static func looksCompressed(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  private static func inflate(_ file: borrowing FileDescriptor, name: String, limit: Int) throws -> [UInt8] {
    guard let zlib = Zlib.shared else {
      throw InputError(path: name, reason: "it is compressed and zlib was not found; decompress it first")
    }
    return try zlib.inflate(file, path: name, limit: limit)
  }

  private static func everything(
    of file: borrowing FileDescriptor, name: String, limit: Int
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      while try file.read(into: &bytes, atMost: 1 << 20) > 0 {
        if bytes.count > limit { throw DataError(path: name, message: "holds more than \(limit) bytes") }
      }
    } catch let error as InputError {
      throw InputError(path: name, reason: error.reason)
    }
    return bytes
  }
}
