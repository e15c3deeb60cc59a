public import Autoencoders

/// A latent space that can be inspected, with an associated type for the measures beyond those of codes.
///
/// So a bound or a divergence of a point does not compile: `Inspection<PointLatent>.distribution` is a ``NoDistribution``.
public protocol InspectableLatent: LatentSpace {
  /// The measures of this kind of latent space only.
  associatedtype Distribution: Sendable
}

extension PointLatent: InspectableLatent {
  /// No measures, with the reason.
  public typealias Distribution = NoDistribution
}

extension GaussianLatent: InspectableLatent {
  /// Divergences, bounds, and the aggregate posterior.
  public typealias Distribution = DistributionFindings
}

/// Why an autoencoder has no row where a variational one has: it stores a point, and a point has no density.
public struct NoDistribution: Sendable, Equatable {
  /// The text in tables.
  public static let reason = "not defined: an AE has no distribution"

  /// Creates the absence of a distribution.
  public init() {}
}

/// What was found in one model's latent space, on the users of a data set.
public struct Inspection<Latent: InspectableLatent>: Sendable {
  /// The unique name of the model in this inspection.
  public let label: String
  /// The name of its type, such as `mult-vae`.
  public let model: String
  /// Measures of the codes.
  public let codes: CodeFindings
  /// The reconstruction of the users' items.
  public let reconstruction: ReconstructionFindings
  /// Profiles decoded from draws of N(0, I), whether the model has that prior or not.
  public let priorDraws: PriorDrawFindings
  /// Measures of a distribution.
  public let distribution: Latent.Distribution
  /// The data of the figures.
  public let plots: LatentPlots
}

/// One inspected model, whichever kind it is.
public enum InspectedModel: Sendable {
  case point(Inspection<PointLatent>)
  case gaussian(Inspection<GaussianLatent>)

  /// The unique name of the model in this inspection.
  public var label: String {
    switch self {
    case .point(let inspection): inspection.label
    case .gaussian(let inspection): inspection.label
    }
  }

  /// The name of its type.
  public var model: String {
    switch self {
    case .point(let inspection): inspection.model
    case .gaussian(let inspection): inspection.model
    }
  }

  /// Measures of the codes.
  public var codes: CodeFindings {
    switch self {
    case .point(let inspection): inspection.codes
    case .gaussian(let inspection): inspection.codes
    }
  }

  /// The reconstruction of the users' items.
  public var reconstruction: ReconstructionFindings {
    switch self {
    case .point(let inspection): inspection.reconstruction
    case .gaussian(let inspection): inspection.reconstruction
    }
  }

  /// Profiles decoded from draws of N(0, I).
  public var priorDraws: PriorDrawFindings {
    switch self {
    case .point(let inspection): inspection.priorDraws
    case .gaussian(let inspection): inspection.priorDraws
    }
  }

  /// Measures of a distribution; `nil` for a point.
  public var distribution: DistributionFindings? {
    switch self {
    case .point: nil
    case .gaussian(let inspection): inspection.distribution
    }
  }

  /// The data of the figures.
  public var plots: LatentPlots {
    switch self {
    case .point(let inspection): inspection.plots
    case .gaussian(let inspection): inspection.plots
    }
  }
}
