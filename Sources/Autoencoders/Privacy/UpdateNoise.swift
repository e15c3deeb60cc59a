import Compute

/// The noise of one private update: for every learned number, a draw that depends only on seed, update and place.
struct UpdateNoise: Sendable {
  /// The learned parameters.
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
  /// The number of the update, counted from 0.
  let update: Int
  /// The standard deviation of each draw.
  let deviation: Double

  /// The draws for a parameter; the first number of the first item, or of the matrix, is at place 0.
  func draws(for place: Place) -> IndexedNoise {
    IndexedNoise(seed, .privateNoise, update, place.number, deviation: deviation)
  }
}
