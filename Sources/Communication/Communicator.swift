/// Processes that compute together, each with a rank from 0 to size − 1.
///
/// The operations are collective: every rank calls the same ones in the same order, from one thread, and waits for the
/// data it needs from the others. They move bytes and never add numbers, so that the caller, not a library, determines
/// the order of sums.
public protocol Communicator: AnyObject, Sendable {
  /// The rank of this process; rank 0 reads, prints and writes for all.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Gives every rank the bytes of all ranks.
  ///
  /// - Parameters:
  ///   - mine: as many bytes as `counts[rank]`.
  ///   - all: a buffer for the bytes of all ranks, in the order of ranks.
  ///   - counts: the number of bytes of each rank, known to all.
  /// - Throws: ``CommunicationError``.
  func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws

  /// Sends every rank its part of the bytes of each rank.
  ///
  /// - Parameters:
  ///   - parts: the bytes for each rank, in the order of ranks, `sent[r]` bytes for rank r.
  ///   - received: a buffer for the bytes from each rank, `got[r]` bytes from rank r.
  /// - Throws: ``CommunicationError``.
  func exchange(
    _ parts: UnsafeRawBufferPointer, _ sent: [Int], into received: UnsafeMutableRawBufferPointer, _ got: [Int]) throws

  /// Gives every rank the bytes of one rank.
  ///
  /// - Throws: ``CommunicationError``.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws
}

extension Communicator {
  /// Whether this is the rank that prints and writes for all.
  public var isRoot: Bool { rank == 0 }

  /// The numbers of all ranks, in the order of ranks.
  ///
  /// - Parameter counts: the number of each rank's numbers.
  /// - Throws: ``CommunicationError``.
  public func gather<Number: BitwiseCopyable>(_ mine: [Number], counts: [Int]) throws -> [Number] {
    precondition(counts.count == size && counts[rank] == mine.count, "\(mine.count) numbers, said to be \(counts)")
    let stride = MemoryLayout<Number>.stride
    return try unsafe [Number](filled: counts.reduce(0, +)) { all in
      let all = UnsafeMutableRawBufferPointer(all)
      try unsafe mine.withUnsafeBytes { mine in try unsafe gather(mine, into: all, counts: counts.map { $0 * stride }) }
    }
  }

  /// The numbers of all ranks, when the counts of other ranks are not known beforehand.
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

  /// The numbers that each rank sends to this one, in the order of ranks.
  ///
  /// - Parameters:
  ///   - parts: the numbers for each rank, in the order of ranks, `sent[r]` numbers for rank r.
  ///   - got: the number of numbers from each rank.
  /// - Throws: ``CommunicationError``.
  public func exchange<Number: BitwiseCopyable>(_ parts: [Number], sent: [Int], got: [Int]) throws -> [Number] {
    precondition(sent.count == size && got.count == size && sent.reduce(0, +) == parts.count)
    let stride = MemoryLayout<Number>.stride
    return try unsafe [Number](filled: got.reduce(0, +)) { received in
      let received = UnsafeMutableRawBufferPointer(received)
      try unsafe parts.withUnsafeBytes { parts in
        try unsafe exchange(parts, sent.map { $0 * stride }, into: received, got.map { $0 * stride })
      }
    }
  }

  /// The numbers of one rank, when the others know their count.
  ///
  /// - Parameter numbers: the numbers of the sender; those of other ranks are ignored.
  /// - Throws: ``CommunicationError``.
  public func broadcast<Number: BitwiseCopyable>(_ numbers: [Number], count: Int, from root: Int = 0) throws -> [Number]
  {
    try unsafe [Number](filled: count) { all in
      let bytes = UnsafeMutableRawBufferPointer(all)
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

  /// Waits until every rank has called it.
  ///
  /// - Throws: ``CommunicationError``.
  public func meet() throws { _ = try gather([UInt8(0)], counts: Array(repeating: 1, count: size)) }
}

/// The reason why processes cannot work together.
public enum CommunicationError: Error, Equatable, CustomStringConvertible {
  /// A launcher has started several processes, and there is no library to join them.
  case noLibrary(launcher: String, tried: [String])
  /// The library lacks a function that every MPI has.
  case incomplete(library: String, symbol: String)
  /// The launcher has started several processes, but the library sees only one: it belongs to another MPI.
  case alone(library: String, launcher: String, processes: Int)
  /// A function of the library has failed.
  case failed(library: String, function: String, code: Int)
  /// A message has more bytes than MPI's counts can express.
  case tooLarge(bytes: Int)
  /// Another process has ended early.
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
