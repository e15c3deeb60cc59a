/// The candidate that takes the fewest edits to reach from `text`, whatever the case; the first of equals.
///
/// For messages that say what would have been accepted.
public func nearestSpelling(to text: String, among candidates: [String]) -> String? {
  let wanted = text.lowercased()
  return candidates.map { ($0, editDistance(wanted, $0.lowercased())) }.min { $0.1 < $1.1 }?.0
}

/// The number of insertions, deletions and replacements between two texts (Levenshtein 1966).
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  // previous[j] is the distance between the letters of `a` handled so far and the first j of `b`.
  var previous = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var current = [i + 1]
    for (j, other) in b.enumerated() {
      current.append(min(previous[j] + (letter == other ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
    }
    previous = current
  }
  return previous[b.count]
}
