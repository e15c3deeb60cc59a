import Compute

/// What popularity, length and pair measures need of a set of users: three tables of counts.
struct ProfileSummary: Sendable {
  /// How many users were counted.
  var users = 0
  /// How many have each item; shape: I.
  var items: [Int]
  /// How many have so many items; shape: longest + 1.
  var lengths: [Int] = []
  /// How many have each two of the top items, the first above the second; shape: N × N.
  var pairs: [Int]
  /// How many of the top items there are.
  let top: Int

  /// Counts users, each as often as `times` says.
  init(_ rows: SparseRows, places: [Int32], top: Int, times: [Int]? = nil) {
    items = [Int](repeating: 0, count: rows.columnCount)
    pairs = [Int](repeating: 0, count: top * top)
    self.top = top
    var found: [Int] = []
    for row in 0..<rows.rowCount {
      let weight = times?[row] ?? 1
      if weight == 0 { continue }
      users += weight
      let count = rows.count(ofRow: row)
      if lengths.count <= count { lengths += [Int](repeating: 0, count: count + 1 - lengths.count) }
      lengths[count] += weight
      found.removeAll(keepingCapacity: true)
      for item in rows.indices(ofRow: row) {
        items[Int(item)] += weight
        let place = Int(places[Int(item)])
        if place >= 0 {
          for other in found { pairs[min(place, other) * top + max(place, other)] += weight }
          found.append(place)
        }
      }
    }
  }

  /// The place of each item among the most popular of some rows, −1 for the others; ties by the order of the items.
  static func places(of rows: SparseRows, top: Int) -> (places: [Int32], items: [Int]) {
    let counts = rows.columnCounts()
    let order = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(top)
    var places = [Int32](repeating: -1, count: rows.columnCount)
    for (place, item) in order.enumerated() { places[item] = Int32(place) }
    return (places, Array(order))
  }
}
