import Autoencoders
import Communication
import Foundation

/// What a process tells all others in one round.
struct TrialMessage: Codable, Sendable {
  /// A finished epoch of a trial.
  struct Epoch: Codable, Sendable {
    /// The name of the trial.
    let name: String
    /// The epoch.
    let record: EpochRecord
  }

  /// The result of its trial, when that has finished.
  var record: TrialRecord?
  /// Whether it has the training of that trial, which can continue.
  var isPaused = false
  /// The epochs that it has finished since the last round.
  var epochs: [Epoch] = []
  /// Whether it was asked to stop.
  var isInterrupted = false
  /// Whether no trial may start any more, by its clock.
  var isTimeUp = false

  /// Gives every process the messages of all, in the order of ranks.
  ///
  /// - Throws: `CommunicationError`.
  func exchanged(among communicator: any Communicator) throws -> [TrialMessage] {
    let isNews = record != nil || !epochs.isEmpty || isInterrupted || isTimeUp
    // Some libraries refuse messages without bytes.
    let bytes = isNews ? try Packed.bytes(of: self) : [0]
    return try communicator.gather(bytes).map { $0.count > 1 ? try Packed.value(in: $0) : TrialMessage() }
  }
}

/// Values as bytes for other processes; every number arrives as it was, finite or not.
enum Packed {
  static func bytes(of value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value))
  }

  static func value<Value: Decodable>(in bytes: [UInt8]) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Value.self, from: Data(bytes))
  }
}
