public import Communication
import Synchronization

/// The compute resources: a product engine and a number of threads.
///
/// Work is always divided by the data (blocks of users, shards of items), never by the number of threads, and every
/// piece is computed by one thread in a fixed order. The same seed therefore gives the same bytes at any thread count.
public struct Processor: Sendable {
  /// The engine for matrix products.
  public let engine: ProductEngine
  /// The largest number of threads used at once.
  public let threads: Int
  /// The number format of the products in training.
  public private(set) var precision = ProductPrecision.float32
  /// The processes that this one computes with; `nil` for a single process.
  ///
  /// Training of networks and ranking of their items are then divided among all; every process makes the same calls in
  /// the same order.
  public private(set) var communicator: (any Communicator)?
  /// The largest number of threads of any process, so that work in rounds has rounds of the same size in all.
  public private(set) var threadsEverywhere: Int
  /// Measures named passes; `nil` for no measurement.
  public var meter: PassMeter?

  /// Creates a processor.
  ///
  /// - Parameter threads: by default all cores; limited to 1…``mostThreads``.
  public init(engine: ProductEngine, threads: Int? = nil) {
    self.engine = engine
    self.threads = min(max(1, threads ?? Self.availableCores), Self.mostThreads)
    threadsEverywhere = self.threads
  }

  /// Joins other processes for all later computations; all of them call this.
  ///
  /// - Throws: `CommunicationError`.
  public mutating func join(_ communicator: (any Communicator)?) throws {
    self.communicator = communicator
    guard let communicator else { return }
    if communicator.size > 1 { WorkerPool.shared.stopLookingOut() }
    let all = try communicator.gather([threads], counts: Array(repeating: 1, count: communicator.size))
    threadsEverywhere = all.min() ?? threads
  }

  /// The maximum number of threads, because each needs some memory.
  public static let mostThreads = 1024

  /// The engine, and the number format of the products in training if it is not single precision.
  public var name: String { Self.name(engine: engine.name, precision: precision) }

  package static func name(engine: String, precision: ProductPrecision) -> String {
    precision == .float32 ? engine : "\(engine), \(precision.rawValue) products in training"
  }

  /// The number of processes that compute together.
  public var processes: Int { communicator?.size ?? 1 }

  /// Whether this process prints and writes: the only one, or the first of several.
  public var isRoot: Bool { communicator?.isRoot ?? true }

  /// The same without the other processes, for work that this process does by itself.
  public var alone: Processor {
    var copy = self
    (copy.communicator, copy.threadsEverywhere) = (nil, threads)
    return copy
  }

  /// The same with another number format for the products in training.
  ///
  /// - Throws: ``EngineError/unsupported(_:engine:)`` if this machine has no faster instruction for it.
  public func using(_ precision: ProductPrecision) throws -> Processor {
    guard engine.supports(precision) else { throw EngineError.unsupported(precision, engine: engine.name) }
    var copy = self
    copy.precision = precision
    return copy
  }

  /// The same with the number format that is chosen.
  ///
  /// - Throws: ``EngineError/unsupported(_:engine:)``.
  public func using(_ choice: PrecisionChoice) throws -> Processor {
    switch choice {
    case .float32: try using(ProductPrecision.float32)
    case .bfloat16: try using(ProductPrecision.bfloat16)
    case .automatic: try using(engine.fasterPrecision)
    }
  }

  /// The number of cores this process may use: those that the system allows it, or fewer where it has less time than these
  /// offer (a container's limit).
  public static var availableCores: Int { Cores.count }

  /// Changes every element, several at a time.
  ///
  /// Each element is processed by exactly one thread.
  ///
  /// - Throws: the error of the first element (in order) whose body threw; the others have run as well.
  public func forEach<Element: Sendable>(
    _ elements: inout [Element], as pass: Pass? = nil,
    _ body: @Sendable (_ index: Int, _ element: inout Element) throws -> Void
  ) throws {
    var nothing: [Void] = Array(repeating: (), count: workers(for: elements.count))
    try forEach(&elements, scratch: &nothing, as: pass) { index, element, _ in try body(index, &element) }
  }

  /// The number of threads that work on `count` elements.
  public func workers(for count: Int) -> Int { max(1, min(threads, count)) }

  /// The same, with working memory that a thread keeps from one element to the next.
  ///
  /// The assignment of elements to threads is arbitrary, so results must not depend on the content of `scratch`.
  ///
  /// - Parameters:
  ///   - scratch: at least as many as ``workers(for:)``.
  ///   - pass: its name in the ``meter``.
  public func forEach<Element: Sendable, Scratch: Sendable>(
    _ elements: inout [Element], scratch: inout [Scratch], as pass: Pass? = nil,
    _ body: @Sendable (_ index: Int, _ element: inout Element, _ scratch: inout Scratch) throws -> Void
  ) throws {
    let count = elements.count
    precondition(scratch.count >= workers(for: count), "\(scratch.count) workspaces for \(workers(for: count)) threads")
    let failure = Guarded<(index: Int, error: any Error)?>(nil)
    unsafe elements.withUnsafeMutableBufferPointer { elements in
      unsafe scratch.withUnsafeMutableBufferPointer { scratch in
        // Shared between threads, but no two threads access the same element, and each has its own scratch.
        nonisolated(unsafe) let elements = unsafe elements
        nonisolated(unsafe) let scratch = unsafe scratch
        runShared(count: count, as: pass) { index, worker in
          do {
            try unsafe body(index, &elements[index], &scratch[worker])
          } catch {
            failure.withLock { current in
              if current.map({ index < $0.index }) ?? true { current = (index, error) }
            }
          }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }

  /// Changes every element, while the calling thread first does something else and then helps.
  ///
  /// Each element is processed by exactly one thread; others begin during `meanwhile`, unless they serve another pass.
  ///
  /// - Throws: the errors of `meanwhile`; all elements have been changed nevertheless.
  public func forEach<Element: Sendable>(
    _ elements: inout [Element], meanwhile: () throws -> Void,
    _ body: @Sendable (_ index: Int, _ element: inout Element) -> Void
  ) throws {
    let count = elements.count
    let result = unsafe elements.withUnsafeMutableBufferPointer { elements in
      // Shared between threads, but no two threads access the same element.
      nonisolated(unsafe) let elements = unsafe elements
      let next = SharedCounter()
      var result = Result<Void, any Error>.success(())
      WorkerPool.shared.run(workers: min(threads, count + 1)) { _ in
        next.forEach(below: count) { index in unsafe body(index, &elements[index]) }
      } meanwhile: {
        result = Result(catching: meanwhile)
      }
      return result
    }
    try result.get()
  }

  /// Counts up from 0 for several threads; each number goes to one of them.
  private final class SharedCounter: Sendable {
    private let value = Atomic<Int>(0)

    func forEach(below count: Int, _ body: (_ index: Int) -> Void) {
      while true {
        let index = value.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= count { return }
        body(index)
      }
    }
  }

  /// Computes `count` results, several at a time, in order.
  public func map<Result: Sendable>(
    count: Int, as pass: Pass? = nil, _ body: @Sendable (_ index: Int) throws -> Result
  ) throws -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    try forEach(&results, as: pass) { index, slot in slot = try body(index) }
    return results.compactMap(\.self)
  }

  private func runShared(count: Int, as pass: Pass?, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    guard let meter, let pass else { return runShared(count: count, body) }
    let clock = PassClock()
    runShared(count: count) { index, worker in
      let watch = Stopwatch()
      body(index, worker)
      clock.add(watch.seconds)
    }
    meter.add(pass, clock)
  }

  private func runShared(count: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    let workers = workers(for: count)
    if workers == 1 {
      for index in 0..<count { body(index, 0) }
      return
    }
    let next = SharedCounter()
    WorkerPool.shared.run(workers: workers) { worker in next.forEach(below: count) { index in body(index, worker) } }
  }
}
