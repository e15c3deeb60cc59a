import Autoencoders
import Compute
import Foundation

/// Means and variances of every dimension over the users (L dimensions).
struct ColumnMoments {
  /// Of the centers; shape: L.
  let means: [Double]
  /// Of the centers, divided by U; shape: L.
  let variances: [Double]
  /// The mean variance of a posterior; 0 for points; shape: L.
  let noise: [Double]
  /// The mean divergence of a posterior from the prior's mean and variance; `nil` for points; shape: L.
  let divergences: [Double]?

  /// The variance of z: that of the centers plus that of the posteriors.
  func aggregateVariance(_ dimension: Int) -> Double { variances[dimension] + noise[dimension] }

  /// The dimensions from the one that says most: by divergence, by variance where there is none.
  var order: [Int] {
    let weight = divergences ?? variances
    return weight.indices.sorted { (weight[$1], $0) < (weight[$0], $1) }
  }

  init(_ centers: Matrix<Float>, logVariances: Matrix<Float>?, prior: GaussianComponent) {
    let columns = (0..<centers.columns).map { centers.column($0) }
    means = columns.map(Statistics.mean)
    variances = columns.map(Statistics.populationVariance)
    guard let logVariances else {
      noise = [Double](repeating: 0, count: centers.columns)
      divergences = nil
      return
    }
    noise = (0..<centers.columns).map { Statistics.mean(logVariances.column($0).map { exp($0) }) }
    divergences = columns.indices.map { index in
      Statistics.mean(prior.divergences(columns[index], logVariances.column(index), dimension: index))
    }
  }
}

extension GaussianComponent {
  /// The divergence of each Gaussian in one dimension, in nats.
  func divergences(_ means: [Double], _ logVariances: [Double], dimension: Int) -> [Double] {
    zip(means, logVariances).map { mean, logVariance in
      divergence(ofMean: mean, variance: exp(logVariance), logVariance: logVariance, dimension: dimension)
    }
  }
}
