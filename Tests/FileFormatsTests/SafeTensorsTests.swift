import FileFormats
import Foundation
import Testing

@Suite("Safetensors")
struct SafeTensorsTests {
  static let sample = SafeTensors(
    tensors: [
      "encoder.0.weight": Tensor(shape: [2, 3], values: [1, -2, 3.5, 0, -0.0, .leastNonzeroMagnitude]),
      "bias": Tensor(shape: [1], values: [.greatestFiniteMagnitude]),
      "scalar": Tensor(shape: [], values: [7]),
      "empty": Tensor(shape: [0, 5], values: []),
    ],
    metadata: ["format": "doppel", "quote": "\"\\\n\u{1} é 🎬"])

  private func file(_ header: String, _ buffer: [UInt8] = []) -> [UInt8] {
    let header = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + buffer
  }

  private func read(_ bytes: [UInt8]) throws -> SafeTensors {
    try SafeTensors(ByteSource(name: "m", bytes: bytes))
  }

  private func written(_ contents: SafeTensors) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      try contents.write(to: directory + "/m.safetensors")
      return try FileFormatsTests.contents(of: directory + "/m.safetensors")
    }
  }

  @Test("what is written is read back, text and signs of zero included")
  func roundTrip() throws {
    let back = try read(written(Self.sample))
    #expect(back == Self.sample)
    #expect(back.tensors["encoder.0.weight"]?.values[4].sign == .minus)
  }

  @Test("the bytes are those of the format, names sorted, numbers aligned")
  func layout() throws {
    let contents = SafeTensors(
      tensors: ["b": Tensor(shape: [2], values: [1, 2]), "a": Tensor(shape: [1, 1], values: [-1])],
      metadata: ["k": "v"])
    let header =
      "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
      + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}"
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(
      try written(contents) == file(padded, [0, 0, 0x80, 0xBF, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]))
  }

  @Test("a file cut off at any byte, or with one more, is refused")
  func truncation() throws {
    let bytes = try written(Self.sample)
    for length in 0..<bytes.count {
      #expect(throws: DataError.self, "cut to \(length) bytes") { try read(Array(bytes[..<length])) }
    }
    #expect(throws: DataError.self) { try read(bytes + [0]) }
  }

  @Test(
    "a malformed header is refused with its reason",
    arguments: [
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "has a malformed header: key \"a\" twice"
      ),
      (
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "has a malformed header: key \"dtype\" twice"
      ),
      (
        #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#,
        "has tensor \"a\" of type F16; only F32 is read"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        "has tensor \"a\" of shape [2] in 4 bytes instead of 8"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
        "has tensor \"a\" of impossible shape [4611686018427387904, 4]"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        "has tensor \"a\" at 4..<0 of a buffer of 4 bytes"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        "has tensor \"a\" at 0..<8 of a buffer of 4 bytes"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "has tensor \"b\" overlapping the one before it"
      ),
      (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#, "has a hole of 4 bytes before \"a\""),
      (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#, "has 4 bytes after its last tensor"),
      (
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        "has a malformed header: no whole number at byte 29"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
        "has a malformed header: no ] at byte 30"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#,
        "has a malformed header: a number too large at byte 29"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1]}}"#,
        "has a malformed header: tensor \"a\" lacks dtype, shape or data_offsets"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        "has a malformed header: tensor \"a\" has 1 offsets"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#,
        "has a malformed header: unknown key \"x\" of tensor \"a\""
      ),
      (#"{"__metadata__":{"k":1}}"#, "has a malformed header: no \" at byte 21"),
      (#"{"__metadata__":{"\ud800":"x"}}"#, "has a malformed header: half a surrogate pair before byte 25"),
      (#" {}"#, "has a malformed header: no { at its start"),
      (#"{} {}"#, "has a malformed header: text after its end"),
      (#"[]"#, "has a malformed header: no { at its start"),
      ("", "has a malformed header: no { at its start"),
    ])
  func malformed(header: String, message: String) {
    let error = #expect(throws: DataError.self) { try read(file(header, [0, 0, 0, 0])) }
    #expect(error?.message == message)
  }

  @Test("a header longer than the format allows, or than the file, is refused before it is read")
  func length() {
    let huge = #expect(throws: DataError.self) { try read([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) }
    #expect(huge?.message == "declares a header of 18446744073709551615 bytes, more than 100000000")
    let long = #expect(throws: DataError.self) { try read([9, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D]) }
    #expect(long?.message == "is cut off: its header has 9 bytes and 2 are left")
  }

  @Test(
    "a weight that is not finite is refused with the name of its tensor", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    let bytes = try written(SafeTensors(tensors: ["decoder.bias": Tensor(shape: [2], values: [1, value])]))
    let error = #expect(throws: DataError.self) { try read(bytes) }
    #expect(error?.message == "has a weight in \"decoder.bias\" that is not finite (number 2)")
  }

  @Test("escapes and blanks of other writers are understood")
  func otherWriters() throws {
    let header =
      #"{ "__metadata__" : { "\u0061\ud83c\udfac\/" : "\t" } , "x" : {"shape":[ 1 ],"dtype":"F32","data_offsets":[0,4]} }  "#
    let contents = try read(file(header, [0, 0, 0x80, 0x3F]))
    #expect(contents.metadata == ["a🎬/": "\t"])
    #expect(contents.tensors["x"]?.values == [1])
  }

  @Test("a tensor cannot take the name of the metadata")
  func reservedName() {
    let contents = SafeTensors(tensors: ["__metadata__": Tensor(shape: [], values: [0])])
    #expect(throws: OutputError.self) { try contents.write(to: "/dev/null") }
  }

  @Test("a tensor read alone is the one read with all others, and its place is where its bytes are")
  func oneByOne() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/m.safetensors"
      try Self.sample.write(to: path)
      let file = try SafeTensorsFile(contentsOf: path)
      #expect(file.metadata == Self.sample.metadata)
      #expect(file.shapes == Self.sample.tensors.mapValues(\.shape))
      let bytes = try FileFormatsTests.contents(of: path)
      for (name, tensor) in Self.sample.tensors {
        #expect(try file.tensor(name) == tensor)
        let place = try #require(file.places[name])
        let first = tensor.values.first.map { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } } ?? []
        #expect(Array(bytes[place].prefix(4)) == first && place.count == 4 * tensor.values.count)
      }
      #expect(try file.tensor("nobody") == nil)
    }
  }
}
