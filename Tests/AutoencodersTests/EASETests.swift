import Autoencoders
import Compute
import InteractionData
import TestSupport
import Testing

/// EASE against its equations.
@Suite("EASE")
struct EASETests {
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))

  private func weights(_ rows: SparseRows, l2: Double) throws -> Matrix<Float> {
    var model = EASE()
    model.l2 = l2
    return try model.fit(TrainingData(rows: rows), by: trainer).model.weights
  }

  @Test("the weights of a worked example")
  func golden() throws {
    let rows = SparseRows(columnCount: 3, rows: [[0, 1], [0, 1, 2], [1, 2], [0]])
    let found = try weights(rows, l2: 1)
    let expected: [Float] = [0, 4 / 11, 0, 1 / 2, 0, 1 / 2, 0, 6 / 11, 0]
    for (x, y) in zip(found.elements, expected) { #expect(abs(x - y) < 1e-6) }
    // Who has the first item alone: B's first row.
    let scores = try EASE.Fitted(weights: found).scores(
      for: Profiles(items: SparseRows(columnCount: 3, rows: [[0], [0, 2]])), using: .gsl)
    #expect(Array(scores[row: 0]) == Array(found[row: 0]))
    #expect(abs(scores[1, 1] - (4 / 11 + 6 / 11)) < 1e-6)
  }

  /// `(G + λI) B − G` is `diag(λ − 1/P_jj)`: zero off the diagonal.
  @Test("the weights solve the paper's equations", arguments: [(40, 12, 3.0), (90, 60, 0.5), (50, 300, 20)])
  func optimum(users: Int, items: Int, l2: Double) throws {
    let rows = randomRows(users, items, density: 0.15, seed: 170)
    let b = try weights(rows, l2: l2)
    var gram = Matrix<Double>(rows: items, columns: items)
    for user in 0..<users {
      for i in rows.indices(ofRow: user) { for j in rows.indices(ofRow: user) { gram[Int(i), Int(j)] += 1 } }
    }
    for i in 0..<items {
      #expect(b[i, i] == 0)
      for j in 0..<items where i != j {
        let product = (0..<items).reduce(l2 * Double(b[i, j])) { $0 + gram[i, $1] * Double(b[$1, j]) }
        #expect(abs(product - gram[i, j]) < 1e-4, "\(i), \(j)")
      }
    }
  }

  @Test("with a very large λ nothing is left")
  func limit() throws {
    let found = try weights(randomRows(40, 30, density: 0.2, seed: 171), l2: 1e9)
    #expect(found.elements.allSatisfy { abs($0) < 1e-7 })
  }

  /// Two items that always go together, with more users than items; an item that one user has alone, with fewer.
  @Test(
    "a λ too small for single precision is refused by name",
    arguments: [
      SparseRows(columnCount: 3, rows: [[Int]](repeating: [0, 1], count: 400) + [[2]]),
      SparseRows(columnCount: 40, rows: [[0], Array(1..<40)]),
    ])
  func unsolvable(rows: SparseRows) throws {
    let error = #expect(throws: TrainingError.self) { try weights(rows, l2: 1e-9) }
    let told = "\(try #require(error))"
    #expect(told.hasPrefix("ease: its equations cannot be solved in single precision with l2 1e-09"))
  }
}
