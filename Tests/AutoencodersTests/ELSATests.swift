import Autoencoders
import Compute
import InteractionData
import TestSupport
import Testing

/// ELSA against PyTorch, and against its own loss.
@Suite("ELSA")
struct ELSATests {
  private let processor = Processor(engine: .gsl, threads: 2)

  private func matrix<S: Scalar>(_ values: [Double], rows: Int, _ scalar: S.Type = S.self) -> Matrix<S> {
    Matrix(rows: rows, columns: values.count / rows, elements: values.map { S($0) })
  }

  private func doubles<S: Scalar>(_ matrix: Matrix<S>) -> [Double] { matrix.elements.map { Double($0) } }

  /// `|p/|p| − x/|x||²` with `p = xAAᵀ − x`, summed over users, all of it dense.
  private func loss(_ w: Matrix<Double>, _ rows: SparseRows) -> Double {
    let norms = (0..<w.rows).map { w.sumOfSquares(row: $0).squareRoot() }
    var sum = 0.0
    for user in 0..<rows.rowCount {
      let own = Set(rows.indices(ofRow: user).map(Int.init))
      let code = (0..<w.columns).map { k in own.sorted().reduce(0) { $0 + w[$1, k] / norms[$1] } }
      let output = (0..<w.rows).map { item in
        (0..<w.columns).reduce(0) { $0 + code[$1] * w[item, $1] / norms[item] } - (own.contains(item) ? 1 : 0)
      }
      let length = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (item, value) in output.enumerated() {
        let difference = value / length - (own.contains(item) ? 1 / Double(own.count).squareRoot() : 0)
        sum += difference * difference
      }
    }
    return sum
  }

  @Test("loss, gradient and ten steps of NAdam are PyTorch's")
  func steps() throws {
    try compare(Double.self, within: 1e-9)
    // NAdam divides by √v: a small gradient turns rounding into a visible step.
    try compare(Float.self, within: 1e-3)
  }

  private func compare<S: Scalar>(_ scalar: S.Type, within tolerance: Double) throws {
    let reference = try LinearReference.read().elsa
    let rows = SparseRows(columnCount: reference.items, rows: reference.rows)
    var step = ELSAStep<S>(matrix(reference.initial, rows: reference.items), learningRate: 0.1, processor: processor)
    let users = Array(0..<rows.rowCount)
    // PyTorch's loss is a mean over cells.
    let cells = Double(reference.items)
    for (number, expected) in reference.lossesOfTenSteps.enumerated() {
      let loss = try step.update(rows: users, of: rows) / cells
      #expect(abs(loss - expected) < tolerance, "step \(number + 1)")
      if number == 0 { expectClose(doubles(step.gradient), reference.gradient, within: tolerance, "gradient") }
    }
    expectClose(doubles(step.weights), reference.afterTenSteps, within: tolerance, "after ten steps")
  }

  @Test("outputs are xAAᵀ − x, and codes are xA")
  func outputs() throws {
    let reference = try LinearReference.read().elsa
    let rows = SparseRows(columnCount: reference.items, rows: reference.rows)
    let step = ELSAStep<Float>(
      matrix(reference.initial, rows: reference.items), learningRate: 0.1, processor: processor)
    let model = ELSA.Fitted(vectors: step.vectors)
    expectClose(
      doubles(try model.scores(for: Profiles(items: rows), using: .gsl)), reference.outputs, within: 1e-5, "outputs")
    guard case .points(let network) = model.latent else { throw Missing() }
    let codes = network.encode(Profiles(items: rows), using: .gsl).points
    for user in 0..<rows.rowCount {
      for k in 0..<reference.rank {
        let sum = rows.indices(ofRow: user).reduce(0) { $0 + step.vectors[Int($1), k] }
        #expect(abs(codes[user, k] - sum) < 1e-5)
      }
    }
  }

  private struct Missing: Error {}

  /// More than one shard and one block, and a batch that leaves users out.
  @Test("the gradient is that of the loss, by central differences")
  func gradient() throws {
    let rows = randomRows(60, 150, density: 0.06, seed: 197)
    let users = (0..<60).filter { rows.count(ofRow: $0) > 0 && $0 % 3 != 1 }
    var start = Matrix<Double>(rows: 150, columns: 5)
    var random = Seed(4).stream(.initialisation)
    random.fillGaussian(&start)
    var step = ELSAStep<Double>(start, learningRate: 0.1, processor: processor)
    let batch = rows.selecting(rows: users)
    let found = try step.update(rows: users, of: rows)
    #expect(abs(found - loss(start, batch) / Double(users.count)) < 1e-12)
    let width = 1e-6
    for place in stride(from: 0, to: start.count, by: 17) {
      let (item, k) = (place / 5, place % 5)
      var (above, below) = (start, start)
      above[item, k] += width
      below[item, k] -= width
      let difference = (loss(above, batch) - loss(below, batch)) / (2 * width) / Double(users.count) / 150
      #expect(abs(step.gradient[item, k] - difference) < 1e-9, "\(item), \(k)")
    }
  }

  @Test("rows of A keep norm 1, and a user whose output is nothing changes nothing")
  func norms() throws {
    let rows = randomRows(40, 30, density: 0.2, seed: 198)
    var step = ELSAStep<Float>(
      matrix((0..<120).map { Double($0 % 7) - 2.5 }, rows: 30), learningRate: 0.1, processor: processor)
    let users = (0..<40).filter { rows.count(ofRow: $0) > 0 }
    for _ in 0..<5 { _ = try step.update(rows: users, of: rows) }
    for item in 0..<30 { #expect(abs(step.vectors.sumOfSquares(row: item) - 1) < 1e-5) }

    // Items at right angles: what one has says nothing of the others.
    let apart = Matrix<Double>(rows: 3, columns: 3, elements: [2, 0, 0, 0, 1, 0, 0, 0, 3])
    var idle = ELSAStep<Double>(apart, learningRate: 0.1, processor: processor)
    #expect(try idle.update(rows: [0, 1], of: SparseRows(columnCount: 3, rows: [[0], [0, 2]])) == 1)
    #expect(idle.weights == apart)
  }
}
