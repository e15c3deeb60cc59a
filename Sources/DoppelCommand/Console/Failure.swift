import ArgumentParser
import Doppel
import FileFormats
import Foundation
import Settings

/// How an error reaches the user: one message on stderr and a documented exit code.
struct Failure {
  /// Exit codes, as in `sysexits.h`.
  enum Code: Int32 {
    case done = 0
    case commandLine = 64
    case badData = 65
    case missingInput = 66
    case internalError = 70
    case cannotWrite = 73
    // 128 plus the number of the signal on Linux, also on systems that number it differently.
    case hungUp = 129
    case interrupted = 130
    case user1 = 138
    case user2 = 140
    case terminated = 143
    case outOfTime = 152
  }

  private let error: any Error
  private let invocation: Invocation

  init(_ error: any Error, of invocation: Invocation) {
    self.error = error
    self.invocation = invocation
  }

  private var code: Code { ownCode ?? parserCode }

  /// The code of a known error; `nil` for errors of the parser and for unexpected ones.
  private var ownCode: Code? {
    switch error {
    case is DataError, is EvaluationError, is TensorMismatch, is NoLatentSpace, is CannotScore, is UnknownItems,
      is TrainingDataNeeded, is NothingToValidate, is TooFewPeople, is ImpossibleSamplingChoice:
      .badData
    case let error as TrainingError:
      if case .interrupted = error { Interruption.code } else { .badData }
    case let error as ModelWalkError:
      // The data decide which users there are, as for recommend --user; the model decides the dimensions.
      if case .unknownUser = error.reason { .badData } else { .commandLine }
    case is InputError, is UnfinishedTraining: .missingInput
    case is OutputError, is OccupiedDirectory: .cannotWrite
    case is HyperparameterError, is WrongTask, is MetricKeyError, is EngineError, is UsageError, is SettingsError,
      is Population.InvalidParameter, is ImpossibleTraining, is TooLittleMemory, is NothingToMeasure,
      is CommunicationError, is DisagreeingProcesses, is ModelForOneProcess, is ImpossibleGuarantee,
      is NothingToSearch, is ImpossibleRepetition, is TooLittleSearchMemory, is CutNeeded, is ImpossibleCanaries:
      .commandLine
    default: nil
    }
  }

  private var parserCode: Code {
    switch DoppelCommand.exitCode(for: error) {
    case .success: .done
    case .validationFailure: .commandLine
    default: .internalError
    }
  }

  func report() -> Never {
    // The reader of the output has gone, which is not an error.
    if error is StandardOutput.ReaderGone { Processes.end(.done, together: true) }
    // The parser throws help, version and completion scripts as errors.
    if code == .done { Self.print(DoppelCommand.fullMessage(for: error), of: invocation) }
    let words = Console.printable(message).replacing("\n", with: " ")
    Console.standardError("doppel: \(words)\n")
    if isOfAllProcesses { Processes.end(Processes.agree(on: code), together: true) }
    if !Processes.isRoot {
      Thread.sleep(forTimeInterval: Processes.patience)
      Console.standardErrorOfAny("doppel: \(Processes.name): \(words)\n")
    }
    Processes.end(code, together: false)
  }

  /// Whether all processes have the same error.
  private var isOfAllProcesses: Bool {
    if case TrainingError.interrupted = error { return true }
    return error is DisagreeingProcesses
  }

  /// Writes a text that is the whole result, and exits with the matching code.
  private static func print(_ text: String, of invocation: Invocation) -> Never {
    do {
      if !text.isEmpty { try Console.standardOutput(text + "\n") }
    } catch {
      Failure(error, of: invocation).report()
    }
    Processes.end(.done, together: true)
  }

  /// The message, with the path of the config file if it concerns one of the file's flags.
  private var message: String {
    if case TrainingError.interrupted = error { return Interruption.farewell }
    var message = FlagWords.text(of: error, in: invocation.command) ?? "\(error)"
    if ownCode == nil && code == .commandLine {
      message = DoppelCommand.message(for: error)
      // Messages of this package begin with the flag; those of the parser are sentences.
      message = message.prefix(1).lowercased() + message.dropFirst()
      if message.hasSuffix(".") { message.removeLast() }
      if let command = invocation.command { message += "; see 'doppel \(command) --help'" }
    }
    if code == .commandLine, let config = invocation.config, !message.hasPrefix(config.path) {
      let words = Set(message.split { " '<>=:;,".contains($0) }.map(String.init))
      if !words.isDisjoint(with: config.flags) { message = "\(config.path): \(message)" }
    }
    return message
  }
}

/// A command line that parses but is not valid.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
