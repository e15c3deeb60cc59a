import Foundation

/// All bytes of a file: mapped, decompressed, or read from standard input.
public struct ByteSource: Sendable {
  private enum Storage: Sendable {
    case whole(StoredBytes)
    case window(DecompressedWindow)
  }

  /// How to name the source in messages: the path as given, or `standard input`.
  public let name: String
  private let storage: Storage
  /// What is decompressed, and how; `beginning` is `nil` if it is decompressed at once.
  private struct Compressed: Sendable {
    let bytes: StoredBytes
    let compression: Compression
    let libraries: CompressionLibraries
    let beginning: Int?
  }
  private let compressed: Compressed?
  /// Whether the bytes are those of the file, none decompressed.
  public var isAsStored: Bool { compressed == nil }

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
    try self.init(path: path, limit: limit, libraries: libraries, beginning: nil)
  }

  /// Opens a file that is read once from the beginning to the end; `-` is standard input.
  ///
  /// If it is compressed, it is decompressed while it is read: ``count`` says how much there is, ``extend(to:)`` asks for
  /// more, and what has been released must not be read again.
  ///
  /// - Parameters:
  ///   - beginning: the number of bytes, if there are as many, that are there from the start.
  ///   - limit: the largest number of bytes that a stream may hold.
  /// - Throws: what ``init(path:limit:libraries:)`` throws; ``DataError`` for compressed data only if they end before
  ///   `beginning`, otherwise ``verify()`` throws it.
  public init(
    reading path: String, beginning: Int, limit: Int = defaultLimit, libraries: CompressionLibraries = .present
  ) throws {
    try self.init(path: path, limit: limit, libraries: libraries, beginning: beginning)
  }

  private init(path: String, limit: Int, libraries: CompressionLibraries, beginning: Int?) throws {
    name = path == "-" ? "standard input" : path
    let stored = try Self.stored(path, name: name, limit: limit)
    if let compression = stored.withBytes({ Compression(of: $0) }) {
      let compressed = Compressed(
        bytes: stored, compression: compression, libraries: libraries, beginning: beginning)
      self.compressed = compressed
      storage = try Self.decompressed(compressed, name: name, limit: limit)
    } else {
      (compressed, storage) = (nil, .whole(stored))
    }
    // This applies to any kind of file.
    if let pointer = withBytes({ ForeignFormat(of: $0) }), pointer == .gitLFSPointer { throw pointer.error(path: name) }
  }

  private static func decompressed(_ compressed: Compressed, name: String, limit: Int) throws -> Storage {
    let decompressor = try compressed.libraries.decompressor(
      of: compressed.bytes, compressed.compression, path: name)
    if let beginning = compressed.beginning,
      let window = DecompressedWindow(compressed.bytes, decompressor, path: name)
    {
      window.extend(to: beginning)
      if window.count < beginning { try window.verify() }
      return .window(window)
    }
    return .whole(.inMemory(try decompressor.rest(path: name, limit: limit)))
  }

  /// The content of the file or stream, not decompressed.
  private static func stored(_ path: String, name: String, limit: Int) throws -> StoredBytes {
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
    (storage, compressed) = (.whole(.inMemory(bytes)), nil)
  }

  /// The same from the beginning, after some of it has been released.
  ///
  /// - Throws: ``InputError`` when there is no memory.
  public func again() throws -> ByteSource {
    guard case .window = storage, let compressed else { return self }
    return ByteSource(
      name: name, compressed: compressed,
      storage: try Self.decompressed(compressed, name: name, limit: Self.defaultLimit))
  }

  private init(name: String, compressed: Compressed, storage: Storage) {
    (self.name, self.compressed, self.storage) = (name, compressed, storage)
  }

  /// The number of bytes, or, while a file is decompressed, how many there are so far.
  public var count: Int {
    switch storage {
    case .whole(let bytes): bytes.count
    case .window(let window): window.count
    }
  }

  /// Whether ``count`` is the number of all bytes.
  public var isComplete: Bool {
    switch storage {
    case .whole: true
    case .window(let window): window.isComplete
    }
  }

  /// Decompresses until there are at least `end` bytes, or all; other threads may read meanwhile.
  ///
  /// If the data are damaged, the bytes end there or are wrong, and ``verify()`` throws.
  public func extend(to end: Int) {
    if case .window(let window) = storage { window.extend(to: end) }
  }

  /// Throws what is wrong with compressed data, to their end; what has not been decompressed yet is not kept.
  ///
  /// Damage is found by a checksum at the end, and until then it looks like any error of the text.
  ///
  /// - Throws: ``DataError`` or ``InputError``.
  public func verify() throws {
    if case .window(let window) = storage { try window.verify() }
  }

  /// Lends the bytes to `body`: all, or those that have been decompressed so far.
  public func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    switch storage {
    case .whole(let bytes): try bytes.withBytes(body)
    case .window(let window): try window.withBytes(body)
    }
  }

  /// Refuses formats that are not text, and names them.
  ///
  /// - Throws: ``DataError`` for formats that are often given in place of text, such as Parquet, Excel or UTF-16.
  public func requireText() throws {
    if let format = withBytes({ ForeignFormat(of: $0) }) { throw format.error(path: name) }
  }

  /// Marks `range` as not needed soon, so that it need not stay in memory.
  ///
  /// It can still be read again, but if the file is decompressed while it is read, everything up to the end of `range` is
  /// gone.
  public func release(_ range: Range<Int>) {
    switch storage {
    case .whole(let bytes): bytes.release(range)
    case .window(let window): window.release(upTo: range.upperBound)
    }
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
