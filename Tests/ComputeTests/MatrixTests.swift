import Compute
import TestSupport
import Testing

@Suite("Matrices")
struct MatrixTests {
  private let matrix = Matrix<Double>(rows: 3, columns: 2, elements: [1, 2, 3, 4, 5, 6])

  @Test("assigning a matrix shares no later change")
  func valueSemantics() {
    var copy = matrix
    copy[0, 0] = 9
    copy.apply(.relu)
    copy.scale(row: 1, by: -1)
    #expect(matrix.elements == [1, 2, 3, 4, 5, 6])
    #expect(copy.elements == [9, 2, -3, -4, 5, 6])
  }

  @Test("a smaller shape keeps the memory and compares by what it shows")
  func reshape() {
    var small = matrix
    small.reshape(rows: 2)
    #expect(small == Matrix(rows: 2, columns: 2, elements: [1, 2, 3, 4]))
    #expect(small.elements == [1, 2, 3, 4] && small.count == 4)
    small.reshape(rows: 3)
    small.clear()
    #expect(small == Matrix(rows: 3, columns: 2))
    small.reshape(rows: 0)
    #expect(small.elements.isEmpty && small.isFinite && small.sumOfSquares == 0)
  }

  @Test("rows, columns and biases add up where they should")
  func additions() {
    let bias = Matrix<Double>(rows: 1, columns: 2, elements: [10, 20])
    var sum = matrix
    sum.add(bias: bias)
    #expect(sum.elements == [11, 22, 13, 24, 15, 26])
    var part = matrix
    part.add(bias: Matrix(rows: 1, columns: 1, elements: [100]), atColumn: 1)
    #expect(part.elements == [1, 102, 3, 104, 5, 106])
    var copies = Matrix<Double>(rows: 2, columns: 2)
    copies.setRows(to: bias)
    #expect(copies.elements == [10, 20, 10, 20])
    copies.setToSum(of: [matrix, matrix, Matrix(rows: 3, columns: 2, elements: [0, 0, 7, 16, 5, 14])], rows: 1..<3)
    #expect(copies.elements == [13, 24, 15, 26])
    copies.add(row: 2, of: matrix, scale: 2, toRow: 0)
    #expect(copies.elements == [23, 36, 15, 26])
    copies.add(copies, scale: -1)
    #expect(copies.elements == [0, 0, 0, 0])
    var sums = Matrix<Double>(rows: 1, columns: 2, elements: [7, 7])
    sums.setToColumnSums(of: matrix)
    #expect(sums.elements == [9, 12])
  }

  @Test("rows copy to and from the places named")
  func copies() {
    var stacked = Matrix<Double>(rows: 0, columns: 0)
    stacked.setRows(to: [matrix, Matrix(rows: 1, columns: 2, elements: [7, 8])])
    #expect(stacked == Matrix(rows: 4, columns: 2, elements: [1, 2, 3, 4, 5, 6, 7, 8]))
    stacked.setRows(to: [])
    #expect(stacked.rows == 0 && stacked.columns == 2)
    var rows = Matrix<Double>(rows: 5, columns: 2)
    rows.copyRows(1..<3, of: matrix)
    #expect(rows == Matrix(rows: 2, columns: 2, elements: [3, 4, 5, 6]))
    var wide = Matrix<Double>(rows: 4, columns: 2)
    wide.copy(rows, toRow: 2)
    #expect(wide.elements == [0, 0, 0, 0, 3, 4, 5, 6])
    #expect(Array(matrix[row: 1]) == [3, 4])
  }

  @Test("sums of squares are those of all elements, or of one row")
  func squares() {
    #expect(matrix.sumOfSquares == 91)
    #expect(matrix.sumOfSquares(row: 2) == 61)
  }

  @Test("one value that is not finite is noticed wherever it stands", arguments: [0, 15, 16, 40])
  func finite(place: Int) {
    var row = Matrix<Float>(rows: 1, columns: 41)
    #expect(row.isFinite)
    for value in [Float.nan, .infinity, -.infinity] {
      row[0, place] = value
      #expect(!row.isFinite)
    }
  }

  @Test("shapes that do not fit are refused")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>(rows: 2, columns: 2, elements: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      var c = Matrix<Float>(rows: 2, columns: 2)
      ProductEngine.gsl.multiply(Matrix(rows: 2, columns: 3), Matrix<Float>(rows: 2, columns: 2), into: &c)
    }
    await #expect(processExitsWith: .failure) {
      _ = SparseRows(columnCount: 3, offsets: [0, 2], indices: [1, 1])
    }
  }
}
