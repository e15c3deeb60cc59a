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
  func agreesInDouble(_ reference: ReferenceCase) throws { try compare(reference, Double.self, within: 1e-9) }

  /// Adam divides by √v, so a gradient that is nearly zero turns rounding into a visible step: hence the
  /// wider tolerance.
  @Test("Float arithmetic agrees with PyTorch's double to 1e-4", arguments: ReferenceCase.all)
  func agreesInFloat(_ reference: ReferenceCase) throws { try compare(reference, Float.self, within: 1e-4) }

  @Test("codes and scores of a finished model are PyTorch's, where nothing is drawn", arguments: ReferenceCase.all)
  func inference(_ reference: ReferenceCase) throws {
    guard case .point(let design) = reference.design, design.corruption == .none else { return }
    let network = try network(reference, design, Float.self)
    let model = Autoencoder(design: design, network: network)
    let profiles = Profiles(items: reference.data.rows)
    // Single precision on sums of a dozen products.
    expectClose(
      model.encode(profiles, using: .gsl).points.elements.map { Double($0) }, reference.code, within: 1e-5, "code")
    expectClose(
      try model.scores(for: profiles, using: .gsl).elements.map { Double($0) }, reference.logits, within: 1e-5, "scores"
    )
  }

  private func compare<S: Scalar>(_ reference: ReferenceCase, _ scalar: S.Type, within tolerance: Double) throws {
    switch reference.design {
    case .point(let design): try compare(reference, design, scalar, within: tolerance)
    case .gaussian(let design): try compare(reference, design, scalar, within: tolerance)
    }
  }

  private func network<Latent: LatentSpace, S: Scalar>(
    _ reference: ReferenceCase, _ design: Design<Latent>, _ scalar: S.Type
  ) throws -> Network<S> {
    try Network<S>(
      design, items: reference.items, users: reference.userCount,
      tensors: reference.initial.mapValues { convert($0.matrix) })
  }

  private func compare<Latent: LatentSpace, S: Scalar>(
    _ reference: ReferenceCase, _ design: Design<Latent>, _ scalar: S.Type, within tolerance: Double
  ) throws {
    let (data, batch) = reference.data
    var step = TrainingStep(
      design, network: try network(reference, design, scalar), batchSize: batch.count, plannedUpdates: 10,
      adam: Adam(learningRate: 0.01), processor: Processor(engine: .gsl, threads: 2))

    let outputs = try step.outputs(rows: batch, of: data, noise: reference.noise)
    expectClose(outputs.logits.elements.map { Double($0) }, reference.logits, within: tolerance, "logits")
    let head = (0..<batch.count).map { outputs.head[row: $0].map { Double($0) } }
    expectClose(head.flatMap { $0.prefix(design.latent) }, reference.code, within: tolerance, "code")
    expectClose(
      head.flatMap { $0.dropFirst(design.latent) }, reference.logVariance ?? [], within: tolerance, "log-variance")

    var losses: [Double] = []
    for update in 0..<10 {
      let penalty = step.penalty
      let loss = try step.update(rows: batch, of: data, noise: reference.noise)
      losses.append(loss.total + penalty)
      guard update == 0 else { continue }
      expectClose([penalty], [reference.regulariser], within: tolerance, "regulariser")
      expectClose([loss.total + penalty], [reference.total], within: tolerance, "total")
      expectClose([loss.reconstruction], [reference.reconstruction], within: tolerance, "reconstruction")
      expectClose([loss.divergence], [reference.kl ?? 0], within: tolerance, "divergence")
      let moments = step.firstMoments.matrices
      #expect(Set(moments.keys) == Set(reference.gradients.keys))
      for (name, gradient) in reference.gradients {
        let found = (moments[name]?.elements ?? []).map { Double($0) / 0.1 }
        expectClose(found, gradient.values, within: tolerance, "gradient of \(name)")
      }
    }
    expectClose(losses, reference.lossesOfTenSteps, within: tolerance, "losses of ten steps")
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
