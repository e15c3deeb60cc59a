import Compute
import TestSupport
import Testing

@Suite("Linear algebra")
struct LinearAlgebraTests {
  private func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var c = Matrix<Double>(rows: a.rows, columns: b.columns)
    ProductEngine.gsl.multiply(a, b, into: &c)
    return c
  }

  @Test("eigenvalues descend and put the matrix together again", arguments: [1, 2, 7] as [Int])
  func eigensystem(size: Int) throws {
    let root: Matrix<Double> = gaussianMatrix(size, size, seed: 4)
    let matrix = product(root, root.transposed())
    let (values, vectors) = try LinearAlgebra.eigensystem(symmetric: matrix)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    var scaled = vectors
    for row in 0..<size { for column in 0..<size { scaled[row, column] *= values[column] } }
    expectClose(product(scaled, vectors.transposed()).elements, matrix.elements, within: 1e-12, "V Λ Vᵀ")
  }

  @Test("singular values by hand, of tall and of wide matrices")
  func singularValues() throws {
    let matrix = Matrix<Double>(rows: 3, columns: 2, elements: [3, 0, 0, -2, 0, 0])
    expectClose(try LinearAlgebra.singularValues(matrix), [3, 2], within: 1e-14, "tall")
    expectClose(try LinearAlgebra.singularValues(matrix.transposed()), [3, 2], within: 1e-14, "wide")
    #expect(try LinearAlgebra.singularValues(Matrix<Double>(rows: 4, columns: 0)).isEmpty)
  }

  @Test("a positive definite system is solved, another one is refused by name")
  func solve() throws {
    let a = Matrix<Double>(rows: 2, columns: 2, elements: [4, 2, 2, 3])
    let x = Matrix<Double>(rows: 2, columns: 2, elements: [1, -2, 5, 0.5])
    let found = try LinearAlgebra.solve(positiveDefinite: a, product(a, x))
    expectClose(found.elements, x.elements, within: 1e-14, "x")
    let indefinite = Matrix<Double>(rows: 2, columns: 2, elements: [1, 2, 2, 1])
    #expect(throws: GSLError.self) { try LinearAlgebra.solve(positiveDefinite: indefinite, x) }
  }

  @Test("an orthonormal basis of the same columns")
  func orthonormal() throws {
    let matrix: Matrix<Double> = gaussianMatrix(9, 3, seed: 2)
    var basis = matrix
    try LinearAlgebra.orthonormalise(&basis)
    let square = product(basis.transposed(), basis)
    expectClose(square.elements, [1, 0, 0, 0, 1, 0, 0, 0, 1], within: 1e-14, "QᵀQ")
    // What the basis spans includes every column: projecting changes nothing.
    let projected = product(basis, product(basis.transposed(), matrix))
    expectClose(projected.elements, matrix.elements, within: 1e-13, "Q Qᵀ A")
  }

  @Test("population variance and quantiles as NumPy has them")
  func statistics() {
    #expect(Statistics.populationVariance([1, 2, 3, 4]) == 1.25)
    #expect(Statistics.quantiles([4, 1, 3, 2], at: [0, 0.25, 0.5, 1]) == [1, 1.75, 2.5, 4])
    #expect(abs(Statistics.normalBelow(1.959_963_984_540_054) - 0.975) < 1e-12)
  }

  @Test("moments of a Gaussian head: what the divergence says, dimension by dimension")
  func moments() {
    let head = Matrix<Double>(rows: 2, columns: 4, elements: [1, -0.5, 0, -1.386_294_361_119_890_6, 3, 0.5, 0, 0])
    var deviation = Matrix<Double>(rows: 2, columns: 2)
    var latent = Matrix<Double>(rows: 2, columns: 2)
    let drawn = head.drawGaussian(noise: nil, deviation: &deviation, latent: &latent)
    var moments = GaussianMoments(dimensions: 2)
    moments.add(head: head, deviation: deviation)
    #expect(moments.count == 2)
    let (found, expected) = (moments.divergences.reduce(0, +), drawn.divergences.reduce(0, +) / 2)
    #expect(abs(found - expected) < 1e-12)
    expectClose(moments.meanVariances, [1, 0.25], within: 1e-12, "variances of means")
    expectClose(moments.posteriorVariances, [1, 0.625], within: 1e-12, "posterior variances")
  }
}
