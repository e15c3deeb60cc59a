public import Autoencoders

/// A latent space that can be inspected: what is known about it beyond the codes themselves is a type of its own.
///
/// So a bound or a divergence of a point does not compile: `Inspection<PointLatent>.distribution` is a ``NoDistribution``.
public protocol InspectableLatent: LatentSpace {
  /// What only this kind of latent space has.
  associatedtype Distribution: Sendable
}

extension PointLatent: InspectableLatent {
  /// Nothing, and why.
  public typealias Distribution = NoDistribution
}

extension GaussianLatent: InspectableLatent {
  /// Divergences, bounds, and the aggregate posterior.
  public typealias Distribution = DistributionFindings
}

/// Why an autoencoder has no row where a variational one has: it stores a point, and a point has no density.
public struct NoDistribution: Sendable, Equatable {
  /// The words for it in every table.
  public static let reason = "not defined: an AE has no distribution"

  /// Creates the absence of a distribution.
  public init() {}
}

/// What was found in one model's latent space, on the users of a data set.
public struct Inspection<Latent: InspectableLatent>: Sendable {
  /// How the model is called in this inspection; unlike any other.
  public let label: String
  /// Its name in the zoo, such as `mult-vae`.
  public let model: String
  /// What every code has, point or distribution.
  public let codes: CodeFindings
  /// What comes back of the users' own items.
  public let reconstruction: ReconstructionFindings
  /// What happens when one draws from N(0, I) and decodes, whether the model has that prior or not.
  public let priorDraws: PriorDrawFindings
  /// What only a distribution has.
  public let distribution: Latent.Distribution
  /// What the figures are drawn from.
  public let plots: LatentPlots
}

/// One inspected model, whichever kind it is.
public enum InspectedModel: Sendable {
  case point(Inspection<PointLatent>)
  case gaussian(Inspection<GaussianLatent>)

  /// How the model is called in this inspection; unlike any other.
  public var label: String {
    switch self {
    case .point(let inspection): inspection.label
    case .gaussian(let inspection): inspection.label
    }
  }

  /// Its name in the zoo.
  public var model: String {
    switch self {
    case .point(let inspection): inspection.model
    case .gaussian(let inspection): inspection.model
    }
  }

  /// What every code has.
  public var codes: CodeFindings {
    switch self {
    case .point(let inspection): inspection.codes
    case .gaussian(let inspection): inspection.codes
    }
  }

  /// What comes back of the users' own items.
  public var reconstruction: ReconstructionFindings {
    switch self {
    case .point(let inspection): inspection.reconstruction
    case .gaussian(let inspection): inspection.reconstruction
    }
  }

  /// What happens when one draws from N(0, I) and decodes.
  public var priorDraws: PriorDrawFindings {
    switch self {
    case .point(let inspection): inspection.priorDraws
    case .gaussian(let inspection): inspection.priorDraws
    }
  }

  /// What only a distribution has; `nil` for a point.
  public var distribution: DistributionFindings? {
    switch self {
    case .point: nil
    case .gaussian(let inspection): inspection.distribution
    }
  }

  /// What the figures are drawn from.
  public var plots: LatentPlots {
    switch self {
    case .point(let inspection): inspection.plots
    case .gaussian(let inspection): inspection.plots
    }
  }
}
