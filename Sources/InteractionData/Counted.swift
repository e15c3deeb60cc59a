/// A number with its noun, such as `1 user` or `2 users`.
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A number in figures, from five on in groups of three: `1447`, `54,413`.
package func grouped(_ number: Int) -> String {
  let digits = Array("\(number.magnitude)")
  guard digits.count >= 5 else { return "\(number)" }
  let groups = digits.indices.map { (digits.count - $0) % 3 == 0 && $0 > 0 ? ",\(digits[$0])" : "\(digits[$0])" }
  return (number < 0 ? "-" : "") + groups.joined()
}
