import Autoencoders
import Compute
import Foundation
import InteractionData

/// What one user's draws say about log p(x).
struct UserBounds {
  /// The mean of log p(x|z).
  var logLikelihood = 0.0
  /// KL(q ‖ p): exact for N(0, I), else the mean over the same draws.
  var divergence = 0.0
  /// L_S for each requested S.
  var weighted: [Double] = []
}

extension LatentInspector {
  /// The evidence lower bound and the importance-weighted ones.
  func bounds(
    _ model: Autoencoder<GaussianLatent>, _ prior: FittedPrior, _ codes: GaussianLatent.Codes
  ) throws -> BoundFindings {
    let users = sample(options.boundUsers, of: codes.mean.rows)
    let sizes = [1, 5, 50].filter { $0 < options.draws } + [options.draws]
    let results = try processor.map(count: users.count) { index in
      bounds(model, prior, codes, user: users[index], sizes: sizes)
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
    _ model: Autoencoder<GaussianLatent>, _ prior: FittedPrior, _ codes: GaussianLatent.Codes, user: Int, sizes: [Int]
  ) -> UserBounds {
    let count = options.draws
    var random = stream(.bounds, user)
    var noise = Matrix<Float>(rows: count, columns: codes.mean.columns)
    random.fillGaussian(&noise)
    let (points, ratios) = prior.weigh(noise, from: codes, row: user)
    var likelihoods: [Double] = []
    for first in stride(from: 0, to: count, by: Self.decodedBlock) {
      let block = first..<min(count, first + Self.decodedBlock)
      var logits = model.decode(points.selecting(rows: block), using: processor.engine)
      likelihoods += logLikelihoods(model.design.likelihood, &logits) { _ in user }
    }
    let weights = zip(likelihoods, ratios).map { $0 + $1 }
    return UserBounds(
      logLikelihood: Statistics.mean(likelihoods),
      divergence: prior.exactDivergences(codes.selecting([user]))?[0] ?? -Statistics.mean(ratios),
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
}

extension Estimate {
  /// The mean of some values.
  init(_ values: [Double]) {
    self.init(value: Statistics.mean(values), standardError: Statistics.standardError(values))
  }
}
