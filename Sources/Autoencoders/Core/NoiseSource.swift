public import Compute

/// The source of an update's random numbers: drawn from the seed, or given (to compare with another implementation).
public enum NoiseSource: Sendable {
  /// Streams of update number `update`, one per block of users and purpose.
  case drawn(seed: Seed, update: Int)
  /// The same for every update.
  case given(GivenNoise)

  func stream(_ purpose: RandomPurpose, _ block: Int) -> RandomSource {
    switch self {
    case .drawn(let seed, let update): seed.stream(purpose, update, block)
    case .given: Seed(0).stream(purpose, block)
    }
  }

  /// The given decisions, entry by entry, for some rows of the batch; empty when they are drawn.
  func givenMask(batchRows: Range<Int>) -> IndexingIterator<ArraySlice<Bool>> {
    guard case .given(let given) = self else { return ArraySlice<Bool>().makeIterator() }
    return given.kept[batchRows].joined().map(\.self)[...].makeIterator()
  }

  /// Copies the given latent noise; false when it is drawn.
  func copyGivenLatent<S: Scalar>(batchRows: Range<Int>, into noise: inout Matrix<S>) -> Bool {
    guard case .given(let given) = self, given.latent.rows > 0 else { return false }
    for (row, source) in batchRows.enumerated() {
      for column in 0..<noise.columns { noise[row, column] = S(given.latent[source, column]) }
    }
    return true
  }
}

/// Given random decisions.
public struct GivenNoise: Sendable {
  /// For each user of the batch and each of their entries, whether masking keeps it.
  public var kept: [[Bool]]
  /// The draws from N(0, I); shape: B × L, or 0 × 0 without draws.
  public var latent: Matrix<Double>

  /// Creates given noise.
  public init(kept: [[Bool]], latent: Matrix<Double>) {
    self.kept = kept
    self.latent = latent
  }
}
