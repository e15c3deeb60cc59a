import Foundation

/// All bytes of a file: mapped, decompressed, or read from standard input.
public struct ByteSource: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedBytes)
    case inMemory([UInt8])
  }

  /// How to name the source in messages: the path as given, or `standard input`.
  public let name: String
  private let storage: Storage
  /// Whether the bytes are those of the file, none decompressed.
  public let isAsStored: Bool

  /// The default limit on the size of a decompressed file or a stream: 16 GiB, or a third of the machine's memory if
  /// that is less.
  public static let defaultLimit = min(16 << 30, Int(clamping: ProcessInfo.processInfo.physicalMemory / 3))

  /// Opens a file; `-` is standard input.
  ///
  /// Compression (gzip or zstd) is recognised by the first bytes, whatever the name. A plain file is mapped, not copied,
  /// and other processes must not shorten it while it is in use.
  ///
  /// - Parameters:
  ///   - limit: the largest number of bytes that a compressed file or a stream may hold.
  ///   - libraries: the libraries that decompress.
  /// - Throws: ``InputError`` when it is missing or unreadable; ``DataError`` when compressed data is damaged, cut off,
  ///   followed by something else or larger than `limit`, or when the file is a Git LFS pointer.
  public init(path: String, limit: Int = defaultLimit, libraries: CompressionLibraries = .present) throws {
    name = path == "-" ? "standard input" : path
    let stored = try Self.stored(path, name: name, limit: limit)
    let (name, compression) = (name, Self.withBytes(of: stored) { Compression(of: $0) })
    isAsStored = compression == nil
    if let compression {
      storage = .inMemory(
        try Self.withBytes(of: stored) {
          try libraries.decompress($0, compression, path: name, limit: limit)
        })
    } else {
      storage = stored
    }
    // This applies to any kind of file.
    if let pointer = withBytes({ ForeignFormat(of: $0) }), pointer == .gitLFSPointer { throw pointer.error(path: name) }
  }

  /// The content of the file or stream, not decompressed.
  private static func stored(_ path: String, name: String, limit: Int) throws -> Storage {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.reading(path)
    } catch {
      throw InputError(path: name, reason: error.reason)
    }
    let (kind, size) = file.status()
    if kind == .directory { throw InputError(path: name, reason: "it is a directory") }
    if kind == .regular, size > 0, path != "-", let mapped = file.mapped(size: size) { return .mapped(mapped) }
    return .inMemory(try everything(of: file, name: name, limit: limit))
  }

  /// Wraps bytes that are already in memory.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    storage = .inMemory(bytes)
    isAsStored = true
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
    try Self.withBytes(of: storage, body)
  }

  private static func withBytes<Result>(
    of storage: Storage, _ body: (Span<UInt8>) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .mapped(let mapped): try mapped.withBytes(body)
    case .inMemory(let bytes): try body(bytes.span)
    }
  }

  /// Refuses formats that are not text, and names them.
  ///
  /// - Throws: ``DataError`` for formats that are often given in place of text, such as Parquet, Excel or UTF-16.
  public func requireText() throws {
    if let format = withBytes({ ForeignFormat(of: $0) }) { throw format.error(path: name) }
  }

  /// Marks `range` as not needed soon, so that it need not stay in memory; it can still be read again.
  public func release(_ range: Range<Int>) {
    if case .mapped(let mapped) = storage { mapped.release(range) }
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
