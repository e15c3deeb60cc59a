import Autoencoders
import Compute
import InteractionData
import TestSupport
import Testing

/// The whole network against PyTorch: logits, loss terms, every gradient, ten Adam steps.
@Suite struct ReferenceTests {
  @Test("eleven reference cases are there to compare with")
  func fixturesPresent() { #expect(ReferenceCase.all.count == 11) }

  @Test("Double arithmetic agrees with PyTorch to 1e-9", arguments: ReferenceCase.all)
  func agreesInDouble(_ reference: ReferenceCase) throws {
    if reference.isVariational {
      try compare(reference, GaussianLatent.self, prior(reference), Double.self, within: 1e-9)
    } else {
      try compare(reference, PointLatent.self, NoPrior(), Double.self, within: 1e-9)
    }
  }

  /// Adam divides by √v, so a gradient that is nearly zero turns rounding into a visible step: hence the
  /// wider tolerance.
  @Test("Float arithmetic agrees with PyTorch's double to 1e-4", arguments: ReferenceCase.all)
  func agreesInFloat(_ reference: ReferenceCase) throws {
    if reference.isVariational {
      try compare(reference, GaussianLatent.self, prior(reference), Float.self, within: 1e-4)
    } else {
      try compare(reference, PointLatent.self, NoPrior(), Float.self, within: 1e-4)
    }
  }

  private func prior(_ reference: ReferenceCase) -> StandardNormalPrior {
    StandardNormalPrior(schedule: KLSchedule(cap: reference.beta, annealingSteps: 0))
  }

  private func compare<Latent: LatentSpace, S: Scalar>(
    _ reference: ReferenceCase, _ latent: Latent.Type, _ prior: Latent.Prior, _ scalar: S.Type,
    within tolerance: Double
  ) throws {
    let design: Design<Latent> = reference.design(prior: prior)
    let network = try Network<S>(
      design, items: reference.items, users: reference.userCount,
      tensors: reference.initial.mapValues { convert($0.matrix) })
    let (data, batch) = reference.data
    var step = TrainingStep(
      design, network: network, batchSize: batch.count, plannedUpdates: 10,
      adam: Adam(learningRate: 0.01), processor: Processor(engine: .gsl, threads: 2))

    var losses: [Double] = []
    for update in 0..<10 {
      let loss = try step.update(rows: batch, of: data, noise: reference.noise)
      losses.append(loss.total)
      guard update == 0 else { continue }
      expectClose([loss.reconstruction], [reference.reconstruction], within: tolerance, "reconstruction")
      expectClose([loss.divergence], [reference.kl ?? 0], within: tolerance, "divergence")
      let moments = step.firstMoments.matrices
      #expect(Set(moments.keys) == Set(reference.gradients.keys))
      for (name, gradient) in reference.gradients {
        let found = (moments[name]?.elements ?? []).map { Double($0) / 0.1 }
        expectClose(found, gradient.values, within: tolerance, "gradient of \(name)")
      }
    }
    // The penalty on weights is part of PyTorch's total and not of ours; it is compared through the
    // gradients.
    if reference.weightDecay == 0 {
      expectClose(losses, reference.lossesOfTenSteps, within: tolerance, "losses of ten steps")
    }
    let after = NamedTensors(step.network).matrices
    for (name, tensor) in reference.afterTenSteps {
      let found = (after[name]?.elements ?? []).map { Double($0) }
      expectClose(found, tensor.values, within: 10 * tolerance, "\(name) after ten steps")
    }
  }

  private func convert<S: Scalar>(_ matrix: Matrix<Double>) -> Matrix<S> {
    Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { S($0) })
  }
}
