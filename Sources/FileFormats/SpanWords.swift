extension Span where Element == UInt8 {
  /// The eight bytes from `position` on as one little-endian number; bytes beyond the end count as 0.
  ///
  /// The basis for comparing and searching text eight bytes at a time.
  @inlinable
  @inline(__always)
  public func word(at position: Int) -> UInt64 {
    let bytes = unsafe self.bytes
    if position >= 0 && position <= bytes.byteCount - 8 {
      // Eight bytes are available, and every bit pattern is a number.
      return UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
    return lastWord(at: position)
  }

  /// ``word(at:)`` within eight bytes of the end.
  @usableFromInline
  func lastWord(at position: Int) -> UInt64 {
    precondition(position >= 0, "no byte \(position)")
    var word: UInt64 = 0
    var index = Swift.min(count, position + 8)
    while index > position {
      index -= 1
      word = word << 8 | UInt64(self[index])
    }
    return word
  }
}
