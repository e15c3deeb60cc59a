import Compute
import TestSupport
import Testing

/// Adam against the formula written out.
@Suite("Adam")
struct AdamTests {
  /// Ten steps of a few roundings each.
  private static let doubleBound = 1e-14
  /// The same in Float; the step divides by √v, which a rounding moves in proportion.
  private static let floatBound = 5e-6

  /// The weights after some updates, by the formula of Kingma & Ba's algorithm 1 and the penalty's gradient
  /// 2λw.
  private func reference(
    _ start: Matrix<Double>, gradients: [Matrix<Double>], adam: Adam, penalty: Double
  ) -> [Double] {
    var weights = start.elements
    var first = [Double](repeating: 0, count: weights.count)
    var second = first
    var (power1, power2) = (1.0, 1.0)
    for gradient in gradients {
      power1 *= adam.beta1
      power2 *= adam.beta2
      for (index, value) in gradient.elements.enumerated() {
        let g = value + 2 * penalty * weights[index]
        first[index] = adam.beta1 * first[index] + (1 - adam.beta1) * g
        second[index] = adam.beta2 * second[index] + (1 - adam.beta2) * g * g
        let (m, v) = (first[index] / (1 - power1), second[index] / (1 - power2))
        weights[index] -= adam.learningRate * m / (v.squareRoot() + adam.epsilon)
      }
    }
    return weights
  }

  @Test("ten updates are those of the formula, with and without a penalty", arguments: [0.0, 0.05])
  func tenUpdates(penalty: Double) {
    let adam = Adam(learningRate: 0.01)
    let start: Matrix<Double> = gaussianMatrix(7, 5, seed: 70)
    let gradients: [Matrix<Double>] = (0..<10).map { gaussianMatrix(7, 5, seed: 71, place: $0) }
    let expected = reference(start, gradients: gradients, adam: adam, penalty: penalty)
    func run<S: Scalar>(_: S.Type) -> [Double] {
      func convert(_ matrix: Matrix<Double>) -> Matrix<S> {
        Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { S($0) })
      }
      var weights = convert(start)
      var moments = AdamMoments<S>(rows: 7, columns: 5)
      for (index, gradient) in gradients.enumerated() {
        moments.update(&weights, gradient: convert(gradient), adam.step(index + 1, penalty: penalty))
      }
      return weights.elements.map { Double($0) }
    }
    expectClose(run(Double.self), expected, within: Self.doubleBound, "Double")
    expectClose(run(Float.self), expected, within: Self.floatBound, "Float")
  }

  @Test("the first update moves every weight by the learning rate against its gradient's sign")
  func firstUpdate() {
    var weights = Matrix<Double>(rows: 1, columns: 3)
    var moments = AdamMoments<Double>(rows: 1, columns: 3)
    let gradient = Matrix<Double>(rows: 1, columns: 3, elements: [3, -0.01, 200])
    moments.update(&weights, gradient: gradient, Adam(learningRate: 0.5).step(1, penalty: 0))
    // ε is 1e-8 beside a gradient of 0.01 at the least.
    expectClose(weights.elements, [-0.5, 0.5, -0.5], within: 1e-6, "step")
    expectClose(moments.first.elements, gradient.elements.map { 0.1 * $0 }, within: 1e-15, "m")
    expectClose(moments.second.elements, gradient.elements.map { 0.001 * $0 * $0 }, within: 1e-15, "v")
  }

  @Test(
    "a sum of gradients in pieces on any number of threads is their sum in one go, bit by bit",
    arguments: [1, 2, 5], [1, 47, 48, 100, 600])
  func summedParts(threads: Int, rows: Int) throws {
    let start: Matrix<Float> = gaussianMatrix(rows, 13, seed: 76)
    let parts: [Matrix<Float>] = (0..<3).map { gaussianMatrix(rows, 13, seed: 77, place: $0) }
    let processor = Processor(engine: .gsl, threads: threads)
    let step = Adam(learningRate: 0.01).step(1, penalty: 0.02)
    var (pieces, whole) = (start, start)
    var (pieceMoments, wholeMoments) = (
      AdamMoments<Float>(rows: rows, columns: 13), AdamMoments<Float>(rows: rows, columns: 13)
    )
    var scratch = [Matrix<Float>](repeating: Matrix(rows: 0, columns: 0), count: threads)
    try pieceMoments.update(&pieces, summing: parts, scratch: &scratch, processor: processor, step)
    var sum = parts[0]
    for part in parts.dropFirst() { sum.add(part) }
    wholeMoments.update(&whole, gradient: sum, step)
    #expect(pieces == whole && pieces != start)
    #expect(pieceMoments.first == wholeMoments.first && pieceMoments.second == wholeMoments.second)
  }

  /// A batch in which items 3 and 8 of 12 have nobody.
  private static func batch<S: Scalar>(_ seed: Int) -> BatchRows<S> {
    var random = Seed(74).stream(.simulation, seed)
    var batch = BatchRows<S>()
    for _ in 0..<6 {
      for item in 0..<12 where item != 3 && item != 8 && random.uniform() < 0.5 {
        batch.append(column: Int32(item), value: S(random.gaussian()))
      }
      batch.endRow()
    }
    return batch
  }

  @Test(
    "the sparse update of a shard is the dense update with the gradient entriesᵀ·delta",
    arguments: [0.0, 0.02])
  func sparseIsDense(penalty: Double) {
    let shard = 2..<11
    let start: Matrix<Double> = gaussianMatrix(shard.count, 5, seed: 75)
    var (sparse, dense) = (start, start)
    var sparseMoments = AdamMoments<Double>(rows: shard.count, columns: 5)
    var denseMoments = sparseMoments
    var columns = BatchColumns<Double>()
    var scratch = Matrix<Double>(rows: 1, columns: 5)
    for update in 1...10 {
      let batch: BatchRows<Double> = Self.batch(update)
      let delta: Matrix<Double> = gaussianMatrix(6, 5, seed: 76, place: update)
      let step = Adam(learningRate: 0.01).step(update, penalty: penalty)
      var own = BatchRows<Double>()
      own.set(to: shard, of: batch)
      columns.collect(own, columns: shard.count)
      #expect(columns.columnCount == shard.count && columns.rowCount == 6)
      sparseMoments.update(&sparse, sparse: columns, delta: delta, scratch: &scratch, step)

      var entries = Matrix<Double>(rows: 6, columns: shard.count)
      for row in 0..<6 {
        for place in batch.offsets[row]..<batch.offsets[row + 1] {
          let item = Int(batch.indices[place])
          if shard.contains(item) { entries[row, item - shard.lowerBound] = batch.values[place] }
        }
      }
      var gradient = Matrix<Double>(rows: shard.count, columns: 5)
      ProductEngine.gsl.multiply(transposing: entries, delta, into: &gradient)
      denseMoments.update(&dense, gradient: gradient, step)
    }
    expectClose(sparse.elements, dense.elements, within: Self.doubleBound, "weights")
    expectClose(sparseMoments.second.elements, denseMoments.second.elements, within: Self.doubleBound, "v")
  }

  @Test(
    "the sparse update in pieces on any number of threads is that of one shard, bit by bit", arguments: [1, 2, 5],
    [1, 47, 100, 600])
  func sparsePieces(threads: Int, rows: Int) throws {
    let start: Matrix<Float> = gaussianMatrix(rows, 13, seed: 79)
    var batch = BatchRows<Float>()
    for row in stride(from: 0, to: rows, by: 3) {
      batch.append(column: Int32(row), value: 2)
      batch.endRow()
    }
    let delta: Matrix<Float> = gaussianMatrix(batch.rowCount, 13, seed: 80)
    let step = Adam(learningRate: 0.01).step(1, penalty: 0.02)
    var (pieces, whole) = (start, start)
    var pieceMoments = AdamMoments<Float>(rows: rows, columns: 13)
    var wholeMoments = pieceMoments
    var scratch = [Matrix<Float>](repeating: Matrix(rows: 0, columns: 0), count: threads)
    try pieceMoments.update(
      &pieces, sparse: batch, delta: delta, scratch: &scratch, processor: Processor(engine: .gsl, threads: threads),
      step)
    var columns = BatchColumns<Float>()
    columns.collect(batch, columns: rows)
    var row = Matrix<Float>(rows: 1, columns: 13)
    wholeMoments.update(&whole, sparse: columns, delta: delta, scratch: &row, step)
    #expect(pieces == whole && pieces != start)
    #expect(pieceMoments.first == wholeMoments.first && pieceMoments.second == wholeMoments.second)
  }

  @Test("a row that nobody has goes on moving, exactly as with a gradient of zeros")
  func idleRowsMove() {
    let start: Matrix<Float> = gaussianMatrix(2, 4, seed: 77)
    var (weights, zeroed) = (start, start)
    var moments = AdamMoments<Float>(rows: 2, columns: 4)
    let adam = Adam(learningRate: 0.1)
    moments.update(&weights, gradient: gaussianMatrix(2, 4, seed: 78), adam.step(1, penalty: 0))
    zeroed = weights
    var zeroedMoments = moments
    let after = weights
    var nobody = BatchRows<Float>()
    nobody.endRow()
    var columns = BatchColumns<Float>()
    columns.collect(nobody, columns: 2)
    var scratch = Matrix<Float>(rows: 1, columns: 4)
    moments.update(
      &weights, sparse: columns, delta: Matrix(rows: 1, columns: 4), scratch: &scratch,
      adam.step(2, penalty: 0))
    zeroedMoments.update(&zeroed, gradient: Matrix(rows: 2, columns: 4), adam.step(2, penalty: 0))
    #expect(weights == zeroed)
    #expect(zip(weights.elements, after.elements).allSatisfy { $0 != $1 })
  }
}
