extension FixedWidthInteger where Self: UnsignedInteger {
  /// Its bytes as a little-endian machine has them.
  package var littleEndianBytes: [UInt8] { (0..<bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) } }
}
