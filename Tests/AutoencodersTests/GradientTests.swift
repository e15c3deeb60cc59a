import Autoencoders
import Compute
import Testing

/// Every gradient of every model, in Double, against differences of its loss.
@Suite("Gradients")
struct GradientTests {
  @Test("the gradient of every tensor is the slope of the loss", arguments: cases)
  func slopes(_ model: GradientCase) throws {
    let wrong = try model.disagreements()
    #expect(wrong.isEmpty, "seed \(GradientCase.seed.value): \(wrong)")
  }

  static let cases: [GradientCase] = {
    var cases: [GradientCase] = []
    for likelihood in Likelihood.allCases {
      var ae = AE()
      (ae.latent, ae.likelihood, ae.weightDecay) = (7, likelihood, 0.01)
      cases.append(GradientCase("ae, \(likelihood)", ae.design, rated: likelihood == .gaussian))
    }
    var dae = DAE()
    (dae.latent, dae.dropout) = (7, 0.4)
    cases.append(GradientCase("dae", dae.design))
    var noisy = AE().design
    (noisy.latent, noisy.corruption) = (6, .gaussian(deviation: 0.3))
    cases.append(GradientCase("ae with Gaussian noise on the input", noisy))

    for (likelihood, negatives) in [
      (Likelihood.bernoulli, 0), (.gaussian, 0), (.bernoulli, 5), (.gaussian, 3),
    ] {
      var cdae = CDAE()
      (cdae.latent, cdae.likelihood, cdae.negatives) = (6, likelihood, negatives)
      (cdae.corruptionScale, cdae.weightDecay) = (1, 0.01)
      cases.append(GradientCase("cdae, \(likelihood), \(negatives) negatives", cdae.design))
    }

    var multDAE = MultDAE()
    (multDAE.hidden, multDAE.latent, multDAE.weightDecay) = ([9, 8], 5, 0.01)
    cases.append(GradientCase("mult-dae, three layers", multDAE.design))

    for logVariance in [-4.0, 0, 2] {
      var vae = MultVAE()
      (vae.hidden, vae.latent, vae.beta, vae.annealingSteps) = ([9], 5, 0.7, 0)
      vae.weightDecay = logVariance == 0 ? 0.01 : 0
      cases.append(
        GradientCase("mult-vae, log-variance near \(logVariance)", vae.design, logVariance: logVariance))
    }
    for (likelihood, hidden) in [(Likelihood.bernoulli, [8, 7]), (.gaussian, [])] {
      var vae = MultVAE()
      (vae.hidden, vae.latent, vae.beta, vae.annealingSteps, vae.likelihood) = (hidden, 4, 0.5, 0, likelihood)
      cases.append(GradientCase("mult-vae, \(likelihood), hidden \(hidden)", vae.design))
    }

    for likelihood in Likelihood.allCases {
      var wide = MultVAE()
      (wide.hidden, wide.latent, wide.beta, wide.annealingSteps, wide.likelihood) = ([4], 3, 0.5, 0, likelihood)
      cases.append(GradientCase("mult-vae, \(likelihood), seventeen shards", wide.design, wide: true))
    }

    var user = UserAutoRec()
    user.latent = 6
    cases.append(GradientCase("user-autorec", user.design, rated: true))
    var item = ItemAutoRec()
    (item.latent, item.weightDecay) = (5, 0.2)
    cases.append(GradientCase("item-autorec", item.design, rated: true))
    return cases
  }()
}
