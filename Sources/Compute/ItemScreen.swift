import CKernels

/// The items that may be among a user's best, found by products of bytes, with their scores in single precision.
///
/// A product of bytes costs a quarter of one in single precision on processors with AVX512_VNNI. It is not the score, but its
/// distance from it is bounded: with ŵ and x̂ for the rounded vectors, `|w·x − ŵ·x̂| ≤ ‖w − ŵ‖‖x‖ + ‖ŵ‖‖x − x̂‖` (Cauchy and
/// Schwarz). An item is left out only if its score, at most, is below the k-th largest of what others have at least. What
/// remains, a few hundred of twenty thousand items, is scored in single precision, so that lists and scores are those of all
/// products in single precision, to the last bit.
public struct ItemScreen: Sendable {
  private let parts: [Part]

  /// Some adjacent items; an object, because every user passes all of them.
  fileprivate final class Part: Sendable {
    let factors: ItemFactors
    let bytes: ByteRows
    /// The index of the first item.
    let first: Int
    /// Biases minus and plus what rounding in single precision may change in the bounds.
    let low: [Float]
    let high: [Float]

    init(_ factors: ItemFactors, _ bytes: ByteRows, first: Int) {
      (self.factors, self.bytes, self.first) = (factors, bytes, first)
      let biases = factors.biases.elements
      // And what numbers too small for single precision may add up to: less than 2⁻⁹⁷ for lengths up to 10¹⁵.
      low = biases.map { $0 - abs($0) * 0x1p-22 - 0x1p-95 }
      high = biases.map { $0 + abs($0) * 0x1p-22 + 0x1p-95 }
    }
  }

  /// The items that remain for a user.
  public struct Candidates: Sendable {
    /// Ascending.
    public let items: [Int32]
    /// The score of each.
    public let scores: [Float]
  }

  /// Whether an engine has products of bytes that are faster than those in single precision.
  public static func isFaster(with engine: ProductEngine) -> Bool { engine.byteProducts != nil }

  /// Rounds the vectors of all items.
  ///
  /// - Parameter factors: all items in order.
  /// - Returns: `nil` if the engine has no faster products of bytes, or a vector is not finite.
  public init?(_ factors: [ItemFactors], processor: Processor) throws {
    // Sums of products of bytes have 32 bits.
    guard Self.isFaster(with: processor.engine),
      factors.allSatisfy({ 1...60_000 ~= $0.vectors.columns })
    else { return nil }
    let rounded = try processor.map(count: factors.count) { ByteRows(factors[$0].vectors) }
    var (parts, first): ([Part], Int) = ([], 0)
    for (factors, bytes) in zip(factors, rounded) {
      guard let bytes, factors.biases.isFinite else { return nil }
      parts.append(Part(factors, bytes, first: first))
      first += factors.vectors.rows
    }
    self.parts = parts
  }

  /// The items that may be among the k best of users.
  ///
  /// - Parameters:
  ///   - users: the vectors of users; shape: B × D.
  ///   - excluded: for each user, items that are left out, ascending.
  ///   - allowed: if given, only items marked `true` remain; shape: I.
  /// - Returns: for each user at least the k best, if there are as many; `nil` if a vector is not finite, or the library
  ///   has no memory.
  public func candidates(
    for users: Matrix<Float>, k: Int, excluding excluded: [ArraySlice<Int32>], only allowed: [Bool]?,
    using engine: ProductEngine
  ) -> [Candidates]? {
    // A list cannot be longer than all items.
    let k = min(k, parts.reduce(0) { $0 + $1.bytes.rows })
    precondition(excluded.count == users.rows, "\(excluded.count) lists for \(users)")
    guard let multiplier = engine.byteProducts, let bytes = ByteRows(users) else { return nil }
    // What single precision may change in sums of this many products, four times over.
    let slack = Float(users.columns + 16) * 0x1p-22
    var found = excluded.enumerated().map { row, excluded in
      let length = bytes.norms[row] + bytes.residuals[row]
      return ScreenedUser(
        scaled: dk_screen_user(
          scale: bytes.scales[row], length: length * (1 + slack), residual: bytes.residuals[row] + slack * length),
        k: k, excluded: excluded)
    }
    var products: [Int32] = []
    for part in parts {
      let count = part.bytes.rows
      guard multiplier.multiply(bytes, transposed: part.bytes, into: &products) else { return nil }
      unsafe products.withUnsafeBufferPointer { products in
        guard let products = products.baseAddress else { return }
        unsafe part.withItems { items in
          for row in found.indices {
            unsafe found[row].scan(products + row * count, items, count: count, from: part.first, only: allowed)
          }
        }
      }
    }
    return found.indices.map { row in
      let items = found[row].remaining
      var scores: [Float] = []
      scores.reserveCapacity(items.count)
      var start = 0
      for part in parts {
        let end = items[start...].partitioningIndex { Int($0) >= part.first + part.bytes.rows }
        scores += part.factors.scores(of: users, row: row, items: items[start..<end].map { $0 - Int32(part.first) })
        start = end
      }
      return Candidates(items: items, scores: scores)
    }
  }
}

extension ItemScreen.Part {
  func withItems(_ body: (UnsafePointer<dk_screen_items>) -> Void) {
    unsafe bytes.scales.withUnsafeBufferPointer { scales in
      unsafe bytes.norms.withUnsafeBufferPointer { norms in
        unsafe bytes.residuals.withUnsafeBufferPointer { residuals in
          unsafe low.withUnsafeBufferPointer { low in
            unsafe high.withUnsafeBufferPointer { high in
              guard let scales = scales.baseAddress, let norms = norms.baseAddress,
                let residuals = residuals.baseAddress, let low = low.baseAddress, let high = high.baseAddress
              else { return }
              var items = unsafe dk_screen_items(
                scales: scales, norms: norms, residuals: residuals, low: low, high: high)
              unsafe withUnsafePointer(to: &items) { unsafe body($0) }
            }
          }
        }
      }
    }
  }
}

/// A user while parts of the items are looked at.
@safe private struct ScreenedUser {
  private var scaled: dk_screen_user
  /// The largest of the scores that items have at least.
  private var least: LargestKeys<Float>
  private var (items, most): ([Int32], [Float]) = ([], [])
  private let excluded: ArraySlice<Int32>
  /// The place of the first excluded item that may come.
  private var next: Int

  init(scaled: dk_screen_user, k: Int, excluded: ArraySlice<Int32>) {
    self.scaled = scaled
    least = LargestKeys(max(1, k))
    self.excluded = excluded
    next = excluded.startIndex
  }

  /// What an item's score must reach.
  private var threshold: Float { least.isFull ? least.smallest ?? -.infinity : -.infinity }

  /// The items whose scores may be among the k largest, ascending.
  var remaining: [Int32] { zip(items, most).filter { $1 >= threshold }.map(\.0) }

  /// Looks at the products with items of a part.
  mutating func scan(
    _ products: UnsafePointer<Int32>, _ rows: UnsafePointer<dk_screen_items>, count: Int, from first: Int,
    only allowed: [Bool]?
  ) {
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: Int(DK_SCREEN_ROOM)) { places in
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * Int(DK_SCREEN_ROOM)) { bounds in
        guard let place = places.baseAddress, let lower = bounds.baseAddress else { return }
        let upper = unsafe lower + Int(DK_SCREEN_ROOM)
        var position = 0
        while position < count {
          let found = unsafe dk_screen(
            position, count, products, rows, &scaled, threshold, place, lower, upper, &position)
          for index in 0..<found {
            let item = unsafe Int32(first) + place[index]
            while next < excluded.endIndex && excluded[next] < item { next += 1 }
            if next < excluded.endIndex && excluded[next] == item { continue }
            if let allowed, !allowed[Int(item)] { continue }
            unsafe least.offer(lower[index])
            items.append(item)
            unsafe most.append(upper[index])
          }
        }
      }
    }
  }
}
