public import Compute

/// What holds the codes in place during training: nothing for points, a divergence from a prior for distributions.
public protocol LatentRegulariser: Sendable {
  /// Its learned parameters.
  func parameters(latent: Int) -> [Parameter]
  /// How many pseudo-inputs go through the encoder with every update: ``Prior/pseudoInputs``.
  var pseudoInputs: Int { get }
  /// Its weight in the update that follows `done` others, of `planned` in all.
  func weight(afterUpdates done: Int, of planned: Int) -> Double
  /// Whether the weight has stopped rising.
  func isSettled(afterUpdates done: Int, of planned: Int) -> Bool
  /// How the weight rises, where it does.
  var schedule: KLSchedule? { get }
  /// What a user's share of the weight is multiplied by; `nil` where all users are alike.
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
  /// The squared norm of each user's share of the gradients of the parameters; `nil` where that cannot be told.
  func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]?
}

/// Nothing: the codes of an autoencoder may lie anywhere.
public struct Unregularised: LatentRegulariser, Equatable {
  /// The absence of a term.
  public init() {}

  /// None of its own.
  public func parameters(latent: Int) -> [Parameter] { [] }
  /// None.
  public var pseudoInputs: Int { 0 }
  /// 0 for nothing, else as the schedule or γ has it.
  public func weight(afterUpdates done: Int, of planned: Int) -> Double { 0 }
  /// Whether the weight has stopped rising.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool { true }
  /// None.
  public var schedule: KLSchedule? { nil }
  /// What a user's weight is multiplied by.
  public func factor(total: Double) -> Double? { nil }

  /// Hands the points on; nothing is drawn.
  public func forward<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) {
    trace.z.copyRows(0..<head.rows, of: head)
    trace.divergences = [Double](repeating: 0, count: head.rows)
  }

  /// Hands the gradient on.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    delta = gradient
    return []
  }

  /// There is nothing to learn.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { weights.map { _ in 0 } }
}

/// The divergence of the posteriors from a prior, and its weight.
public struct PriorDivergence: LatentRegulariser {
  /// What the posteriors are held against.
  public var prior: any Prior
  /// How much that counts.
  public var weight: DivergenceWeight

  /// Puts both together.
  public init(_ prior: any Prior, weight: DivergenceWeight) {
    self.prior = prior
    self.weight = weight
  }

  /// Those of its parts.
  public func parameters(latent: Int) -> [Parameter] { prior.parameters(latent: latent) }
  /// The prior's.
  public var pseudoInputs: Int { prior.pseudoInputs }

  /// 0 for nothing, else as the schedule or γ has it.
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

  /// That of β; none with γ.
  public var schedule: KLSchedule? { if case .annealed(let schedule) = weight { schedule } else { nil } }

  /// What a user's weight is multiplied by.
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

/// How much the divergence from the prior counts in the loss.
public enum DivergenceWeight: Codable, Sendable, Equatable {
  /// β, the same for all users, as a schedule has it.
  case annealed(KLSchedule)
  /// γ·N_u: in proportion to the user's number of interactions. Source: Shenbin et al., "RecVAE", WSDM 2020, section 3.2.
  case perInteraction(Double)
}
