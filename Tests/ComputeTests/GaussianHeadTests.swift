import Compute
import Foundation
import TestSupport
import Testing

/// The head `[mean | log-variance]`: draw, divergence, and the way back.
@Suite("Gaussian head")
struct GaussianHeadTests {
  private struct Draw<S: Scalar> {
    var z: Matrix<S>
    var deviation: Matrix<S>
    var divergences: [Double]
    var held: Int

    init(_ head: Matrix<S>, noise: Matrix<S>?) {
      let width = head.columns / 2
      z = Matrix(rows: head.rows, columns: width)
      deviation = z
      (divergences, held) = head.drawGaussian(noise: noise, deviation: &deviation, latent: &z)
    }
  }

  private func backward<S: Scalar>(
    _ head: Matrix<S>, _ draw: Draw<S>, noise: Matrix<S>, gradient: Matrix<S>, beta: Double
  ) -> Matrix<S> {
    var delta = Matrix<S>(rows: head.rows, columns: head.columns)
    delta.backpropagateGaussian(
      gradient: gradient, head: head, noise: noise, deviation: draw.deviation,
      weights: [Double](repeating: beta, count: head.rows))
    return delta
  }

  @Test("μ = [1, −0.5], s = [0, ln 0.25] diverges by 0.9431471806, with ∂μ = [1, −0.5] and ∂s = [0, −0.375]")
  func golden() {
    func check<S: Scalar>(_: S.Type, within tolerance: Double) {
      let head = Matrix<S>(rows: 1, columns: 4, elements: [1, -0.5, 0, S(log(0.25))])
      let zeros = Matrix<S>(rows: 1, columns: 2)
      let draw = Draw(head, noise: zeros)
      expectClose(draw.divergences, [0.9431471806], within: tolerance, "divergence")
      let delta = backward(head, draw, noise: zeros, gradient: zeros, beta: 1)
      expectClose(delta.elements.map { Double($0) }, [1, -0.5, 0, -0.375], within: tolerance, "gradient")
      #expect(draw.held == 0)
    }
    check(Double.self, within: 1e-9)
    check(Float.self, within: 5e-7)
  }

  @Test("z is mean + σ·noise, and the mean itself without noise")
  func draws() {
    let head: Matrix<Double> = gaussianMatrix(5, 6, seed: 50)
    let noise: Matrix<Double> = gaussianMatrix(5, 3, seed: 51)
    let (noisy, plain) = (Draw(head, noise: noise), Draw(head, noise: nil))
    for row in 0..<5 {
      for column in 0..<3 {
        let deviation = exp(head[row, 3 + column] / 2)
        #expect(plain.z[row, column] == head[row, column])
        expectClose([noisy.deviation[row, column]], [deviation], within: 1e-15, "σ")
        expectClose(
          [noisy.z[row, column]], [head[row, column] + deviation * noise[row, column]], within: 1e-15, "z")
      }
    }
    #expect(noisy.divergences == plain.divergences)
    #expect(noisy.divergences.allSatisfy { $0 > 0 })
  }

  @Test("the standard normal diverges from itself by nothing")
  func zeroDivergence() {
    #expect(Draw(Matrix<Float>(rows: 2, columns: 8), noise: nil).divergences == [0, 0])
  }

  /// Five-point differences with h = 1e-3: truncation and rounding stay below 1e-10 at these sizes.
  @Test("the way back agrees with differences", arguments: [0.0, 0.3, 1.0], [-4.0, 0, 2])
  func differences(beta: Double, logVariance: Double) {
    var head: Matrix<Double> = gaussianMatrix(2, 6, seed: 52, deviation: 0.5)
    for row in 0..<2 { for column in 3..<6 { head[row, column] += logVariance } }
    let noise: Matrix<Double> = gaussianMatrix(2, 3, seed: 53)
    let gradient: Matrix<Double> = gaussianMatrix(2, 3, seed: 54)
    func loss(_ head: Matrix<Double>) -> Double {
      let draw = Draw(head, noise: noise)
      let reconstruction = zip(draw.z.elements, gradient.elements).reduce(0) { $0 + $1.0 * $1.1 }
      return reconstruction + beta * draw.divergences.reduce(0, +)
    }
    let delta = backward(head, Draw(head, noise: noise), noise: noise, gradient: gradient, beta: beta)
    let h = 1e-3
    var numeric: [Double] = []
    for place in 0..<head.count {
      func at(_ steps: Double) -> Double {
        var moved = head
        moved[place / 6, place % 6] += steps * h
        return loss(moved)
      }
      numeric.append((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h))
    }
    expectClose(delta.elements, numeric, within: 1e-10, "gradient")
  }

  @Test("log-variances beyond ±10 are held: counted, the same in draw and divergence, without gradient")
  func held() {
    let range = Matrix<Double>.logVarianceRange
    #expect(range == -10...10)
    let head = Matrix<Double>(rows: 1, columns: 10, elements: [0, 0, 0, 0, 0, -1000, -10.5, -10, 10, 11])
    let noise = Matrix<Double>(rows: 1, columns: 5, elements: [1, 1, 1, 1, 1])
    let draw = Draw(head, noise: noise)
    #expect(draw.held == 3)
    let used = [-10.0, -10, -10, 10, 10]
    expectClose(draw.z.elements, used.map { exp($0 / 2) }, within: 1e-14, "z")
    let divergence = used.reduce(0) { $0 + 0.5 * (exp($1) - 1 - $1) }
    expectClose(draw.divergences, [divergence], within: 1e-14, "divergence")
    let delta = backward(head, draw, noise: noise, gradient: noise, beta: 0.5)
    let slopes = delta.elements.suffix(5)
    #expect(slopes.map { $0 != 0 } == [false, false, true, true, false])
  }

  @Test("a NaN in the head reaches z and the divergence of its row alone")
  func nanStays() {
    var head: Matrix<Float> = gaussianMatrix(3, 8, seed: 55)
    head[1, 6] = .nan
    let draw = Draw(head, noise: gaussianMatrix(3, 4, seed: 56))
    #expect(draw.z[1, 2].isNaN)
    #expect(draw.divergences.map(\.isNaN) == [false, true, false])
  }

  @Test("mean + exp(s/2)·noise, element by element, for any log-variance")
  func scaledNoise() {
    let mean: Matrix<Double> = gaussianMatrix(3, 2, seed: 57)
    let logVariance = Matrix<Double>(rows: 3, columns: 2, elements: [-30, -4, 0, 2, 12, -11])
    let noise: Matrix<Double> = gaussianMatrix(3, 2, seed: 58)
    let expected = mean.elements.indices.map {
      mean.elements[$0] + exp(logVariance.elements[$0] / 2) * noise.elements[$0]
    }
    let found = mean.addingScaledNoise(noise, logVariance: logVariance)
    expectClose(found.elements, expected, within: 1e-14, "z")
  }
}
