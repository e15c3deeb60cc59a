import Compute
import Foundation
import TestSupport
import Testing

/// The loss that looks at listed cells alone.
@Suite("Listed cells")
struct ListedCellsTests {
  /// Rounding of a Float loss of a few hundred terms, each good to about 2e-7.
  private static let floatBound = 1e-6

  @Test("r = [5, ·, 3] against [4, 2, 3.5] costs 1.25 with gradient [−2, 0, 1]")
  func goldenMaskedSquares() {
    func check<S: Scalar>(_: S.Type) {
      var f = Matrix<S>(rows: 1, columns: 3, elements: [4, 2, 3.5])
      let loss = f.listedCellsLoss(
        row: 0, [0, 2], [5, 3], logistic: false, scale: 1)
      #expect(loss == 1.25)
      #expect(f.elements == [-2, 0, 1])
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("the gradient is scaled, the loss is not; other rows stay")
  func scale() {
    var f = Matrix<Double>(rows: 2, columns: 3, elements: [7, 7, 7, 4, 2, 3.5])
    let loss = f.listedCellsLoss(
      row: 1, [0, 2], [5, 3], logistic: false, scale: 0.25)
    #expect(loss == 1.25)
    #expect(f.elements == [7, 7, 7, -0.5, 0, 0.25])
  }

  @Test("the logistic loss has the values written down for binary cross-entropy")
  func goldenLogistic() {
    var f = Matrix<Double>(rows: 1, columns: 5, elements: [2, 99, -1, 0.5, -99])
    let loss = f.listedCellsLoss(
      row: 0, [0, 2, 3], [1, 0, 0], logistic: true, scale: 1)
    expectClose(
      [loss], [0.1269280110 + 0.3132616875 + 0.9740769842], within: 1e-9, "loss")
    expectClose(
      f.elements, [-0.1192029220, 0, 0.2689414214, 0.6224593312, 0], within: 1e-9, "gradient")
  }

  @Test("values in cells that are not listed change nothing, NaN and infinity included")
  func unlistedCellsAreIgnored() {
    let indices: [Int32] = [1, 4, 6]
    func run(_ other: Float, logistic: Bool) -> (Double, [Float]) {
      var elements = [Float](repeating: other, count: 8)
      for index in indices { elements[Int(index)] = Float(index) * 0.3 }
      var f = Matrix<Float>(rows: 1, columns: 8, elements: elements)
      let loss = f.listedCellsLoss(
        row: 0, indices, [1, 0, 1], logistic: logistic, scale: 0.5)
      return (loss, f.elements)
    }
    for logistic in [false, true] {
      let (loss, gradient) = run(0, logistic: logistic)
      for other in [Float(1e30), -.infinity, .nan] {
        #expect(run(other, logistic: logistic) == (loss, gradient))
      }
      #expect([0, 2, 3, 5, 7].allSatisfy { gradient[$0] == 0 })
    }
  }

  @Test("no listed cell costs nothing and leaves zeros")
  func emptyList() {
    var f = Matrix<Float>(rows: 1, columns: 3, elements: [1, .nan, 3])
    let loss = f.listedCellsLoss(row: 0, [], [], logistic: false, scale: 1)
    #expect(loss == 0)
    #expect(f.elements == [0, 0, 0])
  }

  /// Lists are taken 256 cells at a time.
  @Test("long lists agree with a plain loop", arguments: [1, 255, 256, 257, 512, 513, 1000], [false, true])
  func longLists(count: Int, logistic: Bool) {
    var random = Seed(41).stream(.simulation, count)
    let columns = 2 * count + 3
    let indices = random.permutation(columns).prefix(count).sorted().map { Int32($0) }
    let values = indices.map { _ in Float(random.integer(below: logistic ? 2 : 5)) }
    let before: Matrix<Float> = gaussianMatrix(1, columns, seed: 42, place: count, deviation: 3)
    var f = before
    let loss = f.listedCellsLoss(
      row: 0, indices, values, logistic: logistic, scale: 0.5)
    var expectedLoss = 0.0
    var expected = [Double](repeating: 0, count: columns)
    for (index, value) in zip(indices.map { Int($0) }, values) {
      let (logit, x) = (Double(before[0, index]), Double(value))
      expectedLoss +=
        logistic
        ? max(logit, 0) - x * logit + log1p(exp(-abs(logit))) : (logit - x) * (logit - x)
      expected[index] = 0.5 * (logistic ? 1 / (1 + exp(-logit)) - x : 2 * (logit - x))
    }
    expectClose([loss], [expectedLoss], within: Self.floatBound, "loss of \(count) cells")
    expectClose(
      f.elements.map { Double($0) }, expected, within: Self.floatBound, "gradient of \(count) cells")
  }
}

extension Matrix {
  /// The same for cells that are written down.
  fileprivate mutating func listedCellsLoss(
    row: Int, _ columns: [Int32], _ values: [S], logistic: Bool, scale: S
  ) -> Double {
    let batch = BatchRows(columns, values)
    return listedCellsLoss(
      row: row, of: batch, entries: columns.indices, logistic: logistic, scale: scale)
  }
}
