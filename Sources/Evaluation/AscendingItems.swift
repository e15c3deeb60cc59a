import Compute

// Set operations on ascending lists of items, the form of every row of `SparseRows`.

/// Whether `item` is in the list.
func contains(_ items: ArraySlice<Int32>, _ item: Int32) -> Bool {
  let place = items.partitioningIndex { $0 >= item }
  return place < items.endIndex && items[place] == item
}

/// The first item in both lists.
func firstCommon(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>) -> Int? {
  var (i, j) = (a.startIndex, b.startIndex)
  while i < a.endIndex && j < b.endIndex {
    if a[i] == b[j] { return Int(a[i]) }
    if a[i] < b[j] { i += 1 } else { j += 1 }
  }
  return nil
}

/// The items in either list.
func union(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>) -> ArraySlice<Int32> {
  // The mask usually contains the profile.
  if a == b || a.isEmpty { return b }
  var result: [Int32] = []
  result.reserveCapacity(a.count + b.count)
  var (i, j) = (a.startIndex, b.startIndex)
  while i < a.endIndex || j < b.endIndex {
    let fromA = j == b.endIndex || (i < a.endIndex && a[i] <= b[j])
    let item = fromA ? a[i] : b[j]
    if fromA { i += 1 } else { j += 1 }
    if result.last != item { result.append(item) }
  }
  return result[...]
}
