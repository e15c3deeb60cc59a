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
  private let capacity: Int
  private static let page = 1 << 21

  /// Reserves the addresses; `nil` if the system does not give so many.
  init?(_ stored: StoredBytes, _ decompressor: any Decompressor, path: String) {
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #else
      let flags = MAP_PRIVATE | MAP_ANON
    #endif
    // As many as there may be, where the system limits them.
    var capacity = 1 << 38
    var reserved = unsafe mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0)
    while UInt(bitPattern: reserved) == UInt.max && capacity > 1 << 29 {
      capacity /= 2
      unsafe reserved = mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0)
    }
    guard let start = unsafe reserved, UInt(bitPattern: start) != UInt.max else { return nil }
    unsafe self.start = start
    self.capacity = capacity
    (self.stored, self.decompressor, self.path) = (stored, decompressor, path)
    #if os(Linux)
      unsafe madvise(start, capacity, MADV_HUGEPAGE)
    #endif
  }

  deinit { unsafe munmap(start, capacity) }

  /// The number of bytes so far, released ones included.
  var count: Int { available.load(ordering: .acquiring) }

  /// Decompresses until there are at least `end` bytes, or all.
  func extend(to end: Int) {
    while !isComplete && count < end {
      // Always of the same size, so that damaged data end at the same byte whoever asked for how many.
      let memory = unsafe UnsafeMutableBufferPointer(
        start: (start + count).assumingMemoryBound(to: UInt8.self), count: min(capacity - count, 1 << 18))
      available.add(unsafe take(into: memory), ordering: .releasing)
    }
  }

  /// Takes the next bytes; returns their number, 0 at the end and after a failure.
  private func take(into memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
    do {
      if memory.isEmpty {
        throw DataError(
          path: path, message: "decompresses to more than \(capacity) bytes",
          accepted: "a smaller or an uncompressed file")
      }
      let count = try unsafe decompressor.next(into: memory)
      isComplete = count == 0
      releaseConsumed()
      return count
    } catch {
      (failure, isComplete) = (error, true)
      return 0
    }
  }

  private func releaseConsumed() {
    let end = decompressor.position
    if end - consumed < Self.page && !isComplete { return }
    stored.release(consumed..<end)
    consumed = end
  }

  /// Throws what is wrong with the data, to their end; what has not been decompressed yet is not kept.
  func verify() throws {
    if !isComplete {
      var chunk = [UInt8](repeating: 0, count: 1 << 18)
      while unsafe chunk.withUnsafeMutableBufferPointer({ unsafe take(into: $0) }) > 0 {}
    }
    if let failure { throw failure }
  }

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
