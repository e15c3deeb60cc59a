import Compute
import FileFormats

/// Files of little-endian 32-bit words, as the programs in Benchmarks write them.
enum RowFile {
  /// All words of a file.
  static func words(_ path: String) throws -> [UInt32] {
    try ByteSource(path: path).withBytes { bytes in
      (0..<bytes.count / 4).map { UInt32(truncatingIfNeeded: bytes.word(at: 4 * $0)) }
    }
  }

  /// Sparse rows: for each row the number of items and then the items, ascending.
  static func rows(_ path: String, itemCount: Int) throws -> SparseRows {
    let words = try words(path)
    var offsets = [0]
    var indices: [Int32] = []
    var position = 0
    while position < words.count {
      let end = position + 1 + Int(words[position])
      indices += words[position + 1..<end].map { Int32(bitPattern: $0) }
      offsets.append(indices.count)
      position = end
    }
    return SparseRows(columnCount: itemCount, offsets: offsets, indices: indices)
  }
}
