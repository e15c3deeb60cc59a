import Compute
import InteractionData

/// Reads a file of interactions and says how long that took.
enum Load {
  /// Runs `load FILE rows|interactions THREADS`.
  static func run(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count == 3, let threads = Int(arguments[2]) else { throw Usage() }
    let reader = InteractionReader(threads: threads)
    let clock = ContinuousClock()
    switch arguments[1] {
    case "rows":
      var data: InteractionRows?
      let time = try clock.measure { data = try reader.readRows(path: arguments[0]) }
      if let data {
        report(time, data.users.count, data.items.count, data.rows.nonZeroCount, sum(data.rows.values ?? []))
      }
    case "interactions":
      var data: Interactions?
      let time = try clock.measure { data = try reader.read(path: arguments[0]) }
      if let data { report(time, data.users.count, data.items.count, data.count, sum(data.ratings ?? [])) }
    default: throw Usage()
    }
  }

  private static func sum(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) } }

  private static func report(_ time: Duration, _ users: Int, _ items: Int, _ interactions: Int, _ sum: Double) {
    print(
      """
      {"seconds": \(time / .seconds(1)), "users": \(users), "items": \(items), "interactions": \(interactions), \
      "sum": \(sum)}
      """)
  }
}
