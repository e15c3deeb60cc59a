import FileFormats
import Testing

/// The examples are those of the "Encoding" page of the protocol buffers documentation.
@Suite("Protocol buffers")
struct ProtocolBufferTests {
  @Test("a whole number is a varint, seven bits a byte")
  func wholes() {
    #expect(message { $0.add(1, 150) }.bytes == [0x08, 0x96, 0x01])
    #expect(message { $0.add(1, 0) }.bytes == [0x08, 0x00])
    #expect(message { $0.add(1, 127) }.bytes == [0x08, 0x7F])
    #expect(message { $0.add(1, -1) }.bytes == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
    #expect(message { $0.add(16, 1) }.bytes == [0x80, 0x01, 0x01])
  }

  @Test("text, bytes and messages have a length before them")
  func lengths() {
    #expect(message { $0.add(2, "testing") }.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    let inner = message { $0.add(1, 150) }
    #expect(message { $0.add(3, inner) }.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
    let twice = message { $0.add(3, each: [inner, inner]) }
    #expect(twice.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01, 0x1A, 0x03, 0x08, 0x96, 0x01])
    #expect(message { $0.add(4, bytes: [9, 8]) }.bytes == [0x22, 0x02, 9, 8])
  }

  @Test("numbers have the bytes of a little-endian machine")
  func numbers() {
    #expect(message { $0.add(2, Float(1)) }.bytes == [0x15, 0, 0, 0x80, 0x3F])
    #expect(message { $0.add(1, 2.0) }.bytes == [0x09, 0, 0, 0, 0, 0, 0, 0, 0x40])
    #expect(message { $0.add(9, bytesOf: [1, -2]) }.bytes == [0x4A, 0x08, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
  }

  @Test("what is counted is what is written, also with numbers inside of messages inside of messages")
  func nested() throws {
    let inner = message {
      $0.add(1, "a")
      $0.add(9, bytesOf: [Float](repeating: 0.5, count: 1000))
      $0.add(8, "b")
    }
    let outer = message {
      $0.add(5, inner)
      $0.add(1, message { $0.add(5, inner) })
      $0.add(2, 7)
    }
    #expect(outer.count == outer.bytes.count && inner.count == 3 + 1 + 2 + 4000 + 3)
    try withTemporaryDirectory { directory in
      try AtomicFile.write(to: directory + "/m") { try outer.write(to: &$0) }
      #expect(try contents(of: directory + "/m") == outer.bytes)
    }
  }

  private func message(_ fill: (inout ProtocolBuffer) -> Void) -> ProtocolBuffer {
    var message = ProtocolBuffer()
    fill(&message)
    return message
  }
}
