import Compute

/// The noise of one private update: for every number that is learned a draw that depends on seed, update and place alone.
struct UpdateNoise: Sendable {
  /// What is learned.
  enum Place {
    case inputWeight, outputWeight, outputBias
    /// A small parameter, by its place in ``Design/parameters``.
    case small(Int)

    fileprivate var number: Int {
      switch self {
      case .inputWeight: 0
      case .outputWeight: 1
      case .outputBias: 2
      case .small(let index): 3 + index
      }
    }
  }

  let seed: Seed
  /// Which update it is, counted from 0.
  let update: Int
  /// The standard deviation of each draw.
  let deviation: Double

  /// The draws for a parameter; the first number of the first item, or of the matrix, is at place 0.
  func draws(for place: Place) -> IndexedNoise {
    IndexedNoise(seed, .privateNoise, update, place.number, deviation: deviation)
  }
}
