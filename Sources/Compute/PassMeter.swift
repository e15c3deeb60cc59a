import Dispatch

/// A named pass over pieces of work of one kind.
public struct Pass: Hashable, Sendable {
  /// Its name.
  public let name: String

  /// Names a pass.
  public init(_ name: String) { self.name = name }
}

/// Measures passes: the elapsed time of each, its total work, and the work of its largest piece.
///
/// A pass cannot be shorter than its largest piece, however many threads there are.
public final class PassMeter: Sendable {
  /// The total of all passes of one name.
  public struct Reading: Sendable, Equatable {
    /// Their name.
    public let pass: Pass
    /// The number of passes.
    public fileprivate(set) var passes = 0
    /// The total number of pieces.
    public fileprivate(set) var pieces = 0
    /// Seconds from the beginning to the end, summed over passes.
    public fileprivate(set) var elapsed = 0.0
    /// Seconds that threads worked on pieces.
    public fileprivate(set) var work = 0.0
    /// The seconds of the largest piece of each pass, summed over passes.
    public fileprivate(set) var largest = 0.0

    /// The seconds of a mean piece of each pass, summed over passes.
    public fileprivate(set) var mean = 0.0
    /// The ratio of the largest piece to the mean of its pass; 1 if all are equal.
    public var imbalance: Double { mean > 0 ? largest / mean : 1 }

    /// The least time the passes take on a number of threads: each thread has at least its share, and at least one
    /// piece.
    public func leastSeconds(threads: Int) -> Double { max(largest, work / Double(threads)) }
  }

  private let all = Guarded<[Reading]>([])

  /// Creates an empty meter.
  public init() {}

  /// The measurements since ``reset()``, in the order of first appearance.
  public var readings: [Reading] { all.withLock { $0 } }

  /// Removes all measurements.
  public func reset() { all.withLock { $0 = [] } }

  /// Adds a pass that has ended.
  func add(_ pass: Pass, _ clock: PassClock) {
    let (elapsed, seen) = (clock.sinceStart.seconds, clock.pieces)
    all.withLock { all in
      let index = all.firstIndex { $0.pass == pass } ?? all.count
      if index == all.count { all.append(Reading(pass: pass)) }
      all[index].passes += 1
      all[index].pieces += seen.count
      all[index].elapsed += elapsed
      all[index].work += seen.work
      all[index].largest += seen.largest
      all[index].mean += seen.work / Double(max(1, seen.count))
    }
  }
}

/// The time of one running pass.
final class PassClock: Sendable {
  let sinceStart = Stopwatch()
  private let seen = Guarded((count: 0, work: 0.0, largest: 0.0))

  /// The finished pieces.
  var pieces: (count: Int, work: Double, largest: Double) { seen.withLock { $0 } }

  /// Records a piece with its seconds.
  func add(_ seconds: Double) {
    seen.withLock { $0 = ($0.count + 1, $0.work + seconds, max($0.largest, seconds)) }
  }
}

/// Seconds since it was created.
package struct Stopwatch: Sendable {
  private let start = DispatchTime.now()

  /// Starts.
  package init() {}

  /// The seconds so far.
  package var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9 }
}
