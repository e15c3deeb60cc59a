public import Compute
public import FileFormats

/// How often each profile length occurs.
public struct LengthHistogram: Sendable, Equatable {
  /// `counts[n]` is the number of users with n items; there is at least one user.
  public let counts: [Int]
  private let cumulative: [Int]

  /// The number of users.
  public var total: Int { cumulative.last ?? 0 }

  /// Creates a histogram; `nil` when it has nobody in it or a negative count.
  public init?(counts: [Int]) {
    guard counts.allSatisfy({ $0 >= 0 }), counts.contains(where: { $0 > 0 }) else { return nil }
    self.counts = counts
    var sum = 0
    cumulative = counts.map { count in
      sum += count
      return sum
    }
  }

  /// The lengths of some users, those without items left out; `nil` when nobody is left.
  public init?(of rows: SparseRows) {
    let lengths = (0..<rows.rowCount).map { rows.count(ofRow: $0) }
    var counts = [Int](repeating: 0, count: (lengths.max() ?? 0) + 1)
    for length in lengths where length > 0 { counts[length] += 1 }
    self.init(counts: counts)
  }

  /// The shortest length that occurs.
  public var least: Int { counts.firstIndex { $0 > 0 } ?? 0 }

  /// The mean length.
  public var mean: Double {
    counts.enumerated().reduce(0) { $0 + Double($1.offset) * Double($1.element) } / Double(total)
  }

  /// One length, as often as it occurs.
  public func draw(using random: inout RandomSource) -> Int {
    let wanted = random.integer(below: total)
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension LengthHistogram {
  /// The histogram as pairs of length and number of users, ascending: what a model's `config.json` keeps.
  public var json: JSONValue {
    .array(
      counts.enumerated().filter { $0.element > 0 }.map {
        .array([.number(Double($0.offset)), .number(Double($0.element))])
      })
  }

  /// Reads what ``json`` wrote; `nil` for anything else.
  public init?(json: JSONValue) {
    guard case .array(let pairs) = json else { return nil }
    var counts: [Int] = []
    for pair in pairs {
      guard case .array(let numbers) = pair, numbers.count == 2, case .number(let length) = numbers[0],
        case .number(let users) = numbers[1], let length = Int(exactly: length), let users = Int(exactly: users),
        length >= counts.count, length <= 1 << 31, users > 0
      else { return nil }
      counts += [Int](repeating: 0, count: length - counts.count) + [users]
    }
    self.init(counts: counts)
  }
}
