import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// An error on its way to the user: one message on stderr and an exit code of the contract.
struct Failure {
  /// Exit codes, as in `sysexits.h`.
  enum Code: Int32 {
    case commandLine = 64
    case badData = 65
    case missingInput = 66
    case internalError = 70
    case cannotWrite = 73
    case interrupted = 130
  }

  private let error: any Error

  init(_ error: any Error) { self.error = error }

  /// The code for errors of our own; `nil` leaves the matter to the argument parser (help, version, wrong command lines).
  private var code: Code? {
    switch error {
    case is DataError, is EvaluationError, is TensorMismatch, is Population.InvalidParameter: .badData
    case let error as TrainingError:
      if case .interrupted = error { .interrupted } else { .badData }
    case is InputError: .missingInput
    case is OutputError: .cannotWrite
    case is HyperparameterError, is MetricKeyError, is EngineError, is UsageError: .commandLine
    case is CleanExit, is ExitCode, is ValidationError: nil
    default: Self.isFromParser(error) ? nil : .internalError
    }
  }

  private static func isFromParser(_ error: any Error) -> Bool {
    DoppelCommand.exitCode(for: error) != .failure
  }

  func report(for command: any ParsableCommand.Type) -> Never {
    guard let code else { command.exit(withError: error) }
    Console.standardError("doppel: \(Console.printable("\(error)"))\n")
    Foundation.exit(code.rawValue)
  }
}

/// A command line that parses but makes no sense.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
