/// The header of a NumPy `.npy` file (format 1.0) of little-endian single-precision numbers, row after row.
///
/// Source: NumPy enhancement proposal 1, "A simple file format for NumPy arrays".
public enum NumPyArray {
  /// The bytes before the numbers of a `rows × columns` array; a multiple of 64 bytes.
  public static func header(rows: Int, columns: Int) -> [UInt8] {
    let words = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Magic string, version and length are 10 bytes; a line break ends the padding.
    let length = (10 + words.utf8.count + 1 + 63) / 64 * 64 - 10
    let padding = String(repeating: " ", count: length - words.utf8.count - 1)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length % 256), UInt8(length / 256)]
      + Array((words + padding + "\n").utf8)
  }

  /// The bytes of some numbers, little-endian on every machine.
  public static func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in
      let bits = value.bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    }
  }
}
