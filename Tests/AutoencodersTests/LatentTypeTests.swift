import Autoencoders
import Compute
import Foundation
import InteractionData
import TestSupport
import Testing

/// What a variational autoencoder can do and an autoencoder cannot.
private protocol HasDistributions {
  func drawFromPrior(count: Int, using random: inout RandomSource) -> Matrix<Float>
  func divergences(_ codes: GaussianLatent.Codes) -> [Double]
}

// This compiles because the members exist for `GaussianLatent`. Without the `where` clause it does not ("type
// 'Autoencoder<Latent>' does not conform to protocol 'HasDistributions'"), because they exist for nothing
// else; nor does `model.drawFromPrior(count: 1, using: &random)` on an `Autoencoder<PointLatent>`.
extension Autoencoder: HasDistributions where Latent == GaussianLatent {}

@Suite("Points and distributions")
struct LatentTypeTests {
  /// Float exponentials and sums over four dimensions.
  private static let rounding = 1e-6

  private func autoencoder<Latent>(_ design: Design<Latent>) -> Autoencoder<Latent> {
    Autoencoder(design: design, network: Network<Float>(design, items: 50, users: 10, seed: Seed(1)))
  }

  private var variational: Autoencoder<GaussianLatent> {
    var model = MultVAE()
    (model.hidden, model.latent) = ([6], 4)
    return autoencoder(model.design)
  }

  @Test("a prior and divergences belong to Gaussian codes, and points have neither")
  func capabilities() {
    let point: Any = autoencoder(AE().design)
    let gaussian: Any = variational
    #expect(!(point is any HasDistributions))
    #expect(gaussian is any HasDistributions)
  }

  @Test("draws from the prior are standard normal: five standard errors of 40,000 draws")
  func prior() {
    var random = Seed(2).stream(.sampling)
    let draws = variational.drawFromPrior(count: 10_000, using: &random)
    #expect(draws.rows == 10_000 && draws.columns == 4)
    let values = draws.elements.map { Double($0) }
    #expect(abs(Statistics.mean(values)) < 5 / 200)
    #expect(abs(Statistics.standardDeviation(values) - 1) < 5 / (2 * 40_000.0).squareRoot())
  }

  @Test("divergences are ½ Σ (σ² + μ² − 1 − log σ²) of the codes, and positive")
  func divergences() {
    let codes = variational.encode(Profiles(items: randomRows(10, 50, density: 0.2, seed: 160)), using: .gsl)
    let expected = (0..<10).map { row in
      (0..<4).reduce(0.0) { sum, k in
        let (mean, s) = (Double(codes.mean[row, k]), Double(codes.logVariance[row, k]))
        return sum + 0.5 * (exp(s) + mean * mean - 1 - s)
      }
    }
    let found = variational.divergences(codes)
    expectClose(found, expected, within: Self.rounding, "divergences")
    #expect(found.allSatisfy { $0 > 0 })
  }

  @Test("a posterior drawn with spread 0 is its mean, and decoding the means gives the scores")
  func posterior() throws {
    let model = variational
    let profiles = Profiles(items: randomRows(10, 50, density: 0.2, seed: 161))
    let codes = model.encode(profiles, using: .gsl)
    var random = Seed(3).stream(.sampling)
    #expect(model.drawFromPosterior(codes, spread: 0, using: &random) == codes.mean)
    #expect(model.decode(codes.mean, using: .gsl) == (try model.scores(for: profiles, using: .gsl)))
    let drawn = model.drawFromPosterior(codes, using: &random)
    #expect(zip(drawn.elements, codes.mean.elements).allSatisfy { $0 != $1 })
  }

  @Test("the codes of points are what the decoder reads")
  func points() throws {
    let model = autoencoder(AE().design)
    let profiles = Profiles(items: randomRows(5, 50, density: 0.2, seed: 162))
    let codes = model.encode(profiles, using: .gsl)
    #expect(codes.points.rows == 5 && codes.points.columns == AE().latent)
    #expect(model.decode(codes.points, using: .gsl) == (try model.scores(for: profiles, using: .gsl)))
  }
}
