import Autoencoders
import Compute
import Experiments
import Export
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Curves for TensorBoard")
struct TrainingCurveTests {
  /// The checksum bit by bit (RFC 3720), masked as TensorFlow's records have it.
  private static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var rest = ~UInt32(0)
    for byte in bytes {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
    }
    let plain = ~rest
    return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
  }

  /// The events of the one file in a folder, each checksum verified.
  private static func events(_ folder: String) throws -> [MessageReader] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count == 1 && names[0].contains("tfevents"))
    var rest = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(names[0])")))[...]
    func take(_ count: Int) -> [UInt8] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    func number(_ bytes: [UInt8]) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
    var events: [MessageReader] = []
    while !rest.isEmpty {
      let length = take(8)
      #expect(number(take(4)) == Int(masked(length)))
      let event = take(number(length))
      #expect(number(take(4)) == Int(masked(event)))
      events.append(try MessageReader(event))
    }
    return events
  }

  private static func scalars(_ folder: String) throws -> [String] {
    try events(folder).flatMap { event in
      try event.messages(5).flatMap { try $0.messages(1) }.map { scalar in
        "\(event.wholes(2)[0]) \(scalar.texts(1)[0]) \(scalar.floats(2)[0])"
      }
    }
  }

  @Test("have every epoch, and a second fit as a training of its own")
  func epochs() throws {
    try withTemporaryDirectory { folder in
      let curves = TrainingCurves(in: folder + "/curves", metric: "ndcg@10")
      let heard = Heard()
      var observer = RunObserver()
      observer.onEpoch = { name, record in heard.names.withLock { $0.append("\(name) \(record.epoch)") } }
      let following = curves.following(observer)
      for (epoch, validation) in [(1, 0.25), (2, 0.5), (1, nil)] as [(Int, Double?)] {
        let record = JSONValue.object([
          "epoch": .number(Double(epoch)), "users": 10, "seconds": 2, "reconstruction": .number(8 / Double(epoch)),
          "divergence": 0, "beta": 0, "heldLogVariances": 0, "validation": validation.map { .number($0) } ?? .null,
        ])
        following.onEpoch("ae", try record.decoded(as: EpochRecord.self))
      }
      curves.add([("metric/ndcg@10", 0.75), ("setting/l2", .infinity)], to: "trials/of: ae", step: 7)
      try curves.end()
      #expect(heard.names.withLock { $0 } == ["ae 1", "ae 2", "ae 1"])
      #expect(
        try Self.scalars(folder + "/curves/ae") == [
          "1 loss/reconstruction 8.0", "1 metric/ndcg@10 0.25", "1 time/seconds 2.0", "2 loss/reconstruction 4.0",
          "2 metric/ndcg@10 0.5", "2 time/seconds 2.0",
        ])
      #expect(
        try Self.scalars(folder + "/curves/ae, second fit") == ["1 loss/reconstruction 8.0", "1 time/seconds 2.0"])
      #expect(try Self.scalars(folder + "/curves/trials-of: ae") == ["7 metric/ndcg@10 0.75"])
      #expect(try Self.events(folder + "/curves/ae").first?.texts(3) == ["brain.Event:2"])
    }
  }

  @Test("take the place of those of an earlier run")
  func again() throws {
    try withTemporaryDirectory { folder in
      for value in [1.0, 2.0] {
        TrainingCurves(in: folder, metric: "rmse").add([("loss/x", value)], to: "ae", step: 1)
      }
      let found = try Self.scalars(folder + "/ae")
      #expect(found == ["1 loss/x 2.0"])
    }
  }

  @Test("that cannot be written are told at the end")
  func failure() throws {
    try withTemporaryDirectory { folder in
      let curves = TrainingCurves(in: folder + "/missing/curves", metric: "rmse")
      curves.add([("loss/x", 1)], to: "ae", step: 1)
      #expect(throws: OutputError.self) { try curves.end() }
    }
  }
}

/// What an observer was told.
private final class Heard: Sendable {
  let names = Guarded<[String]>([])
}
