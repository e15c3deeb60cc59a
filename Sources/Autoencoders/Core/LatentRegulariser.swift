public import Compute

/// The regularisation of codes during training: none for points, a divergence from a prior for distributions.
public protocol LatentRegulariser: Sendable {
  /// Its learned parameters.
  func parameters(latent: Int) -> [Parameter]
  /// The number of pseudo-inputs that go through the encoder with every update; see ``Prior/pseudoInputs``.
  var pseudoInputs: Int { get }
  /// Its weight in the update after `done` others, of `planned` in total.
  func weight(afterUpdates done: Int, of planned: Int) -> Double
  /// Whether the weight has stopped rising.
  func isSettled(afterUpdates done: Int, of planned: Int) -> Bool
  /// The schedule of the weight; `nil` if it is constant.
  var schedule: KLSchedule? { get }
  /// The factor of a user's weight; `nil` if it is the same for all users.
  ///
  /// - Parameter total: N_u, the sum of the user's clean row.
  func factor(total: Double) -> Double?

  /// From the encoder's outputs to z, in place.
  func forward<S: Scalar>(_ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>)
  /// Turns ∂loss/∂z into ∂loss/∂head.
  ///
  /// - Parameter weights: each user's weight of the term, divided by the size of the batch.
  /// - Returns: the gradients of the parameters.
  func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>]
  /// The squared norm of each user's share of the gradients of the parameters; `nil` if it cannot be computed.
  func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]?
}

/// No regularisation: the codes of an autoencoder may be anywhere.
public struct Unregularised: LatentRegulariser, Equatable {
  /// The absence of a term.
  public init() {}

  /// No parameters.
  public func parameters(latent: Int) -> [Parameter] { [] }
  /// None.
  public var pseudoInputs: Int { 0 }
  /// The weight from the schedule or γ; 0 without a term.
  public func weight(afterUpdates done: Int, of planned: Int) -> Double { 0 }
  /// Whether the weight has stopped rising.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool { true }
  /// None.
  public var schedule: KLSchedule? { nil }
  /// The factor of a user's weight.
  public func factor(total: Double) -> Double? { nil }

  /// Passes the points on, without a draw.
  public func forward<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) {
    trace.z.copyRows(0..<head.rows, of: head)
    trace.divergences = [Double](repeating: 0, count: head.rows)
  }

  /// Passes the gradient on.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    delta = gradient
    return []
  }

  /// No parameters are learned.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { weights.map { _ in 0 } }
}

/// The divergence of the posteriors from a prior, and its weight.
public struct PriorDivergence: LatentRegulariser {
  /// The prior.
  public var prior: any Prior
  /// The weight of the divergence.
  public var weight: DivergenceWeight

  /// Combines both.
  public init(_ prior: any Prior, weight: DivergenceWeight) {
    self.prior = prior
    self.weight = weight
  }

  /// The parameters of its parts.
  public func parameters(latent: Int) -> [Parameter] { prior.parameters(latent: latent) }
  /// The prior's.
  public var pseudoInputs: Int { prior.pseudoInputs }

  /// The weight from the schedule or γ; 0 without a term.
  public func weight(afterUpdates done: Int, of planned: Int) -> Double {
    switch weight {
    case .annealed(let schedule): schedule.beta(afterUpdates: done, of: planned)
    case .perInteraction(let gamma): gamma
    }
  }

  /// Whether the weight has stopped rising.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool {
    guard case .annealed(let schedule) = weight else { return true }
    return schedule.isSettled(afterUpdates: done, of: planned)
  }

  /// The schedule of β; none with γ.
  public var schedule: KLSchedule? { if case .annealed(let schedule) = weight { schedule } else { nil } }

  /// The factor of a user's weight.
  public func factor(total: Double) -> Double? {
    if case .perInteraction = weight { total } else { nil }
  }

  /// Draws z from each posterior.
  public func forward<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) {
    let drawn = head.drawGaussian(noise: trace.noise, deviation: &trace.deviation, latent: &trace.z)
    (trace.divergences, trace.held) = drawn
    trace.divergences = prior.divergences(&trace, head: head, parameters)
  }

  /// Goes back through the draw and the divergence.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    prior.backward(trace, head: head, parameters, gradient: gradient, weights: weights, into: &delta)
  }

  /// The prior's.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { prior.squaredNorms(trace, parameters, weights: weights) }
}

/// The weight of the divergence from the prior in the loss.
public enum DivergenceWeight: Codable, Sendable, Equatable {
  /// β from a schedule, the same for all users.
  case annealed(KLSchedule)
  /// γ·N_u: in proportion to the user's number of interactions. Source: Shenbin et al., "RecVAE", WSDM 2020, section 3.2.
  case perInteraction(Double)
}
