/// The bytes of a file or a stream as they are stored there.
enum StoredBytes: Sendable {
  case mapped(MappedBytes)
  case inMemory([UInt8])

  var count: Int {
    switch self {
    case .mapped(let mapped): mapped.count
    case .inMemory(let bytes): bytes.count
    }
  }

  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    switch self {
    case .mapped(let mapped): try mapped.withBytes(body)
    case .inMemory(let bytes): try body(bytes.span)
    }
  }

  /// Releases memory that can be filled again from a file.
  func release(_ range: Range<Int>) {
    if case .mapped(let mapped) = self { mapped.release(range) }
  }
}
