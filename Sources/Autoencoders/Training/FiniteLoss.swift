import Compute

extension TrainingStep {
  /// Checks that an update can be made from a loss.
  ///
  /// - Throws: ``NonFiniteLoss``.
  func verify(_ loss: BatchLoss) throws {
    guard loss.total.magnitude <= Double(S.greatestFiniteMagnitude) else {
      throw NonFiniteLoss(loss: loss, layer: try firstNonFiniteLayer(), learningRate: adam.learningRate)
    }
  }

  /// The first place in the forward pass where a number is not finite, for an error message.
  private func firstNonFiniteLayer() throws -> String {
    let isFinite = try shards.areFinite()
    if !isFinite.input { return "weights of encoder.0" }
    for (parameter, trained) in zip(shape.described, small) where !trained.value.isFinite {
      return "weights of \(parameter.layer)"
    }
    if !isFinite.output { return "weights of \(shape.outputLayer)" }
    for block in blocks where block.count > 0 {
      if let place = block.firstNonFinite { return place }
    }
    return "logits (output of \(shape.outputLayer))"
  }
}
