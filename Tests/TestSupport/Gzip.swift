/// The bytes as a gzip file whose blocks are stored as they are (RFC 1951, 3.2.4; RFC 1952).
///
/// - Parameter damaged: a block whose length is wrong, so that the data end before it.
public func gzipped(_ bytes: [UInt8], damaged: Int? = nil) -> [UInt8] {
  let size = 0xFFFF
  var file: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
  func append(_ number: UInt32, bytes count: Int) {
    for k in 0..<count { file.append(UInt8(number >> (8 * k) & 0xFF)) }
  }
  for (index, start) in stride(from: 0, to: max(1, bytes.count), by: size).enumerated() {
    let block = bytes[start..<min(start + size, bytes.count)]
    file.append(start + size >= bytes.count ? 1 : 0)
    append(UInt32(block.count), bytes: 2)
    append(~UInt32(block.count) ^ (index == damaged ? 1 : 0), bytes: 2)
    file += block
  }
  let table = (0..<UInt32(256)).map { byte in
    (0..<8).reduce(byte) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
  append(~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }, bytes: 4)
  append(UInt32(truncatingIfNeeded: bytes.count), bytes: 4)
  return file
}
