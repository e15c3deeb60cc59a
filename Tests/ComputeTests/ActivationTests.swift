import Compute
import Foundation
import TestSupport
import Testing

@Suite("Activations")
struct ActivationTests {
  /// `exp` of a Float is good to 2e-7 by its own account, and two or three roundings of 6e-8 follow it.
  private static let floatBound = 5e-7
  /// The C library's functions are good to about one unit in the last place.
  private static let doubleBound = 1e-15
  /// Below e⁻⁸⁷ a Float sigmoid stays where it is: an absolute error that no sum with a 1 can see.
  private static let floor = 2e-38

  private static let points =
    stride(from: -30.0, through: 30.0, by: 0.00731).map { $0 }
    + [-1000, -88.5, -87, -1e-3, -1e-6, -1e-30, 0, 1e-30, 1e-6, 0.6249, 0.625, 0.6251, 20, 87, 88.5, 1000]

  private static func exact(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .tanh: Foundation.tanh(x)
    case .sigmoid: x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    case .relu: max(x, 0)
    }
  }

  private func worst<S: Scalar>(_ activation: Activation, _: S.Type) -> (error: Double, at: Double) {
    var matrix = Matrix<S>(rows: 1, columns: Self.points.count, elements: Self.points.map { S($0) })
    let inputs = matrix.elements
    matrix.apply(activation)
    var worst = (error: 0.0, at: 0.0)
    for (x, y) in zip(inputs, matrix.elements) {
      let exact = Self.exact(activation, Double(x))
      let excess = max(0, abs(Double(y) - exact) - Self.floor)
      let error = excess == 0 ? 0 : excess / abs(exact)
      if !(error <= worst.error) { worst = (error, Double(x)) }
    }
    return worst
  }

  @Test("the relative error is within a few roundings from −1000 to 1000", arguments: Activation.allCases)
  func accuracy(_ activation: Activation) {
    let single = worst(activation, Float.self)
    #expect(single.error <= Self.floatBound, "Float: \(single.error) at \(single.at)")
    let double = worst(activation, Double.self)
    #expect(double.error <= Self.doubleBound, "Double: \(double.error) at \(double.at)")
  }

  @Test("far out the values are the limits, and infinities reach them too")
  func limits() {
    for x in [Float(1000), .infinity] {
      var tanh = Matrix<Float>(rows: 1, columns: 2, elements: [x, -x])
      var sigmoid = tanh
      var relu = tanh
      tanh.apply(.tanh)
      sigmoid.apply(.sigmoid)
      relu.apply(.relu)
      #expect(tanh.elements == [1, -1])
      #expect(sigmoid[0, 0] == 1 && sigmoid[0, 1] >= 0 && Double(sigmoid[0, 1]) <= Self.floor)
      #expect(relu.elements == [x, 0])
    }
  }

  @Test("NaN stays NaN, wherever in the row it stands", arguments: Activation.allCases, [0, 7, 16, 36])
  func nanStays(_ activation: Activation, place: Int) {
    func check<S: Scalar>(_: S.Type) {
      var matrix = Matrix<S>(rows: 1, columns: 37)
      matrix[0, place] = .nan
      matrix.apply(activation)
      #expect(matrix.elements.indices.filter { matrix[0, $0].isNaN } == [place])
      #expect(!matrix.isFinite)
    }
    check(Float.self)
    check(Double.self)
  }

  /// Derivatives by a five-point rule with h = 1e-3: truncation is below 1e-13, rounding below 1e-12.
  @Test("the way back multiplies by the derivative", arguments: Activation.allCases)
  func backward(_ activation: Activation) {
    let xs = [-3.2, -1, -0.4, 0.2, 0.9, 2.5]
    var outputs = Matrix<Double>(rows: 2, columns: 3, elements: xs)
    outputs.apply(activation)
    var gradient = Matrix<Double>(rows: 2, columns: 3, elements: [1, -2, 3, 0.5, 7, -1])
    let incoming = gradient.elements
    gradient.backpropagate(through: activation, outputs: outputs)
    let h = 1e-3
    let expected = zip(xs, incoming).map { x, g in
      let f = { Self.exact(activation, x + $0 * h) }
      return g * (8 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12 * h)
    }
    expectClose(gradient.elements, expected, within: 1e-11, "\(activation)")
  }
}
