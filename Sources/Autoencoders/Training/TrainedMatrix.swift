import Compute

/// A small parameter with its moments.
struct TrainedMatrix<S: Scalar>: Sendable {
  var value: Matrix<S>
  var moments: AdamMoments<S>

  init(_ value: Matrix<S>) {
    self.value = value
    moments = AdamMoments(rows: value.rows, columns: value.columns)
  }

  init(_ value: Matrix<S>, first: Matrix<S>, second: Matrix<S>) {
    self.value = value
    moments = AdamMoments(first: first, second: second)
  }

  /// Updates it from several gradients, added in order.
  mutating func update(
    summing gradients: [Matrix<S>], _ step: AdamStep, scratch: inout [Matrix<S>], processor: Processor
  ) throws {
    try moments.update(&value, summing: gradients, scratch: &scratch, processor: processor, step)
  }

  /// Updates rows that each belong to at most one user of the batch, the others with a zero gradient.
  mutating func update(
    sparse entries: BatchRows<S>, delta: Matrix<S>, _ step: AdamStep, scratch: inout [Matrix<S>], processor: Processor
  ) throws {
    try moments.update(&value, sparse: entries, delta: delta, scratch: &scratch, processor: processor, step)
  }
}

/// A small layer with its moments.
struct TrainedLayer<S: Scalar>: Sendable {
  var weight: TrainedMatrix<S>
  var bias: TrainedMatrix<S>

  init(_ layer: DenseLayer<S>) {
    weight = TrainedMatrix(layer.weight)
    bias = TrainedMatrix(layer.bias)
  }

  init(_ layer: DenseLayer<S>, first: DenseLayer<S>, second: DenseLayer<S>) {
    weight = TrainedMatrix(layer.weight, first: first.weight, second: second.weight)
    bias = TrainedMatrix(layer.bias, first: first.bias, second: second.bias)
  }

  var layer: DenseLayer<S> { DenseLayer(weight: weight.value, bias: bias.value) }

  /// - Parameters:
  ///   - gradients: added in order.
  ///   - scratch: memory for a piece of the gradient, per thread.
  mutating func update(
    summing gradients: [DenseLayer<S>], step: AdamStep, biasStep: AdamStep, scratch: inout [Matrix<S>],
    processor: Processor
  ) throws {
    try weight.update(summing: gradients.map(\.weight), step, scratch: &scratch, processor: processor)
    try bias.update(summing: gradients.map(\.bias), biasStep, scratch: &scratch, processor: processor)
  }
}
