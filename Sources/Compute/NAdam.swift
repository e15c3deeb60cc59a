import CKernels
import Foundation

/// Adam with Nesterov's momentum, whose weight rises from step to step.
///
/// With `μₙ = β₁ (1 − ½ · 0.96^(n ψ))`: `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`,
/// `w ← w − η ((1−μₙ) g / (1 − μ₁…μₙ) + μₙ₊₁ m / (1 − μ₁…μₙ₊₁)) / (√(v/(1−β₂ⁿ)) + ε)`. Source: Dozat, "Incorporating Nesterov
/// momentum into Adam", ICLR 2016 workshop, algorithm 2, in the form of PyTorch.
public struct NAdam: Sendable {
  /// The step size η.
  public let learningRate: Double
  /// The number of steps so far.
  public private(set) var steps = 0
  /// μ₁…μₙ and β₂ⁿ.
  private var (momenta, secondPower) = (1.0, 1.0)

  private static var beta1: Double { 0.9 }
  private static var beta2: Double { 0.999 }
  private static var decay: Double { 4e-3 }

  /// Prepares to continue after a number of steps.
  public init(learningRate: Double, after steps: Int = 0) {
    self.learningRate = learningRate
    for _ in 0..<steps { _ = next() }
  }

  private static func momentum(_ step: Int) -> Double { beta1 * (1 - 0.5 * pow(0.96, Double(step) * decay)) }

  /// The constants of the next step.
  public mutating func next() -> NAdamStep {
    steps += 1
    let (now, later) = (Self.momentum(steps), Self.momentum(steps + 1))
    momenta *= now
    secondPower *= Self.beta2
    return NAdamStep(
      constants: dk_nadam(
        gradientRate: learningRate * (1 - now) / (1 - momenta),
        momentRate: learningRate * later / (1 - momenta * later),
        beta1: Self.beta1, beta2: Self.beta2, secondCorrection: 1 / (1 - secondPower).squareRoot(), epsilon: 1e-8))
  }
}

/// One step's constants.
public struct NAdamStep: Sendable {
  fileprivate let constants: dk_nadam
}

extension AdamMoments {
  /// Updates all of `parameter` by NAdam.
  @specialized(where S == Float)
  public mutating func update(_ parameter: inout Matrix<S>, gradient: Matrix<S>, _ step: NAdamStep) {
    precondition(
      gradient.rows == parameter.rows && gradient.columns == parameter.columns && first.rows == parameter.rows,
      "a gradient \(gradient) for \(parameter)")
    unsafe withUnsafePointer(to: step.constants) { constants in
      unsafe gradient.withPointer { g in
        unsafe parameter.withMutablePointer { w in
          unsafe changeBoth { m, v in unsafe S.kernels.nadam(gradient.count, g, w, m, v, constants) }
        }
      }
    }
  }
}
