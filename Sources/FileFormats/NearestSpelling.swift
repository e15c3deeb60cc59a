/// The candidates that `text` most likely stands for, without regard to case, nearest first; at most three.
///
/// The first of these rules that finds any candidate decides: the same letters; one edit away, for texts of four
/// letters or more; a candidate with these words (`vae` means `mult-vae`, not `ae`); few edits for the length; a
/// candidate whose words are all there (`my-ae` means `ae`); part of a candidate (`pop` means `popularity`); the fewest
/// edits. Several are returned if none is nearer than the others.
///
/// It is used in messages that say what would have been accepted.
public func nearestSpellings(to text: String, among candidates: [String]) -> [String] {
  let wanted = text.lowercased()
  let wantedWords = words(of: wanted)
  let length = wanted.count { $0 != "-" }
  let known = candidates.map { (name: $0, lower: $0.lowercased()) }.map {
    (name: $0.name, lower: $0.lower, words: words(of: $0.lower), edits: editDistance(wanted, $0.lower))
  }
  func nearest(within most: Int) -> [String] {
    guard let fewest = known.map(\.edits).min(), fewest <= most else { return [] }
    return known.filter { $0.edits == fewest }.map(\.name)
  }
  func sorted(where fits: (Int) -> Bool) -> [String] {
    let fitting = known.indices.filter(fits)
    return fitting.sorted { (known[$0].edits, $0) < (known[$1].edits, $1) }.map { known[$0].name }
  }
  let kinds: [() -> [String]] = [
    { nearest(within: 0) },
    { nearest(within: length >= 4 ? 1 : 0) },
    { sorted { known[$0].words.contains(run: wantedWords) } },
    { nearest(within: length / 3) },
    { sorted { wantedWords.contains(run: known[$0].words) } },
    { length < 2 ? [] : sorted { known[$0].lower.contains(wanted.drop { $0 == "-" }) } },
    { nearest(within: .max) },
  ]
  for kind in kinds {
    let found = kind()
    if !found.isEmpty { return Array(found.prefix(3)) }
  }
  return []
}

/// The nearest of ``nearestSpellings(to:among:)``.
public func nearestSpelling(to text: String, among candidates: [String]) -> String? {
  nearestSpellings(to: text, among: candidates).first
}

/// Names as a choice: `a`, `a or b`, `a, b or c`.
package func alternatives(_ names: [String]) -> String {
  guard names.count > 1, let last = names.last else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " or " + last
}

/// The words between dashes and other signs.
private func words(of text: String) -> [Substring] { text.split { !$0.isLetter && !$0.isNumber } }

extension [Substring] {
  /// Whether these words occur here in succession.
  fileprivate func contains(run: [Substring]) -> Bool {
    guard !run.isEmpty, run.count <= count else { return false }
    return (0...count - run.count).contains { Array(self[$0..<$0 + run.count]) == run }
  }
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
