import Autoencoders
import Compute
import Foundation

extension LatentInspector {
  private static let spreadShares = [0.05, 0.25, 0.5, 0.75, 0.95]

  /// Quantiles of every dimension.
  func spreads(_ centers: Matrix<Float>, _ logVariances: Matrix<Float>?) -> [DimensionSpread] {
    (0..<centers.columns).map { index in
      DimensionSpread(
        number: index + 1, codes: Statistics.quantiles(centers.column(index), at: Self.spreadShares),
        variances: logVariances.map { values in
          Statistics.quantiles(values.column(index), at: Self.spreadShares).map { exp($0) }
        })
    }
  }

  /// Histograms of z over −4 … 4, or wider where z is.
  func densities(_ drawn: Matrix<Float>, _ prior: FittedPrior, order: [Int]) -> [DimensionDensity] {
    let isStandard = prior.isStandardNormal
    return order.prefix(options.shownDimensions).map { index in
      let values = drawn.column(index)
      let reach = max(4, values.reduce(0) { max($0, abs($1)) })
      let bins = 60
      let width = 2 * reach / Double(bins)
      var counts = [Int](repeating: 0, count: bins)
      for value in values { counts[min(bins - 1, max(0, Int((value + reach) / width)))] += 1 }
      return DimensionDensity(
        number: index + 1, lower: -reach, width: width,
        densities: counts.map { Double($0) / (Double(max(1, values.count)) * width) },
        prior: isStandard
          ? nil
          : (0..<bins).map { bin in
            let low = Double(bin) * width - reach
            return (prior.below(low + width, dimension: index) - prior.below(low, dimension: index)) / width
          })
    }
  }

  /// Users on the two axes along which their codes vary most.
  func map(
    _ centers: Matrix<Float>, _ moments: ColumnMoments,
    _ axes: (values: [Double], vectors: Matrix<Double>), order: [Int]
  ) -> UserMap {
    let users = sample(options.mapUsers, of: centers.rows)
    let shown = Array(order.prefix(8))
    let total = axes.values.reduce(0) { $0 + max(0, $1) }
    func place(_ user: Int, _ axis: Int) -> Double {
      guard axis < centers.columns else { return 0 }
      return (0..<centers.columns).reduce(0) { sum, column in
        sum + (Double(centers[user, column]) - moments.means[column]) * axes.vectors[column, axis]
      }
    }
    return UserMap(
      explained: (0..<2).map { total > 0 && $0 < axes.values.count ? max(0, axes.values[$0]) / total : 0 },
      points: users.map { user in
        UserPoint(
          user: userIDs[user], x: place(user, 0), y: place(user, 1),
          values: shown.map { Double(centers[user, $0]) }, taste: tastes.isEmpty ? nil : tastes[user])
      },
      dimensions: shown.map { $0 + 1 }, users: centers.rows)
  }
}
