import Compute
import FileFormats

/// Values of the settings of ``Spectral`` that a fit may choose.
struct SpectralValues: Hashable, Sendable {
  var flatness, rank, idealWeight, degreeExponent: Double

  /// Their form in files.
  var settings: [String: JSONValue] {
    [
      "flatness": .number(flatness), "rank": .number(rank), "idealWeight": .number(idealWeight),
      "degreeExponent": .number(degreeExponent),
    ]
  }
}

/// Chooses the open settings of ``Spectral``; the singular vectors are computed once for all of them.
struct SpectralSearch {
  private static let ranks: [Double] = [16, 32, 64, 128, 256, 512]
  private static let flatnesses: [Double] = [1, 1.5, 2.5, 4, 6, 10, 16, 25, 40]
  private static let idealWeights: [Double] = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2]

  private let start: SpectralValues
  private let climb: SettingClimb<SpectralValues>
  private let rows: Int
  private let most: Int

  init(of model: Spectral, from start: SpectralValues, on data: SparseRows) {
    rows = data.rowCount
    // The cost of scoring a tenth of the users. The search takes about a minute in total; if that is enough for too few
    // settings, there is no search.
    let cost = 4 * Double(model.order) * Double(data.nonZeroCount) * (Double(data.rowCount) / 10).rounded(.up)
    let affordable = min(60, Int(min(60, 5e11 / max(1, cost))))
    most = affordable < 8 ? 0 : affordable
    let limit = Double(Spectral.Fitted.mostRank(rows: data.rowCount, columns: data.columnCount))
    let ranks = Self.ranks.filter { $0 <= limit }
    var start = start
    // All ranks above that of the data are equivalent.
    if model.rank == nil, most > 0, let last = ranks.last { start.rank = min(start.rank, last) }
    self.start = start
    var free: [SettingClimb<SpectralValues>.Grid] = []
    if model.rank == nil { free.append(.init(path: \.rank, values: ranks)) }
    if model.flatness == nil { free.append(.init(path: \.flatness, values: Self.flatnesses)) }
    if model.idealWeight == nil { free.append(.init(path: \.idealWeight, values: Self.idealWeights)) }
    if model.degreeExponent == nil {
      free.append(.init(path: \.degreeExponent, values: [-0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5]))
    }
    climb = SettingClimb(free: most == 0 ? [] : free)
  }

  /// Settings with the largest possible rank.
  var widest: SpectralValues {
    var widest = start
    for grid in climb.free where grid.path == \SpectralValues.rank {
      widest.rank = max(start.rank, grid.values.last ?? 0)
    }
    return widest
  }

  /// Whether there is nothing to choose, or not enough time.
  var isOver: Bool { climb.free.isEmpty }

  /// The best values found.
  ///
  /// - Parameter share: which part of a fit this is.
  func best(
    _ trainer: Trainer, share: ClosedRange<Double>, validate: (SpectralValues) throws -> Double
  ) throws -> SpectralValues {
    var tried = 0
    return try climb.best(from: start) { values, _ in
      if tried == most { return nil }
      tried += 1
      let done = Double(tried) / Double(most + 1)
      try trainer.tell(share: share.lowerBound + done * (share.upperBound - share.lowerBound), rows: rows)
      return try validate(values)
    }
  }
}
