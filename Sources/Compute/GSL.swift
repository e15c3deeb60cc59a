import CGSL

/// GSL itself: its version, and its error handler.
public enum GSL {
  /// Evaluated once: GSL then returns status codes instead of ending the process. (The value dropped is the previous handler.)
  private static let returnsStatus: Void = { _ = unsafe gsl_set_error_handler_off() }()

  /// Every path into GSL passes through here first.
  static func prepare() { returnsStatus }

  /// The version of the library in use, for example "2.7.1".
  public static var version: String { unsafe String(cString: shim_gsl_version()) }

  /// Turns a status code into an error.
  static func check(_ status: Int32, _ operation: String) throws {
    if status != 0 {
      throw GSLError(
        operation: operation, code: status, message: unsafe String(cString: gsl_strerror(status)))
    }
  }
}

/// A GSL routine that did not succeed.
public struct GSLError: Error, CustomStringConvertible, Equatable {
  /// What was being computed.
  public let operation: String
  /// GSL's status code.
  public let code: Int32
  /// GSL's words for it.
  public let message: String

  static func noMemory(_ operation: String) -> GSLError {
    GSLError(operation: operation, code: Int32(GSL_ENOMEM), message: "no memory")
  }

  static func notPositiveDefinite(_ operation: String) -> GSLError {
    GSLError(operation: operation, code: Int32(GSL_EDOM), message: "matrix is not positive definite")
  }

  /// What is wrong, in one sentence.
  public var description: String { "\(operation): \(message) (GSL code \(code))" }
}
