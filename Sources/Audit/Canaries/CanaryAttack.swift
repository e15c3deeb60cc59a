public import Compute

/// An attacker who must tell which canaries took part in a training.
public enum CanaryAttacker: String, Sendable, CaseIterable, Codable {
  /// Sees every noisy gradient of a private training, and knows the weights, dropout and latent draws.
  case updates
  /// Has the finished model, and computes the loss of every canary's profile.
  case model
  /// Has synthetic users drawn from the prior of the finished model, and looks for the canaries' items.
  case synthetic

  /// The attacker in words, as the object of a sentence.
  public var title: String {
    switch self {
    case .updates: "every noisy update"
    case .model: "the finished model"
    case .synthetic: "synthetic users from the prior"
    }
  }
}

/// The success of an attacker, and the lower bounds on ε that it proves.
public struct CanaryAttack: Sendable, Equatable {
  /// The attacker.
  public let attacker: CanaryAttacker
  /// The guesses behind ``epsilon``, and how many of them were correct.
  public let guesses: CanaryGuesses
  /// The lower bound on ε, without any assumption: that of ``guesses`` by `CanaryGuesses/epsilon(delta:error:)`.
  public let epsilon: Double
  /// The lower bound on ε under an assumption.
  public let gaussian: Gaussian

  /// What the half of the canaries with the larger scores proves if the training is a Gaussian mechanism and the
  /// canaries' scores are independent given who takes part.
  public struct Gaussian: Sendable, Equatable {
    /// The canaries who take part.
    public let members: Int
    /// Those of them in the half with the larger scores.
    public let found: Int
    /// The canaries who do not take part.
    public let others: Int
    /// Those of them in the half with the larger scores.
    public let falseAlarms: Int
    /// The lower bound by `GaussianPrivacy/init(provedBy:falseAlarms:level:)`.
    public let epsilon: Double

    init(members: Int, found: Int, others: Int, falseAlarms: Int, delta: Double, error: Double) {
      (self.members, self.found, self.others, self.falseAlarms) = (members, found, others, falseAlarms)
      epsilon = GaussianPrivacy(
        provedBy: (found, of: members), falseAlarms: (falseAlarms, of: others), level: 1 - error
      ).epsilon(delta: delta)
    }
  }

  /// The numbers of guesses that are tried, as parts of the canaries: certain guesses about a few prove more of a
  /// training with noise, many guesses more of one without.
  static let shares = [1, 4, 16]

  /// Judges scores.
  ///
  /// The attacker guesses that the canaries with the largest scores take part, and as many with the smallest do not.
  /// Which number of guesses proves most is known only afterwards, so each is allowed an equal part of the error.
  ///
  /// - Parameters:
  ///   - scores: for each canary; the larger, the more likely it takes part.
  ///   - isIn: whether each canary takes part.
  ///   - error: the probability that a bound is above the true ε, for ``epsilon`` and for ``gaussian`` separately.
  init(_ attacker: CanaryAttacker, scores: [Double], isIn: [Bool], delta: Double, error: Double) {
    self.attacker = attacker
    let order = Self.order(of: scores)
    let tried = Self.shares.map { share in
      let count = isIn.count / share
      let (said, denied) = (order.prefix((count + 1) / 2), order.suffix(count / 2))
      let guesses = CanaryGuesses(
        canaries: isIn.count, guesses: count, hits: said.count { isIn[$0] } + denied.count { !isIn[$0] })
      return (guesses: guesses, epsilon: guesses.epsilon(delta: delta, error: error / Double(Self.shares.count)))
    }
    let best = tried.reduce(tried[0]) { $1.epsilon > $0.epsilon ? $1 : $0 }
    (guesses, epsilon) = best
    let upper = order.prefix((isIn.count + 1) / 2)
    let (members, found) = (isIn.count { $0 }, upper.count { isIn[$0] })
    gaussian = Gaussian(
      members: members, found: found, others: isIn.count - members, falseAlarms: upper.count - found, delta: delta,
      error: error)
  }

  /// Whether neither bound is above an ε.
  public func isWithin(_ claimed: Double) -> Bool { epsilon <= claimed && gaussian.epsilon <= claimed }

  /// The bounds that an attacker without a single mistake would prove with so many canaries.
  static func largest(canaries: Int, delta: Double, error: Double) -> (epsilon: Double, gaussian: Double) {
    let half = canaries / 2
    return (
      CanaryGuesses(canaries: canaries, guesses: canaries, hits: canaries)
        .epsilon(delta: delta, error: error / Double(shares.count)),
      Gaussian(members: half, found: half, others: half, falseAlarms: 0, delta: delta, error: error).epsilon
    )
  }

  /// The canaries from the largest score to the smallest; equal ones in their own order, which says nothing about the
  /// coins.
  private static func order(of scores: [Double]) -> [Int] {
    let scores = scores.map { $0.isNaN ? -Double.infinity : $0 }
    return scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
  }
}
