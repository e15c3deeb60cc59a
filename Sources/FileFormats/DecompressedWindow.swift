import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Text that is decompressed while it is read.
///
/// It has addresses for all of the text, and memory for what has been decompressed and not been released. One thread extends
/// and releases it; meanwhile, others may read what was there before.
@safe final class DecompressedWindow: @unchecked Sendable {
  // @unchecked because only one thread changes it; the others read bytes below a count that they have loaded, which are
  // never written again.
  private let start: UnsafeMutableRawPointer
  private let path: String
  private let stored: StoredBytes
  private let decompressor: any Decompressor
  /// The compressed bytes that have been released.
  private var consumed = 0
  private let available = Atomic<Int>(0)
  private(set) var isComplete = false
  private var failure: (any Error)?
  private var released = 0

  /// No text is larger than the addresses reserved for it.
  private static let capacity = 1 << 38
  private static let page = 1 << 21

  /// Reserves the addresses; `nil` if the system does not give so many.
  init?(_ stored: StoredBytes, _ decompressor: any Decompressor, path: String) {
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #else
      let flags = MAP_PRIVATE | MAP_ANON
    #endif
    guard let start = unsafe mmap(nil, Self.capacity, PROT_READ | PROT_WRITE, flags, -1, 0),
      UInt(bitPattern: start) != UInt.max
    else { return nil }
    unsafe self.start = start
    (self.stored, self.decompressor, self.path) = (stored, decompressor, path)
    #if os(Linux)
      unsafe madvise(start, Self.capacity, MADV_HUGEPAGE)
    #endif
  }

  deinit { unsafe munmap(start, Self.capacity) }

  /// The number of bytes so far, released ones included.
  var count: Int { available.load(ordering: .acquiring) }

  /// Decompresses until there are at least `end` bytes, or all.
  func extend(to end: Int) {
    while !isComplete && count < end {
      // Always of the same size, so that damaged data end at the same byte whoever asked for how many.
      let memory = unsafe UnsafeMutableBufferPointer(
        start: (start + count).assumingMemoryBound(to: UInt8.self), count: min(Self.capacity - count, 1 << 18))
      do {
        if memory.isEmpty {
          throw DataError(
            path: path, message: "decompresses to more than \(Self.capacity) bytes",
            accepted: "a smaller or an uncompressed file")
        }
        let more = try unsafe decompressor.next(into: memory)
        isComplete = more == 0
        available.add(more, ordering: .releasing)
        releaseConsumed()
      } catch {
        (failure, isComplete) = (error, true)
        dropPartOfLine()
      }
    }
  }

  private func releaseConsumed() {
    let end = decompressor.position
    if end - consumed < Self.page && !isComplete { return }
    stored.release(consumed..<end)
    consumed = end
  }

  /// Gives up the bytes after the last line that is complete: half a line would be taken for an error of its own.
  private func dropPartOfLine() {
    let end = withBytes { bytes in (released..<bytes.count).last { bytes[$0] == UInt8(ascii: "\n") } }
    if let end { available.store(end + 1, ordering: .releasing) }
  }

  /// Throws what has ended the text before its end.
  func verify() throws { if let failure { throw failure } }

  /// Gives up memory; the bytes must not be read again.
  func release(upTo end: Int) {
    let end = end / Self.page * Self.page
    if end <= released { return }
    unsafe madvise(start + released, end - released, MADV_DONTNEED)
    released = end
  }

  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    let bytes = unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
    return try body(unsafe bytes.span)
  }
}
