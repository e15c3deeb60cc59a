import Autoencoders
import Compute
import Foundation
import InteractionData

/// What one user's draws say about log p(x).
struct UserBounds {
  /// The mean of log p(x|z).
  var logLikelihood = 0.0
  /// KL(q ‖ N(0, I)).
  var divergence = 0.0
  /// L_S for each requested S.
  var weighted: [Double] = []
}

extension LatentInspector {
  /// The evidence lower bound and the importance-weighted ones.
  func bounds(_ model: Autoencoder<GaussianLatent>, _ codes: GaussianLatent.Codes) throws -> BoundFindings {
    let users = sample(options.boundUsers, of: codes.mean.rows)
    let sizes = [1, 5, 50].filter { $0 < options.draws } + [options.draws]
    let results = try processor.map(count: users.count) { index in
      bounds(model, codes, user: users[index], sizes: sizes)
    }
    let elbo = results.map { $0.logLikelihood - $0.divergence }
    return BoundFindings(
      users: users.count, draws: options.draws, elbo: Estimate(elbo),
      logLikelihood: Estimate(results.map(\.logLikelihood)), divergence: Estimate(results.map(\.divergence)),
      importanceWeighted: sizes.enumerated().map { place, size in
        ImportanceWeightedBound(draws: size, bound: Estimate(results.map { $0.weighted[place] }))
      },
      perplexity: perplexity(model.design.likelihood, elbo, users))
  }

  private func bounds(
    _ model: Autoencoder<GaussianLatent>, _ codes: GaussianLatent.Codes, user: Int, sizes: [Int]
  ) -> UserBounds {
    let (count, width) = (options.draws, codes.mean.columns)
    var random = stream(.bounds, user)
    var noise = Matrix<Float>(rows: count, columns: width)
    random.fillGaussian(&noise)
    let mean = Matrix(rows: 1, columns: width, elements: Array(codes.mean[row: user]))
    let logVariances = codes.logVariance[row: user].map { Double($0) }
    let deviations = logVariances.map { exp($0 / 2) }
    var points = Matrix<Float>(rows: count, columns: width)
    // log p(z) − log q(z|x); the constants of the two cancel.
    var ratios = [Double](repeating: 0, count: count)
    for draw in 0..<count {
      var ratio = 0.0
      for column in 0..<width {
        let epsilon = Double(noise[draw, column])
        let z = Double(mean[0, column]) + deviations[column] * epsilon
        points[draw, column] = Float(z)
        ratio += 0.5 * (epsilon * epsilon - z * z + logVariances[column])
      }
      ratios[draw] = ratio
    }
    var likelihoods: [Double] = []
    for first in stride(from: 0, to: count, by: Self.decodedBlock) {
      let block = first..<min(count, first + Self.decodedBlock)
      var logits = model.decode(points.selecting(rows: block), using: processor.engine)
      likelihoods += model.design.likelihood.logLikelihoods(&logits, of: profiles.items) { _ in user }
    }
    let weights = zip(likelihoods, ratios).map { $0 + $1 }
    let divergence = Divergence.ofColumn(mean.elements.map { Double($0) }, logVariances).reduce(0, +)
    return UserBounds(
      logLikelihood: Statistics.mean(likelihoods), divergence: divergence,
      weighted: sizes.map { ImportanceWeighting.bound(weights, groups: $0) })
  }
}

/// L_S = E log (1/S) Σ exp(w).
enum ImportanceWeighting {
  /// The mean over all whole groups of `size` log-weights.
  static func bound(_ weights: [Double], groups size: Int) -> Double {
    let groups = stride(from: 0, through: weights.count - size, by: size)
    return Statistics.mean(groups.map { logSumExp(weights[$0..<$0 + size]) - log(Double(size)) })
  }

  /// log Σ exp, without overflow.
  static func logSumExp(_ values: ArraySlice<Double>) -> Double {
    guard let largest = values.max(), largest > -.infinity else { return -.infinity }
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
  }
}

extension Estimate {
  /// The mean of some values.
  init(_ values: [Double]) {
    self.init(value: Statistics.mean(values), standardError: Statistics.standardError(values))
  }
}
