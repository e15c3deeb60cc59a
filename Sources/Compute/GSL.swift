import CGSL

/// GSL itself: its version, and its error handler.
public enum GSL {
  /// Evaluated once: GSL then returns status codes instead of ending the process. (The value dropped is the previous handler.)
  private static let returnsStatus: Void = { _ = unsafe gsl_set_error_handler_off() }()

  /// Every use of GSL calls this first.
  static func prepare() { returnsStatus }

  /// The version of the library in use, for example "2.7.1".
  public static var version: String { unsafe String(cString: shim_gsl_version()) }

  /// Converts a status code to an error.
  static func check(_ status: Int32, _ operation: String) throws {
    if status != 0 {
      throw GSLError(
        operation: operation, code: status, message: unsafe String(cString: gsl_strerror(status)))
    }
  }
}

/// A GSL routine that did not succeed.
public struct GSLError: Error, CustomStringConvertible, Equatable {
  /// The computation.
  public let operation: String
  /// GSL's status code.
  public let code: Int32
  /// GSL's message.
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
