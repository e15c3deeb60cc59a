import Foundation

/// Ranks that are threads of one process, for tests and small experiments without MPI.
///
/// ```swift
/// let results = try LocalCommunicator.run(ranks: 3) { communicator in … }
/// ```
public final class LocalCommunicator: Communicator {
  /// The rank of this thread.
  public let rank: Int
  /// The number of ranks.
  public var size: Int { meeting.size }
  private let meeting: Meeting

  private init(rank: Int, meeting: Meeting) { (self.rank, self.meeting) = (rank, meeting) }

  /// Runs `body` once for every rank, each in a thread of its own.
  ///
  /// - Returns: the results in the order of ranks.
  /// - Throws: the error of the first rank that threw by itself; ranks that wait for it throw ``CommunicationError/left``.
  public static func run<Result: Sendable>(
    ranks: Int, _ body: @escaping @Sendable (LocalCommunicator) throws -> Result
  ) throws -> [Result] {
    precondition(ranks > 0, "no ranks")
    let meeting = Meeting(size: ranks)
    let outcomes = Outcomes<Result>(count: ranks)
    let threads = DispatchGroup()
    for rank in 0..<ranks {
      threads.enter()
      let thread = Thread {
        let outcome = Swift.Result { try body(LocalCommunicator(rank: rank, meeting: meeting)) }
        if case .failure = outcome { meeting.leave() }
        outcomes.set(rank, outcome)
        threads.leave()
      }
      // The same size as the main thread's.
      thread.stackSize = 8 << 20
      thread.start()
    }
    threads.wait()
    let all = outcomes.all
    for case .failure(let error) in all where error as? CommunicationError != .left { throw error }
    return try all.map { try $0.get() }
  }

  /// Publishes this rank's bytes and copies those of all ranks.
  public func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws {
    precondition(counts.count == size && mine.count == counts[rank] && all.count == counts.reduce(0, +))
    let parts = try meeting.pass(unsafe Array(mine), from: rank)
    precondition(parts.map(\.count) == counts, "ranks disagree on what is gathered")
    unsafe all.copyBytes(from: parts.joined())
  }

  /// Publishes the bytes for other ranks and copies those for this rank.
  public func exchange(
    _ parts: UnsafeRawBufferPointer, _ sent: [Int], into received: UnsafeMutableRawBufferPointer, _ got: [Int]
  ) throws {
    // The counts for all ranks come first.
    let header = sent.flatMap { count in (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }
    let all = try meeting.pass(unsafe header + Array(parts), from: rank)
    var mine: [UInt8] = []
    for (sender, bytes) in all.enumerated() {
      let counts = (0..<size).map { rank in (0..<8).reduce(0) { $0 | Int(bytes[8 * rank + $1]) << (8 * $1) } }
      precondition(counts[rank] == got[sender], "rank \(sender) sends \(counts[rank]) bytes, not \(got[sender])")
      let start = 8 * size + counts[..<rank].reduce(0, +)
      mine += bytes[start..<start + counts[rank]]
    }
    unsafe received.copyBytes(from: mine)
  }

  /// Copies the bytes of one rank.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    let all = try meeting.pass(rank == root ? unsafe Array(bytes) : [], from: rank)
    precondition(all[root].count == bytes.count, "ranks disagree on what is broadcast")
    unsafe bytes.copyBytes(from: all[root])
  }

  /// The barrier of the threads.
  private final class Meeting: @unchecked Sendable {
    // @unchecked because all mutable state is accessed only between lock and unlock.
    let size: Int
    private let condition = NSCondition()
    private var arrived: [[UInt8]?]
    private var round = 0
    private var passed: [[UInt8]] = []
    private var isOver = false

    init(size: Int) {
      self.size = size
      arrived = Array(repeating: nil, count: size)
    }

    /// Publishes this rank's bytes and returns those of all ranks.
    func pass(_ bytes: [UInt8], from rank: Int) throws -> [[UInt8]] {
      condition.lock()
      defer { condition.unlock() }
      let own = round
      precondition(arrived[rank] == nil, "rank \(rank) is here twice")
      arrived[rank] = bytes
      if arrived.allSatisfy({ $0 != nil }) {
        passed = arrived.compactMap(\.self)
        arrived = Array(repeating: nil, count: size)
        round += 1
        condition.broadcast()
        return passed
      }
      while round == own {
        if isOver { throw CommunicationError.left }
        condition.wait()
      }
      // The next round cannot end before this rank publishes its bytes again.
      return passed
    }

    func leave() {
      condition.lock()
      isOver = true
      condition.broadcast()
      condition.unlock()
    }
  }

  private final class Outcomes<Result: Sendable>: @unchecked Sendable {
    // @unchecked because the list is accessed only between lock and unlock.
    private let lock = NSLock()
    private var list: [Swift.Result<Result, any Error>?]

    init(count: Int) { list = Array(repeating: nil, count: count) }

    func set(_ rank: Int, _ outcome: Swift.Result<Result, any Error>) { lock.withLock { list[rank] = outcome } }

    var all: [Swift.Result<Result, any Error>] { lock.withLock { list.compactMap(\.self) } }
  }
}
