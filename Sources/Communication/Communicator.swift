/// Processes that compute one thing together, each with a rank from 0 to size − 1.
///
/// The operations are collective: every rank calls the same ones in the same order, from one thread, and each waits for
/// what it needs of the others. They move bytes and never add anything, so that the order of sums is the caller's and not
/// a library's.
public protocol Communicator: AnyObject, Sendable {
  /// Which of the processes this is; 0 is the one that reads, speaks and writes for all.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Gives every rank what each has.
  ///
  /// - Parameters:
  ///   - mine: as many bytes as `counts[rank]`.
  ///   - all: room for everybody's bytes, rank after rank.
  ///   - counts: everybody's number of bytes, known to all.
  /// - Throws: ``CommunicationError``.
  func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws

  /// Gives every rank its own part of what each has.
  ///
  /// - Parameters:
  ///   - parts: what goes to each rank, rank after rank, `sent[r]` bytes to rank r.
  ///   - received: room for what comes from each, `got[r]` bytes from rank r.
  /// - Throws: ``CommunicationError``.
  func exchange(
    _ parts: UnsafeRawBufferPointer, _ sent: [Int], into received: UnsafeMutableRawBufferPointer, _ got: [Int]) throws

  /// Gives every rank the bytes of one.
  ///
  /// - Throws: ``CommunicationError``.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws
}

extension Communicator {
  /// Whether this is the rank that speaks and writes for all.
  public var isRoot: Bool { rank == 0 }

  /// Everybody's numbers, rank after rank.
  ///
  /// - Parameter counts: how many each rank has.
  /// - Throws: ``CommunicationError``.
  public func gather<Number: BitwiseCopyable>(_ mine: [Number], counts: [Int]) throws -> [Number] {
    precondition(counts.count == size && counts[rank] == mine.count, "\(mine.count) numbers, said to be \(counts)")
    let stride = MemoryLayout<Number>.stride
    return try unsafe Self.filled(counts.reduce(0, +)) { all in
      try unsafe mine.withUnsafeBytes { mine in try unsafe gather(mine, into: all, counts: counts.map { $0 * stride }) }
    }
  }

  /// Everybody's numbers, of which nobody knows beforehand how many the others have.
  ///
  /// - Throws: ``CommunicationError``.
  public func gather<Number: BitwiseCopyable>(_ mine: [Number]) throws -> [[Number]] {
    let counts = try gather([mine.count], counts: Array(repeating: 1, count: size))
    let all = try gather(mine, counts: counts)
    var start = 0
    return counts.map { count in
      defer { start += count }
      return Array(all[start..<start + count])
    }
  }

  /// The numbers that each rank has for this one, rank after rank.
  ///
  /// - Parameters:
  ///   - parts: what goes to each rank, rank after rank, `sent[r]` numbers to rank r.
  ///   - got: how many come from each.
  /// - Throws: ``CommunicationError``.
  public func exchange<Number: BitwiseCopyable>(_ parts: [Number], sent: [Int], got: [Int]) throws -> [Number] {
    precondition(sent.count == size && got.count == size && sent.reduce(0, +) == parts.count)
    let stride = MemoryLayout<Number>.stride
    return try unsafe Self.filled(got.reduce(0, +)) { received in
      try unsafe parts.withUnsafeBytes { parts in
        try unsafe exchange(parts, sent.map { $0 * stride }, into: received, got.map { $0 * stride })
      }
    }
  }

  /// The numbers of one rank, where the others know how many there are.
  ///
  /// - Parameter numbers: of the sender; what the others pass is ignored.
  /// - Throws: ``CommunicationError``.
  public func broadcast<Number: BitwiseCopyable>(_ numbers: [Number], count: Int, from root: Int = 0) throws -> [Number]
  {
    try unsafe Self.filled(count) { bytes in
      if rank == root { unsafe numbers.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) } }
      try unsafe broadcast(bytes, from: root)
    }
  }

  /// The bytes of one rank, however many there are.
  ///
  /// - Throws: ``CommunicationError``.
  public func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
    let count = try broadcast([bytes.count], count: 1, from: root)[0]
    return try broadcast(bytes, count: count, from: root)
  }

  /// Waits until every rank is here.
  ///
  /// - Throws: ``CommunicationError``.
  public func meet() throws { _ = try gather([UInt8(0)], counts: Array(repeating: 1, count: size)) }

  /// An array whose memory is filled by `fill`.
  private static func filled<Number: BitwiseCopyable>(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> [Number] {
    try unsafe [Number](unsafeUninitializedCapacity: count) { buffer, filled in
      try unsafe fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
      filled = count
    }
  }
}

/// Why processes cannot work together.
public enum CommunicationError: Error, Equatable, CustomStringConvertible {
  /// A launcher has started several processes, and there is no library to join them.
  case noLibrary(launcher: String, tried: [String])
  /// The library lacks something that every MPI has.
  case incomplete(library: String, symbol: String)
  /// The launcher has started so many processes, but to the library each is alone: it belongs to another MPI.
  case alone(library: String, launcher: String, processes: Int)
  /// A function of the library has failed.
  case failed(library: String, function: String, code: Int)
  /// More bytes in one message than MPI's counts can say.
  case tooLarge(bytes: Int)
  /// Another process has ended before its time.
  case left

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .noLibrary(let launcher, let tried):
      "\(launcher) has started several processes, but no MPI library was found to join them; tried: "
        + tried.joined(separator: ", ") + "; accepted: the library of that launcher, or its path in DOPPEL_MPI"
    case .incomplete(let library, let symbol):
      "\(library) has no \(symbol); accepted: the library of an MPI (Open MPI, MPICH or one with the MPI-5 interface)"
    case .alone(let library, let launcher, let processes):
      "\(launcher) has started \(processes) processes, but \(library) sees only one: it belongs to another MPI; "
        + "accepted: mpirun of that library, or the path of the launcher's own in DOPPEL_MPI"
    case .failed(let library, let function, let code): "\(function) of \(library) has failed with code \(code)"
    case .tooLarge(let bytes):
      "a message of \(bytes) bytes is more than MPI can send at once; accepted: a smaller batch size"
    case .left: "another process has ended early"
    }
  }
}
