import SharedLibraries

/// The few functions of an MPI library that Doppel calls, for any of its three binary interfaces.
///
/// | | Open MPI | MPICH and its relatives | MPI-5 |
/// |---|---|---|---|
/// | recognised by | symbol `ompi_mpi_comm_world` | neither of the others | `MPI_Abi_get_version` above 0 |
/// | handles | pointers | 32-bit numbers | numbers as wide as a pointer |
/// | `MPI_COMM_WORLD`, `MPI_BYTE` | addresses of symbols | 0x44000000, 0x4c00010d | 0x101, 0x247 |
/// | `MPI_THREAD_FUNNELED` | 1 | 1 | 1024 |
///
/// The order of the tests is mpi4py's. A handle is passed as a word: a library with 32-bit handles reads the lower half
/// of the register.
@safe struct MPILibrary: @unchecked Sendable {
  // @unchecked because the library is never closed, and its handle never changes.
  /// A binary interface.
  enum Interface: String, Sendable {
    case openMPI = "Open MPI"
    case mpich = "MPICH"
    case standard = "MPI-5"
  }

  typealias Handle = UInt
  typealias Counts = UnsafePointer<Int32>
  private typealias Initialise =
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Finalise = @convention(c) () -> Int32
  private typealias Abort = @convention(c) (Handle, Int32) -> Int32
  private typealias Number = @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Text = @convention(c) (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Two = @convention(c) (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Broadcast = @convention(c) (UnsafeMutableRawPointer?, Int32, Handle, Int32, Handle) -> Int32
  private typealias Gather =
    @convention(c) (
      UnsafeRawPointer?, Int32, Handle, UnsafeMutableRawPointer?, Counts, Counts, Handle, Handle
    ) -> Int32
  private typealias Exchange =
    @convention(c) (
      UnsafeRawPointer?, Counts, Counts, Handle, UnsafeMutableRawPointer?, Counts, Counts, Handle, Handle
    ) -> Int32

  /// The name under which it was opened.
  let file: String
  /// Its binary interface.
  let interface: Interface
  private let library: SharedLibrary
  private let world: Handle
  private let byte: Handle

  /// Opens the first of the libraries that exists.
  ///
  /// - Returns: `nil` if none exists.
  /// - Throws: ``CommunicationError/incomplete(library:symbol:)``.
  init?(candidates: [String]) throws {
    // Open MPI's plug-ins look for its symbols among the global ones.
    guard let (library, file) = SharedLibrary.opened(candidates: candidates, isVisible: true) else { return nil }
    (self.library, self.file) = (library, file)
    var (major, minor): (Int32, Int32) = (0, 0)
    if let symbol = unsafe library.symbol("MPI_Abi_get_version") {
      _ = unsafe unsafeBitCast(symbol, to: Two.self)(&major, &minor)
    }
    if major > 0 {
      (interface, world, byte) = (.standard, 0x101, 0x247)
    } else if let world = unsafe library.symbol("ompi_mpi_comm_world"),
      let byte = unsafe library.symbol("ompi_mpi_byte")
    {
      interface = .openMPI
      (self.world, self.byte) = (Handle(bitPattern: world), Handle(bitPattern: byte))
    } else {
      (interface, world, byte) = (.mpich, 0x4400_0000, 0x4c00_010d)
    }
    for name in Self.needed where unsafe library.symbol(name) == nil {
      throw CommunicationError.incomplete(library: file, symbol: name)
    }
  }

  private static let needed = [
    "MPI_Init_thread", "MPI_Finalize", "MPI_Abort", "MPI_Comm_rank", "MPI_Comm_size", "MPI_Get_library_version",
    "MPI_Bcast", "MPI_Allgatherv", "MPI_Alltoallv",
  ]

  /// The first line of the library's version text.
  var version: String {
    // The longest text that any of the three interfaces allows.
    var text = [CChar](repeating: 0, count: 8192)
    var length: Int32 = 0
    guard let symbol = unsafe library.symbol("MPI_Get_library_version"),
      unsafe unsafeBitCast(symbol, to: Text.self)(&text, &length) == 0
    else { return interface.rawValue }
    let line = text.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
    // "Open MPI v4.1.4, package: …", "MPICH Version:      4.0.2".
    return String(decoding: line, as: UTF8.self).split(separator: ",")[0].split(whereSeparator: \.isWhitespace)
      .filter { $0 != "Version:" }.joined(separator: " ")
  }

  /// Joins the other processes; only this thread will make calls.
  func initialise() throws {
    var provided: Int32 = 0
    let funnelled: Int32 = interface == .standard ? 1024 : 1
    try unsafe call("MPI_Init_thread", Initialise.self) { unsafe $0(nil, nil, funnelled, &provided) }
  }

  func finalise() throws { try call("MPI_Finalize", Finalise.self) { $0() } }

  /// Ends all processes.
  func abort(code: Int32) { try? call("MPI_Abort", Abort.self) { $0(world, code) } }

  func rank() throws -> Int { try number("MPI_Comm_rank") }

  func size() throws -> Int { try number("MPI_Comm_size") }

  private func number(_ function: String) throws -> Int {
    var number: Int32 = 0
    try unsafe call(function, Number.self) { unsafe $0(world, &number) }
    return Int(number)
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    let count = try Self.count(bytes.count)
    try unsafe call("MPI_Bcast", Broadcast.self) { unsafe $0(bytes.baseAddress, count, byte, Int32(root), world) }
  }

  func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws {
    let (counts, places) = try Self.counts(counts)
    let count = try Self.count(mine.count)
    try unsafe call("MPI_Allgatherv", Gather.self) {
      unsafe $0(mine.baseAddress, count, byte, all.baseAddress, counts, places, byte, world)
    }
  }

  func exchange(
    _ parts: UnsafeRawBufferPointer, _ sent: [Int], into received: UnsafeMutableRawBufferPointer, _ got: [Int]
  ) throws {
    let (sent, from) = try Self.counts(sent)
    let (got, to) = try Self.counts(got)
    try unsafe call("MPI_Alltoallv", Exchange.self) {
      unsafe $0(parts.baseAddress, sent, from, byte, received.baseAddress, got, to, byte, world)
    }
  }

  private func call<Function>(_ name: String, _: Function.Type, _ body: (Function) -> Int32) throws {
    guard let symbol = unsafe library.symbol(name) else {
      throw CommunicationError.incomplete(library: file, symbol: name)
    }
    let code = body(unsafe unsafeBitCast(symbol, to: Function.self))
    if code != 0 { throw CommunicationError.failed(library: file, function: name, code: Int(code)) }
  }

  private static func count(_ bytes: Int) throws -> Int32 {
    guard let count = Int32(exactly: bytes) else { throw CommunicationError.tooLarge(bytes: bytes) }
    return count
  }

  /// Numbers of bytes, and where each begins.
  private static func counts(_ counts: [Int]) throws -> (counts: [Int32], places: [Int32]) {
    var (places, total) = ([Int32](), 0)
    for bytes in counts {
      places.append(try count(total))
      total += bytes
    }
    _ = try count(total)
    return (try counts.map(count), places)
  }
}
