import CKernels

/// The positions of either of two bytes in a part of a text, found in bulk.
///
/// A search for one position at a time depends on the previous one; here the positions are found beforehand and only
/// read off.
public struct ByteSearch: Sendable {
  @usableFromInline var positions: [Int]
  @usableFromInline var index = 0
  @usableFromInline var count = 0
  @usableFromInline let end: Int
  private var searched: Int
  private let bytes: (UInt8, UInt8)

  /// The amount of text searched at once, chosen so that its positions stay in the first-level cache.
  private static let blockSize = 8192

  /// Prepares to search for two bytes.
  public init(_ first: UInt8, or second: UInt8, in range: Range<Int>) {
    bytes = (first, second)
    (searched, end) = (range.lowerBound, range.upperBound)
    positions = [Int](repeating: 0, count: min(Self.blockSize, range.count) + 8)
  }

  /// The next position, or the end of the range when there is none.
  ///
  /// - Parameter text: the same text in every call.
  @inlinable
  @inline(__always)
  public mutating func next(in text: Span<UInt8>) -> Int {
    if index == count && !search(text) { return end }
    let position = positions[index]
    index += 1
    return position
  }

  /// Whether a position is available; searches for more if necessary.
  mutating func isReady(in text: Span<UInt8>) -> Bool { index < count || search(text) }

  /// Skips the positions before `position`.
  public mutating func skip(to position: Int, in text: Span<UInt8>) {
    while index < count || search(text) {
      if positions[index] >= position { return }
      index += 1
    }
  }

  /// Searches on until something is found; `false` at the end of the range.
  @usableFromInline
  mutating func search(_ text: Span<UInt8>) -> Bool {
    precondition(end <= text.count, "a range to \(end) of \(text.count) bytes")
    index = 0
    count = 0
    while count == 0 && searched < end {
      let (start, stop) = (searched, min(end, searched + Self.blockSize))
      count = unsafe text.withUnsafeBufferPointer { text in
        unsafe positions.withUnsafeMutableBufferPointer { positions in
          guard let text = text.baseAddress, let positions = positions.baseAddress else { return 0 }
          return unsafe dk_find_either(text, start, stop, bytes.0, bytes.1, positions)
        }
      }
      searched = stop
    }
    return count > 0
  }
}
