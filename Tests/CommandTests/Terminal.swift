import Foundation
import Testing

/// A terminal without a screen: what a program writes to it can be read back.
struct Terminal {
  private let master: Int32
  private let path: String

  /// Opens a terminal.
  ///
  /// - Parameter columns: its width; `nil` leaves the size unknown.
  init(columns: Int? = nil) throws {
    master = try Self.call("posix_openpt", O_RDWR | O_NOCTTY)
    try #require(master >= 0)
    try #require(try Self.call("grantpt", master) == 0 && Self.call("unlockpt", master) == 0)
    guard let name = try unsafe Self.function("ptsname", as: Name.self)(master) else { throw Missing(name: "ptsname") }
    path = unsafe String(cString: name)
    if let columns {
      var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
      try #require(unsafe ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
    }
  }

  /// What would be seen of a text, every state of every line: without escapes, cut where a line begins anew.
  static func lines(_ text: String) -> [String] {
    text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "").split { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }.map(
      String.init)
  }

  /// Runs a program whose input, output and errors are the terminal.
  ///
  /// - Parameter environment: what is set besides; `nil` takes a name away.
  /// - Returns: everything that it wrote there.
  func run(
    _ executable: Executable, _ arguments: [String], in folder: TemporaryFolder, environment: [String: String?]
  ) throws -> String {
    let device = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let process = executable.process(arguments, in: folder, environment: environment)
    process.standardInput = device
    process.standardOutput = device
    process.standardError = device
    try process.run()
    try device.close()
    // Reading ends in an error once no one has the terminal open any more.
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe read(master, &buffer, buffer.count)
      if count <= 0 { break }
      text += buffer[..<count]
    }
    process.waitUntilExit()
    close(master)
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self)
  }

  // Glibc declares these only to those who ask for X/Open when its headers are read, so they are looked up by name.
  private typealias Call = @convention(c) (Int32) -> Int32
  private typealias Name = @convention(c) (Int32) -> UnsafeMutablePointer<CChar>?

  private static func call(_ name: String, _ argument: Int32) throws -> Int32 {
    try function(name, as: Call.self)(argument)
  }

  private static func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    // Not with #require, whose expansion uses the pointer outside of any unsafe expression.
    guard let symbol = unsafe dlsym(dlopen(nil, RTLD_NOW), name) else { throw Missing(name: name) }
    return unsafe unsafeBitCast(symbol, to: type)
  }

  /// A function of the system that is not there, or gives nothing.
  private struct Missing: Error { let name: String }
}
