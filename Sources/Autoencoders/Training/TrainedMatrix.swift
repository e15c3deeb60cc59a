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

  /// Updates rows that each belong to at most one user of the batch, and the others with a zero gradient.
  mutating func update(
    sparse entries: BatchRows<S>, delta: Matrix<S>, _ step: AdamStep, scratch: inout [Matrix<S>], processor: Processor
  ) throws {
    try moments.update(&value, sparse: entries, delta: delta, scratch: &scratch, processor: processor, step)
  }
}
