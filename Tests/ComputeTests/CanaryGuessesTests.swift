import Compute
import Foundation
import Testing

/// What guesses about canaries prove after a single training.
@Suite("Guesses about canaries")
struct CanaryGuessesTests {
  private func pValue(_ m: Int, _ r: Int, _ v: Int, _ epsilon: Double, _ delta: Double) -> Double {
    CanaryGuesses(canaries: m, guesses: r, hits: v).pValue(epsilon: epsilon, delta: delta)
  }

  @Test("the limit is the formula's, computed by hand")
  func byHand() {
    #expect(abs(pValue(1, 1, 1, 0, 0) - 0.5) < 1e-12)
    // Both of two guesses: 0.75². With δ, one miss adds 2 · 2 · 0.1 · 2 · 0.75 · 0.25, and two misses half of less.
    #expect(abs(pValue(2, 2, 2, log(3), 0) - 0.5625) < 1e-12)
    #expect(abs(pValue(2, 2, 2, log(3), 0.1) - 0.7125) < 1e-12)
    #expect(pValue(7, 3, 0, 1, 0.1) == 1 && pValue(7, 0, 0, 1, 0.1) == 1)
    // SciPy's binomial distribution in the same formula.
    #expect(abs(pValue(100, 100, 75, log(3), 0) - 0.5534708238) < 1e-9)
    #expect(abs(pValue(1000, 100, 75, log(3), 1e-4) - 0.5711246107) < 1e-9)
  }

  @Test("the limit is the formula's, with binomial probabilities from all outcomes", arguments: [0.0, 0.5, 2.0])
  func enumerated(epsilon: Double) {
    let share = exp(epsilon) / (1 + exp(epsilon))
    for r in 0...6 {
      var chances = [Double](repeating: 0, count: r + 1)
      for outcome in 0..<1 << r {
        let ones = outcome.nonzeroBitCount
        chances[ones] += pow(share, Double(ones)) * pow(1 - share, Double(r - ones))
      }
      for v in 0...r {
        for delta in [0.0, 0.01, 0.2] {
          let slopes = (0..<v).map { chances[$0..<v].reduce(0, +) / Double(v - $0) }
          let expected = min(1, chances[v...].reduce(0, +) + 2 * 8 * delta * (slopes.max() ?? 0))
          #expect(abs(pValue(8, r, v, epsilon, delta) - expected) < 1e-12, "\(r), \(v), \(delta)")
        }
      }
    }
  }

  // Every canary is revealed with probability δ, and otherwise answers truly with probability e^ε / (1 + e^ε): an
  // (ε, δ)-private mechanism. The attacker prefers canaries that are revealed.
  @Test(
    "no attack on a private mechanism has more hits than the limit allows", arguments: [0.0, 0.7, 2.0], [0.0, 0.05])
  func valid(epsilon: Double, delta: Double) {
    let share = exp(epsilon) / (1 + exp(epsilon))
    let kinds = [delta, (1 - delta) * share, (1 - delta) * (1 - share)]
    let m = 6
    for r in [1, 3, m] {
      var chances = [Double](repeating: 0, count: r + 1)
      for outcome in 0..<729 {
        var (rest, chance, revealed, answers) = (outcome, 1.0, 0, [Bool]())
        for _ in 0..<m {
          chance *= kinds[rest % 3]
          if rest % 3 == 0 { revealed += 1 } else { answers.append(rest % 3 == 1) }
          rest /= 3
        }
        let sure = min(revealed, r)
        chances[sure + answers.prefix(r - sure).count { $0 }] += chance
      }
      for v in 0...r {
        let tail = chances[v...].reduce(0, +)
        let limit = pValue(m, r, v, epsilon, delta)
        #expect(tail <= limit + 1e-12, "\(r), \(v): \(tail), \(limit)")
        // Without δ the mechanism is the worst there is.
        if delta == 0 { #expect(abs(tail - limit) < 1e-12) }
      }
    }
  }

  @Test("the bound is where the limit reaches the error, and 0 for guesses like coins")
  func bound() {
    for (guesses, delta) in [
      (CanaryGuesses(canaries: 1000, guesses: 250, hits: 192), 1e-5),
      (CanaryGuesses(canaries: 60, guesses: 60, hits: 51), 0),
      (CanaryGuesses(canaries: 3000, guesses: 3000, hits: 2000), 1e-6),
    ] {
      let bound = guesses.epsilon(delta: delta, error: 0.05)
      #expect(bound > 0 && guesses.pValue(epsilon: bound, delta: delta) <= 0.05)
      #expect(guesses.pValue(epsilon: bound * 1.00001, delta: delta) > 0.05)
      // A smaller error is harder to reach, and δ explains some of the hits.
      #expect(guesses.epsilon(delta: delta, error: 0.01) < bound)
      #expect(guesses.epsilon(delta: 1e-3, error: 0.05) < bound)
    }
    // SciPy's binomial distribution in the same formula.
    let found = CanaryGuesses(canaries: 1000, guesses: 250, hits: 192).epsilon(delta: 1e-5, error: 0.05)
    #expect(abs(found - 0.942375) < 1e-5)
    // No mistake in r guesses: q^r = 0.05.
    let share = pow(0.05, 1e-3)
    let all = CanaryGuesses(canaries: 1000, guesses: 1000, hits: 1000)
    #expect(abs(all.epsilon(delta: 0, error: 0.05) - log(share / (1 - share))) < 1e-4)
    #expect(CanaryGuesses(canaries: 100, guesses: 100, hits: 50).epsilon(delta: 0, error: 0.05) == 0)
    #expect(CanaryGuesses(canaries: 100, guesses: 0, hits: 0).epsilon(delta: 0, error: 0.05) == 0)
  }
}
