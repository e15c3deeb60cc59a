import Autoencoders
import Compute

/// Fits EASE to rows that are given, and says how long that took.
enum FitEASE {
  /// Runs `ease ROWS ITEMS L2 THREADS`.
  ///
  /// `ROWS` holds for each user the number of items and then the items, ascending, as 32-bit numbers, little-endian. Reading
  /// them is not measured.
  static func run(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count == 4, let items = Int(arguments[1]), let l2 = Double(arguments[2]),
      let threads = Int(arguments[3])
    else { throw Usage() }
    let rows = try RowFile.rows(arguments[0], itemCount: items)
    let trainer = Trainer(processor: Processor(engine: try .fastest(), threads: threads), seed: Seed(1))
    var model = EASE()
    model.l2 = l2
    var fitted: EASE.Fitted?
    let time = try ContinuousClock().measure {
      fitted = try model.fit(TrainingData(rows: rows), by: trainer).model
    }
    // Enough of the weights to see that both sides have the same.
    let some = fitted.map { fitted in
      (0..<min(8, items)).flatMap { row in (0..<min(8, items)).map { fitted.weights[row, $0] } }
    }
    print("{\"seconds\": \(time / .seconds(1)), \"weights\": \(some ?? [])}")
  }
}
