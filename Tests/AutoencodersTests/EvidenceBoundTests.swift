import Autoencoders
import Compute
import Foundation
import InteractionData
import TestSupport
import Testing

@Suite("Aggregate posterior and evidence bound")
struct EvidenceBoundTests {
  private let processor = Processor(engine: .gsl, threads: 2)
  private let profiles = Profiles(items: randomRows(300, 50, density: 0.2, seed: 430))

  private func model(_ likelihood: Likelihood) -> Autoencoder<GaussianLatent> {
    var model = MultVAE()
    (model.hidden, model.latent, model.likelihood) = ([6], 3, likelihood)
    return Autoencoder(
      design: model.design, network: Network<Float>(model.design, items: 50, users: 0, seed: Seed(2)))
  }

  @Test("moments of the aggregate posterior are those of the codes, on any number of threads")
  func moments() throws {
    let model = model(.multinomial)
    let found = try model.aggregatePosterior(of: profiles, processor: processor)
    let codes = model.encode(profiles, using: .gsl)
    for k in 0..<3 {
      let means = (0..<300).map { Double(codes.mean[$0, k]) }
      let mean = Statistics.mean(means)
      let spread = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300
      let own = Statistics.mean((0..<300).map { exp(Double(codes.logVariance[$0, k])) })
      expectClose(
        [found.mean[k], found.spreadOfMeans[k], found.meanVariance[k], found.divergences[k]],
        [mean, spread, own, 0.5 * (spread + own + mean * mean - 1 - log(spread + own))], within: 1e-6, "dimension \(k)")
    }
    #expect(found.users == 300)
    #expect(found.activeUnits == found.spreadOfMeans.count { $0 > 0.01 })
    #expect(abs(found.divergence - found.divergences.reduce(0, +)) < 1e-12)
    #expect(try model.aggregatePosterior(of: profiles, processor: Processor(engine: .gsl, threads: 1)) == found)
  }

  @Test("the bound is −E[−log p(x|z)] − KL with fixed noise, for every likelihood", arguments: Likelihood.allCases)
  func bound(_ likelihood: Likelihood) throws {
    let model = model(likelihood)
    let found = try model.evidenceBound(of: profiles, seed: Seed(9), processor: processor)
    #expect(
      try model.evidenceBound(of: profiles, seed: Seed(9), processor: Processor(engine: .gsl, threads: 1)) == found)
    #expect(try model.evidenceBound(of: profiles, seed: Seed(8), processor: processor) != found)

    let codes = model.encode(profiles, using: .gsl)
    var loss = 0.0
    for user in 0..<300 {
      var random = Seed(9).stream(.bound, user)
      var z = Matrix<Float>(rows: 1, columns: 3)
      random.fillGaussian(&z)
      for k in 0..<3 { z[0, k] = codes.mean[user, k] + exp(codes.logVariance[user, k] / 2) * z[0, k] }
      let f = model.decode(z, using: .gsl).elements.map { Double($0) }
      var x = [Double](repeating: 0, count: 50)
      for item in profiles.items.indices(ofRow: user) { x[Int(item)] = 1 }
      switch likelihood {
      case .multinomial:
        let normaliser = log(f.reduce(0) { $0 + exp($1) })
        loss -= zip(x, f).reduce(0) { $0 + $1.0 * ($1.1 - normaliser) }
      case .bernoulli: loss += zip(x, f).reduce(0) { $0 + log1p(exp($1.1)) - $1.0 * $1.1 }
      case .gaussian: loss += zip(x, f).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
      }
    }
    expectClose(
      [found.reconstruction, found.divergence], [loss / 300, model.divergences(codes).reduce(0, +) / 300], within: 1e-5,
      "terms")
    #expect(found.value == -found.reconstruction - found.divergence)
  }

  @Test("a trainer that waits for the prior chooses among epochs with β at its cap, even where an early one is better")
  func waiting() throws {
    var design = MultVAE().design
    (design.hidden, design.latent) = ([], 2)
    let options = TrainingOptions(epochs: 10, batchSize: 50, patience: 0)
    for waits in [false, true] {
      var trainer = Trainer(processor: processor, seed: Seed(1))
      trainer.waitsForPrior = waits
      var calls = 0.0
      let outcome = try trainer.fit(design, to: profiles.items, options: options) { _ in
        calls += 1
        return -calls
      }
      // The cap is reached at 80 % of the updates.
      #expect(outcome.bestEpoch == (waits ? 8 : 1))
    }
  }
}
