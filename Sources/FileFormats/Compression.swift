/// A compression format, recognised by its first bytes, whatever the name of the file.
enum Compression {
  case gzip, zstd

  /// Recognises the start of a gzip member or a zstd frame; `nil` for anything else.
  init?(of bytes: Span<UInt8>) {
    if bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b {
      self = .gzip
    } else if bytes.count >= 4 {
      switch bytes.word(at: 0) & 0xFFFF_FFFF {
      // A frame, or a skippable frame.
      case 0xFD2F_B528, 0x184D_2A50...0x184D_2A5F: self = .zstd
      default: return nil
      }
    } else {
      return nil
    }
  }
}

/// The libraries that decompress: loaded at run time, so that Doppel can be built and run without them.
public struct CompressionLibraries: Sendable {
  let zlib: Zlib?
  let zstandard: Zstandard?

  /// Loads each library under the first of the given names that exists.
  public init(
    zlib: [String] = ["libz.so.1", "libz.dylib", "/usr/lib/libz.dylib"],
    zstandard: [String] = [
      "libzstd.so.1", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib",
    ]
  ) {
    self.zlib = Zlib(candidates: zlib)
    self.zstandard = Zstandard(candidates: zstandard)
  }

  /// The libraries of this machine.
  public static let present = CompressionLibraries()

  /// The version of zlib, which reads `.gz`, or `nil` when it was not found.
  public var zlibVersion: String? { zlib?.version }
  /// The version of libzstd, which reads `.zst`, or `nil` when it was not found.
  public var zstandardVersion: String? { zstandard?.version }

  /// Begins to decompress.
  ///
  /// - Throws: ``InputError`` when the library is missing.
  func decompressor(of stored: StoredBytes, _ compression: Compression, path: String) throws -> any Decompressor {
    switch compression {
    case .gzip:
      guard let zlib else {
        throw InputError(
          path: path, reason: "it is compressed with gzip and zlib was not found; decompress it first (gzip -d)")
      }
      return try GzipDecompressor(stored, zlib, path: path)
    case .zstd:
      guard let zstandard else {
        throw InputError(
          path: path,
          reason: "it is compressed with zstd and libzstd was not found; install it (apt-get install libzstd1), or "
            + "decompress the file first (zstd -d)")
      }
      return try ZstandardDecompressor(stored, zstandard, path: path)
    }
  }
}

/// Compressed bytes, decompressed piece by piece.
protocol Decompressor: AnyObject {
  /// Fills the beginning of some memory with the next bytes.
  ///
  /// - Returns: the number of bytes, 0 at the end.
  /// - Throws: ``DataError`` when the data is damaged, cut off or followed by something else; ``InputError`` when there is
  ///   no memory.
  func next(into memory: UnsafeMutableBufferPointer<UInt8>) throws -> Int
  /// The first byte that has not been consumed.
  var position: Int { get }
}

extension Decompressor {
  /// The rest.
  ///
  /// - Throws: what ``next(into:)`` throws; ``DataError`` when it is more than `limit` bytes.
  func rest(path: String, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = try unsafe chunk.withUnsafeMutableBufferPointer { try unsafe next(into: $0) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count > limit {
        throw DataError(
          path: path, message: "decompresses to more than \(limit) bytes",
          accepted: "a smaller or an uncompressed file")
      }
    }
  }
}
